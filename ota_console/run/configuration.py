"""What the supervisor needs from the environment; the parts read the rest (ota_console/settings.py)."""

import os
from dataclasses import dataclass
from pathlib import Path

from environ.compat import ImproperlyConfigured

from ota_console.core.addresses import Address
from ota_console.core.environment import Environment
from ota_console.run.errors import CannotStart

BASE_DIR = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Configuration:
    """`data_dir` is absolute; without a `redis_url` the supervisor starts a private Valkey."""

    data_dir: Path
    http: Address
    coaps: Address
    redis_url: str

    @classmethod
    def read(cls) -> "Configuration":
        """From the environment and `.env`, as the settings do. Raise CannotStart for a malformed address."""
        env = Environment()
        env.read_env(BASE_DIR / ".env")
        try:
            return cls(
                data_dir=BASE_DIR / env.str("OTA_DATA_DIR", default="var"),
                http=Address.parse(env.str("OTA_HTTP", default="127.0.0.1:8000"), variable="OTA_HTTP"),
                coaps=Address.parse(env.str("OTA_COAPS", default="0.0.0.0:5684"), variable="OTA_COAPS"),
                redis_url=env.str("REDIS_URL", default=""),
            )
        except (ValueError, ImproperlyConfigured) as error:
            raise CannotStart(str(error)) from error

    def shown(self, path: Path) -> str:
        """A path as the person at the terminal would write it."""
        return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
