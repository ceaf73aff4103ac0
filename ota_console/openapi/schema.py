"""How drf-spectacular reads our views: shapes from the table of operations, fields of our own by what they show."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_parameter_type

from ota_console.openapi.examples import PATH_PARAMETERS
from ota_console.openapi.operations import NOTHING, Operation, Section
from ota_console.openapi.table import SECTIONS

_OPERATIONS: dict[tuple[type[Any], str], tuple[Section, Operation]] = {
    (view, method): (section, operation)
    for section in SECTIONS
    for view, methods in section.operations.items()
    for method, operation in methods.items()
}


class Schema(AutoSchema):
    """Raise KeyError for a method that the table does not describe."""

    def get_operation_id(self) -> str:
        return f"{self.method.lower()}{type(self.view).__name__}"

    def get_summary(self) -> str:
        return self._operation.summary

    def get_description(self) -> str:  # type: ignore[override] # drf-spectacular leaves out both arguments
        said = getattr(type(self.view), self.method.lower()).__doc__
        return " ".join(said.split()) if said else f"{self._operation.summary}."

    def get_tags(self) -> list[str]:
        return [_OPERATIONS[type(self.view), self.method.lower()][0].name]

    def get_override_parameters(self) -> list[Any]:
        return [self._operation.query] if self._operation.query else []

    def get_request_serializer(self) -> Any:
        if self._operation.bodies is not None:
            return dict(self._operation.bodies)
        return {"application/json": self._operation.body} if self._operation.body else None

    def get_response_serializers(self) -> Any:
        reply = self._operation.reply
        return {200: reply} if reply is NOTHING or not isinstance(reply, dict) else reply

    def _get_serializer_name(self, serializer: Any, direction: str, bypass_extensions: bool = False) -> str:
        """What is read and what is written have different names already."""
        name: str = super()._get_serializer_name(serializer, direction, bypass_extensions)
        return name.removesuffix("Request").removesuffix("Output")

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        return [
            build_parameter_type(
                name=name, schema={"type": "string"}, location="path", description=PATH_PARAMETERS[name]
            )
            for name in variables
        ]

    @property
    def _operation(self) -> Operation:
        return _OPERATIONS[type(self.view), self.method.lower()][1]


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "ota_console.api.authentication.ApiKeyAuthentication"
    name = ["apiKey", "bearer"]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[Any]]]:
        return [{"apiKey": []}, {"bearer": []}]

    def get_security_definition(self, auto_schema: AutoSchema) -> Any:
        return [
            {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "An API key of the project."},
            {"type": "http", "scheme": "bearer", "description": "The same key as a bearer token."},
        ]


class ConstantField(OpenApiSerializerFieldExtension):
    target_class = "ota_console.api.fields.Constant"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        value = self.target.value
        if value is None:
            return {"type": "null"}
        return {"type": _JSON_TYPES[type(value)], "const": value}


_JSON_TYPES = {str: "string", bool: "boolean", dict: "object", int: "integer"}


class RelatedId(OpenApiSerializerFieldExtension):
    """The id of something that may not be there."""

    target_class = "rest_framework.relations.SlugRelatedField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        return {"type": ["string", "null"]}


class RelatedTexts(OpenApiSerializerFieldExtension):
    """Ids or values of those that are there."""

    target_class = "rest_framework.relations.ManyRelatedField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}


class StatesByPackageField(OpenApiSerializerFieldExtension):
    target_class = "devices.api.devices.StatesByPackage"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        state = auto_schema.resolve_serializer(self.target._output, direction)
        return {"type": "object", "additionalProperties": state.ref}


class MonthField(OpenApiSerializerFieldExtension):
    """All our dates are months."""

    target_class = "rest_framework.fields.DateField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}
