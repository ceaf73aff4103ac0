"""What answers when no view does: JSON under /v1, a page elsewhere (Django's handler400, 403, 404 and 500)."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from ota_console.api.errors import Refusal

PREFIX = "/v1"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _json(request, 400, "the request cannot be read") or defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _json(request, 403, "this is not allowed") or defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _json(request, 404, "there is no such address") or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return _json(request, 500, "something went wrong; the server's log says what") or defaults.server_error(request)


def _json(request: HttpRequest, status: int, message: str) -> HttpResponse | None:
    if request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
        return JsonResponse(Refusal.of_status(status, message).body, status=status)
    return None
