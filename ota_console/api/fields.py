"""Fields and serializers that every endpoint shares: strict about what comes in, exact about what goes out."""

from datetime import UTC
from typing import Any

from django.http import QueryDict
from rest_framework import serializers

from ota_console.core.actors import Role

MOST_ITEMS = 500  # of any list in a body or query


class Text(serializers.CharField):
    """Text as it was sent; a number or a boolean is not text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """true or false, and nothing that merely looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Texts(serializers.ListField):
    """A list of text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"child": Text(), "max_length": MOST_ITEMS, **options})


class TextMap(serializers.DictField):
    """Text by text."""

    child = Text(allow_blank=True)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        values: dict[str, str] = super().to_internal_value(data)
        for key in values:
            self.child.run_validation(key)
        return values


class Moment(serializers.DateTimeField):
    """UTC with exactly six fraction digits and Z (contract/rest.md §1.4)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"format": "%Y-%m-%dT%H:%M:%S.%fZ", "default_timezone": UTC, **options})


class Constant(serializers.Field[Any, Any, Any, Any]):
    """A value that every object of this kind has."""

    def __init__(self, value: Any) -> None:
        super().__init__(read_only=True)
        self.value = value

    def get_attribute(self, instance: Any) -> Any:
        return self.value

    def to_representation(self, value: Any) -> Any:
        return value


class RoleName(serializers.ChoiceField):
    """A role by its name in lower case."""

    def __init__(self, **options: Any) -> None:
        super().__init__([role.name.lower() for role in Role], **options)

    def to_internal_value(self, data: Any) -> Any:
        return Role[super().to_internal_value(data).upper()]

    def to_representation(self, value: Any) -> str:
        return Role(value).name.lower()


class Body(serializers.Serializer[Any]):
    """What a request body may hold. A field it does not name is an error: a misspelt one must not pass silently."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(data.keys() - self.fields.keys())
        if unknown:
            raise serializers.ValidationError({name: ["there is no such field"] for name in unknown})
        return super().to_internal_value(data)


class Query(serializers.Serializer[Any]):
    """What a query string may hold; other parameters and empty values are passed over."""

    @classmethod
    def read(cls, parameters: QueryDict) -> dict[str, Any]:
        """Raise ValidationError naming the parameter."""
        query = cls()
        given = {
            name: parameters.getlist(name) if isinstance(field, serializers.ListField) else parameters[name]
            for name, field in query.fields.items()
            if any(parameters.getlist(name))
        }
        return checked(cls(data=given))


def checked(serializer: serializers.BaseSerializer[Any]) -> dict[str, Any]:
    """What the serializer was given, validated. Raise ValidationError naming each field that is wrong."""
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
