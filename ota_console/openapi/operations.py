"""What the description says of one method at one address."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rest_framework import serializers

Output = type[serializers.BaseSerializer[Any]]
Shape = Output | dict[Any, Any]


@dataclass(frozen=True)
class Operation:
    """`reply` is what success looks like; `bodies` maps media types to what a request may hold."""

    summary: str
    reply: Shape
    query: type[serializers.Serializer[Any]] | None = None
    body: Output | None = None
    bodies: Mapping[str, Shape] | None = None


@dataclass(frozen=True)
class Section:
    """Addresses that belong together. Methods are named in lower case."""

    name: str
    description: str
    operations: Mapping[type[Any], Mapping[str, Operation]]


NOTHING: dict[str, Any] = {"type": "object", "additionalProperties": False, "description": "An empty object."}


@cache
def one(output: Output) -> Output:
    """The envelope of one object."""
    return envelope(f"{_noun(output)}Reply", data=output())


@cache
def page(output: Output) -> Output:
    """The envelope of a list in pages."""
    return envelope(
        f"{_noun(output)}Page",
        list=output(many=True),
        page=serializers.IntegerField(),
        perPage=serializers.IntegerField(),
        total=serializers.IntegerField(),
    )


@cache
def walk(output: Output) -> Output:
    """The envelope of a list in pages that can also be walked by cursor."""
    return envelope(
        f"{_noun(output)}Page",
        list=output(many=True),
        page=serializers.IntegerField(),
        perPage=serializers.IntegerField(),
        total=serializers.IntegerField(),
        nextCursor=serializers.CharField(required=False),
    )


@cache
def whole(output: Output) -> Output:
    """The envelope of a list that comes whole."""
    return envelope(f"{_noun(output)}List", list=output(many=True))


def envelope(name: str, **fields: serializers.Field[Any, Any, Any, Any]) -> Output:
    return type(name, (serializers.Serializer,), dict(fields))


def _noun(output: Output) -> str:
    return output.__name__.removesuffix("Output")
