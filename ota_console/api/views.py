"""What every view shares: the actor, the project behind the URL, reading and rendering."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ota_console.api.fields import Body, Query, checked
from ota_console.api.idempotency import idempotent
from ota_console.api.throttling import KeyRate
from ota_console.core.actors import Actor
from ota_console.core.errors import Invalid, NotFound
from ota_console.tenancy.models import Project
from ota_console.tenancy.selectors import visible_project

_MOST_PAGES = 10_000_000  # keeps offsets well inside 64 bits


class ApiView(APIView):
    """Its methods parse, call one service or selector, and render."""

    http_method_names = ("get", "post", "put", "patch", "delete", "head")
    throttle_classes = (KeyRate,)
    streams = False  # whether it reads its body as it arrives, which no transaction may wait for
    actor: Actor

    def __init_subclass__(cls) -> None:
        """Every POST there is honours Idempotency-Key; no view can forget it."""
        super().__init_subclass__()
        if "post" in vars(cls):
            cls.post = idempotent(vars(cls)["post"])  # type: ignore[attr-defined]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        actor: Any = request.auth  # what ApiKeyAuthentication put there; the stubs know only tokens of their own
        self.actor = actor
        if any("\0" in value for value in kwargs.values()):
            raise NotFound("not found")
        if "Transfer-Encoding" in request.headers and not request.headers.get("Content-Length"):
            raise Invalid("send the body with a Content-Length header")

    def body(self, kind: type[Body]) -> dict[str, Any]:
        return checked(kind(data=self.request.data))

    def query(self, kind: type[Query]) -> dict[str, Any]:
        return kind.read(self.request.query_params)


class ProjectView(ApiView):
    """Something in `/projects/{project}`. With an organization in the URL that is not the project's own: not found."""

    project: Project

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.project = visible_project(kwargs["project"], actor=self.actor)
        if kwargs.get("organization", self.project.organization.slug) != self.project.organization.slug:
            raise NotFound("project not found")


class Paging(Query):
    """`page` counts from 0. Published clients never ask for a second page, so one holds a few hundred."""

    page = serializers.IntegerField(default=0, min_value=0, max_value=_MOST_PAGES)
    perPage = serializers.IntegerField(default=500, min_value=1, max_value=500)


def filters(query: Mapping[str, Any]) -> dict[str, Any]:
    """What is left of a query, read as a kind of Paging, when the page is taken away: arguments of `filter()`."""
    paging = Paging().fields
    return {name: value for name, value in query.items() if name not in paging}


def data(serializer: serializers.BaseSerializer[Any]) -> Response:
    """The envelope of one object."""
    return Response({"data": serializer.data})


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and how many there are in all; `cursor` continues after them, where a list can."""

    rows: list[Any]
    number: int
    size: int
    total: int
    cursor: str | None = None

    @classmethod
    def of(cls, rows: QuerySet[Any], query: dict[str, Any]) -> "Page":
        """The page that `query`, read as Paging, asks for. Two queries, and those of `prefetch_related`."""
        number, size = query["page"], query["perPage"]
        return cls(list(rows[number * size : (number + 1) * size]), number, size, rows.count())


def many(rows: Iterable[Any], kind: type[serializers.Serializer[Any]], **context: Any) -> Any:
    """The rows as they are shown in a list."""
    return kind(many=True, instance=rows, context=context).data


def listing(page: Page, kind: type[serializers.Serializer[Any]], **context: Any) -> Response:
    """The envelope of a list."""
    listed = many(page.rows, kind, **context)
    envelope = {"list": listed, "page": page.number, "perPage": page.size, "total": page.total}
    return Response(envelope if page.cursor is None else envelope | {"nextCursor": page.cursor})


def deleted() -> Response:
    return Response({})
