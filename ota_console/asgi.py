"""One server for HTTP and WebSocket.

Django's synchronous views cost less than half of their ASGI price when they run as WSGI on threads, and large
responses are streamed instead of collected; the live updates of the console and replies that may take long need ASGI.
"""

import os
from typing import cast

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

from ota_console.bodies import Application, by_body
from ota_console.streaming import by_length
from ota_console.whole_body import refuse_cut_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ota_console.settings")
http_application = refuse_cut_bodies(get_wsgi_application())

from ota_console.console.live import websocket_urlpatterns  # noqa: E402 (consumers need the apps to be loaded)

_HTTP_THREADS = 16


def _threads() -> Application:
    return WSGIMiddleware(cast(WSGIApp, http_application), workers=_HTTP_THREADS)


application = ProtocolTypeRouter(
    {
        "http": by_length(
            ordinary=by_body(_threads(), uploads=_threads(), largest=settings.DATA_UPLOAD_MAX_MEMORY_SIZE),
            long=get_asgi_application(),
        ),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
