"""The description of the API and two ways to read it, for who is signed in or sends a key."""

from pathlib import Path

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ota_console.api.authentication import sent_key
from ota_console.api.errors import Refusal
from ota_console.core.errors import Unauthenticated
from ota_console.tenancy.selectors import usable_api_key

DESCRIPTION = Path(__file__).with_name("openapi.yaml")  # written by scripts/describe_api.py
#: Both viewers write styles into the page, and Redoc searches in a worker that it makes of its own text.
_viewer = csp_update({"style-src": [UNSAFE_INLINE], "worker-src": ["blob:"]})


@require_safe
def description(request: HttpRequest) -> HttpResponseBase:
    return _refusal(request) or FileResponse(DESCRIPTION.open("rb"), content_type="application/yaml")


@require_safe
@_viewer
def swagger(request: HttpRequest) -> HttpResponse:
    return _refusal(request) or render(request, "api/swagger.html")


@require_safe
@_viewer
def redoc(request: HttpRequest) -> HttpResponse:
    return _refusal(request) or render(request, "api/redoc.html")


def _refusal(request: HttpRequest) -> HttpResponse | None:
    if request.user.is_authenticated:
        return None
    try:
        usable_api_key(sent_key(request.headers))
    except Unauthenticated as error:
        return JsonResponse(Refusal.of_status(401, f"{error.message}; or sign in to the console").body, status=401)
    return None
