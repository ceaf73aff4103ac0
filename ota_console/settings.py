"""All settings, read top to bottom. Each difference between installations comes from the environment (.env.example)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from ota_console.core.embedded import secret_file, valkey_socket
from ota_console.core.encryption import Vault
from ota_console.core.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
env.read_env(BASE_DIR / ".env")

# ── The data folder and the secrets kept in it ──────────────────────────────────────────────────────────────────
OTA_DATA_DIR = Path(env.str("OTA_DATA_DIR", default="var"))
if not OTA_DATA_DIR.is_absolute():
    OTA_DATA_DIR = BASE_DIR / OTA_DATA_DIR


def _secret(variable: str, file: str) -> str:
    """From the environment, else from the file that `make run` generates. There is no default."""
    path = secret_file(OTA_DATA_DIR, file)
    value = env.str(variable, default="") or (path.read_text().strip() if path.is_file() else "")
    if not value:
        raise ImproperlyConfigured(f"Set {variable}, or start once with `make run`, which generates {path}.")
    return value


SECRET_KEY = _secret("OTA_SECRET_KEY", "secret-key")
OTA_ENCRYPTION_KEY = _secret("OTA_ENCRYPTION_KEY", "encryption-key")
try:
    Vault.from_text(OTA_ENCRYPTION_KEY)
except ValueError as error:
    raise ImproperlyConfigured(f"OTA_ENCRYPTION_KEY: {error}") from error

# ── Where we answer ─────────────────────────────────────────────────────────────────────────────────────────────
DEBUG = env.bool("OTA_DEBUG", default=False)
OTA_HTTP = env.address("OTA_HTTP", default="127.0.0.1:8000")
OTA_COAPS = env.address("OTA_COAPS", default="0.0.0.0:5684")
OTA_PUBLIC_URL = env.url("OTA_PUBLIC_URL", default=f"http://{OTA_HTTP}", schemes=("http", "https")).rstrip("/")
ALLOWED_HOSTS = env.list("OTA_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [OTA_PUBLIC_URL]
_is_https = OTA_PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _is_https else None
SECURE_HSTS_SECONDS = 31_536_000 if _is_https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
APPEND_SLASH = False  # published clients never follow redirects (contract/rest.md §1.1)
ROOT_URLCONF = "ota_console.urls"
ASGI_APPLICATION = "ota_console.asgi.application"
WSGI_APPLICATION = "ota_console.asgi.http_application"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "style-src": [SELF],
        "connect-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
    }
}

# ── What is installed ───────────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "ota_console.tenancy",
    "deployments",
    "devices",
    "ota_console.console",
    "ota_console.api",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "axes",
    "channels",
    "csp",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "template_partials",
]
MIDDLEWARE = [
    "ota_console.api.middleware.JsonErrors",
    "ota_console.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# ── Data ────────────────────────────────────────────────────────────────────────────────────────────────────────
DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{OTA_DATA_DIR / 'ota.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = 3600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a reader that later writes would otherwise fail at once with "locked"
        "timeout": 4,  # clients give up after 5 s (contract/rest.md §1.1), devices after 10
        "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.url(
    "REDIS_URL", default=f"unix://{valkey_socket(OTA_DATA_DIR)}?db=0", schemes=("redis", "rediss", "unix")
)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 1},
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {
            # Receivers wait up to 5 s for a message inside one call, so the socket must wait longer than that.
            "hosts": [{"address": REDIS_URL, "socket_connect_timeout": 1, "socket_timeout": 10}],
            "capacity": 10_000,
            "prefix": "ota",
        },
    }
}

STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    "artifacts": {
        "BACKEND": "deployments.storage.ArtifactFolder",
        "OPTIONS": {"location": OTA_DATA_DIR / "artifacts"},
    },
}
if _bucket := env.str("OTA_STORAGE_BUCKET", default=""):
    STORAGES["artifacts"] = {
        "BACKEND": "deployments.storage.ArtifactBucket",
        "OPTIONS": {
            "bucket_name": _bucket,
            "endpoint_url": env.str("OTA_STORAGE_ENDPOINT", default="") or None,
            "region_name": env.str("OTA_STORAGE_REGION", default="") or None,
            "access_key": env.str("OTA_STORAGE_ACCESS_KEY", default="") or None,
            "secret_key": env.str("OTA_STORAGE_SECRET_KEY", default="") or None,
        },
    }
OTA_X_ACCEL_PREFIX = env.str("OTA_X_ACCEL_PREFIX", default="")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # forms and ordinary API bodies; artifacts are streamed past this limit
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# ── Events and tasks ────────────────────────────────────────────────────────────────────────────────────────────
EVENT_RECORDERS = [
    "ota_console.tenancy.services.record_audit",
    "devices.services.release_devices",
    "devices.services.keep_released_artifacts",
    "devices.services.record_change",
]
EVENT_SUBSCRIBERS = [
    "devices.tasks.announce_change",
    "ota_console.console.live.nudge_on_event",
]
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A request that announces a change waits for the broker less than a second in all, gone or hung.
    "socket_connect_timeout": 0.3,
    "socket_timeout": 0.3,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "visibility_timeout": 300,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # a request never waits for the broker: the gateways reconcile from the database
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # in memory: a killed worker leaves no schedule file to trip over
CELERY_BEAT_SCHEDULE = {
    "worker-heartbeat": {"task": "ota_console.tasks.worker_heartbeat", "schedule": 2.0, "options": {"expires": 4}},
    "prune-changes": {"task": "devices.tasks.prune_changes", "schedule": timedelta(hours=1)},
    "forget-replies": {"task": "ota_console.tasks.forget_replies", "schedule": timedelta(hours=1)},
    "sweep-orphans": {"task": "deployments.tasks.sweep_orphans", "schedule": timedelta(hours=1)},
}

# ── The device gateway ──────────────────────────────────────────────────────────────────────────────────────────
OTA_RECONCILE_SECONDS = env.float("OTA_RECONCILE_SECONDS", default=5.0)
OTA_CACHE_BYTES = env.int("OTA_CACHE_BYTES", default=4 * 1024**3)

# ── People ──────────────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "tenancy.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "ota_console.console.accounts.ClosedSignup"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"login": "ota_console.console.accounts.SignInForm"}
ACCOUNT_RATE_LIMITS = False  # django-axes counts failures in the database; allauth's need the cache to sign in at all
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_VERBOSE = False

# ── API ─────────────────────────────────────────────────────────────────────────────────────────────────────────
OTA_API_RATE = env.float("OTA_API_RATE", default=200.0)
OTA_API_BURST = env.int("OTA_API_BURST", default=2000)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["ota_console.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["ota_console.api.parsing.JsonObject"],
    "EXCEPTION_HANDLER": "ota_console.api.errors.render_error",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "ota_console.api.negotiation.AlwaysJson",
    "DEFAULT_SCHEMA_CLASS": "ota_console.openapi.schema.Schema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "OTA Console",
    "DESCRIPTION": "Over-the-air updates for fleets of devices: the management API.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "LICENSE": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "SERVERS": [{"url": "/", "description": "This server"}],
    "COMPONENT_SPLIT_REQUEST": True,  # what is read and what is written are different serializers
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["ota_console.openapi.finish.finish"],
    "SCHEMA_PATH_PREFIX": "/v1",
}

# ── Language, time, static files, logs ──────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = OTA_DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

_timestamper = structlog.processors.TimeStamper(fmt="iso")
_shared_processors: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    _timestamper,
]
structlog.configure(
    processors=[*_shared_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "logfmt": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "logger", "event"]),
            ],
            "foreign_pre_chain": _shared_processors,
        }
    },
    "filters": {"not_ready": {"()": "ota_console.health.IsNotAboutReadiness"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "logfmt", "filters": ["not_ready"]},
    },
    "root": {"handlers": ["stderr"], "level": env.log_level("OTA_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},  # refusals are told once, by django_structlog
        "celery": {"level": "WARNING"},  # INFO is two lines for every task
        "django_structlog": {"level": "WARNING"},  # INFO is two lines for every request
        "httpx": {"level": "WARNING"},
        "uvicorn.access": {"level": "WARNING"},
    },
}
