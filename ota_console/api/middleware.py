"""Below /v1 every error is JSON, whatever made it: a mistake of ours, the debug pages, a request nobody can read."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from ota_console.api.errors import GRPC, Refusal

PREFIX = "/v1"
_MESSAGES = {
    400: "the request cannot be read",
    403: "this is not allowed",
    404: "there is no such address",
    500: "something went wrong; the server's log says what",
}


class JsonErrors:
    """Put first, so that no other layer's error page gets past it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not _is_ours(request.path_info) or response.status_code < 400 or _is_json(response):
            return response
        status = response.status_code if response.status_code in GRPC else 500
        message = _MESSAGES.get(status, response.reason_phrase)
        return JsonResponse(Refusal.of_status(status, message).body, status=response.status_code)


def _is_ours(path: str) -> bool:
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def _is_json(response: HttpResponse) -> bool:
    return response.get("Content-Type", "").startswith("application/json")
