"""Every refusal as `{"code": <gRPC code>, "message": <text>, "details": []}` (contract/rest.md §1.2)."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from rest_framework.exceptions import APIException, Throttled
from rest_framework.response import Response

from ota_console.api.authentication import SCHEME
from ota_console.core.errors import DomainError, Kind

log = structlog.get_logger()

#: Domain kind → HTTP status.
HTTP: Mapping[Kind, int] = {
    Kind.INVALID: 400,
    Kind.PRECONDITION: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.TOO_LARGE: 413,
    Kind.RATE_LIMITED: 429,
    Kind.UNAVAILABLE: 503,
}
#: HTTP status → gRPC code.
GRPC: Mapping[int, int] = {
    400: 3,  # invalid argument
    401: 16,  # unauthenticated
    403: 7,  # permission denied
    404: 5,  # not found
    405: 12,  # unimplemented
    409: 6,  # already exists
    413: 3,
    415: 3,
    429: 8,  # resource exhausted
    500: 13,  # internal
    501: 12,
    503: 14,  # unavailable
}
FAILED_PRECONDITION = 9  # shares 400 with "invalid argument": 403 would hide the message from published clients


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a client is told."""

    status: int
    message: str
    code: int

    @classmethod
    def of_status(cls, status: int, message: str) -> "Refusal":
        return cls(status, message, GRPC[status])

    @property
    def body(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "details": []}


def render_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Django REST framework's exception handler. None for what nobody foresaw: Django logs it and answers 500."""
    refusal = _refusal(error)
    if refusal is None:
        return None
    if refusal.status == 503:  # the client is not told why; those who run this must be
        log.error("unavailable", cause=repr(error.__cause__ or error))
    return Response(refusal.body, status=refusal.status, headers=_headers(error, refusal))


def _headers(error: Exception, refusal: Refusal) -> dict[str, str]:
    if refusal.status == 401:
        return {"WWW-Authenticate": SCHEME}
    if isinstance(error, Throttled):
        return {"Retry-After": str(math.ceil(getattr(error, "wait", None) or 1))}
    return {}


def _refusal(error: Exception) -> Refusal | None:
    if isinstance(error, DomainError):
        return _domain_refusal(error)
    if isinstance(error, APIException):
        return Refusal.of_status(error.status_code, "; ".join(_sentences(error.detail)))
    for kinds, status, message in _FORESEEN:
        if isinstance(error, kinds):
            return Refusal.of_status(status, message)
    return None


_FORESEEN: list[tuple[tuple[type[Exception], ...], int, str]] = [
    ((Http404,), 404, "not found"),
    ((PermissionDenied,), 403, "this is not allowed"),
    ((RequestDataTooBig,), 413, "the body is too large"),
    ((UnreadablePostError,), 400, "the body ends too early"),
    ((SuspiciousOperation, MultiPartParserError), 400, "the body cannot be read"),
    ((OperationalError, InterfaceError), 503, "the database does not answer; try again"),
]


def _domain_refusal(error: DomainError) -> Refusal:
    status = HTTP[error.kind]
    code = FAILED_PRECONDITION if error.kind is Kind.PRECONDITION else GRPC[status]
    return Refusal(status, error.message, code)


def _sentences(detail: Any, field: str = "") -> Iterator[str]:
    """Validation errors as text, each with the field it is about, such as `hardwareIds.0: Not a valid string.`"""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _sentences(inner, f"{field}.{name}" if field else str(name))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _sentences(inner, field)
    else:
        yield f"{field}: {detail}" if field else str(detail)
