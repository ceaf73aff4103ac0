"""The last touches: closed objects, errors of every operation, examples, parameters that every POST has."""

from collections.abc import Iterator
from typing import Any

from ota_console.openapi.examples import FIELDS, OTHERS
from ota_console.openapi.table import SECTIONS

_REFUSALS = {
    "4XX": "The request is refused; `message` says why and names the field at fault, and nothing was stored.",
    "5XX": "The server cannot answer now.",
}
_METHODS = ("get", "post", "put", "patch", "delete")
_ERROR: dict[str, Any] = {
    "type": "object",
    "description": "Why a request is refused. `code` is the gRPC code.",
    "properties": {
        "code": {"type": "integer"},
        "message": {"type": "string"},
        "details": {"type": "array", "items": {}},
    },
    "required": ["code", "message", "details"],
}
_IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "Sent again within 24 hours under the same key, the same request gives the first reply.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    "examples": {"any": {"value": "5f0c7b1e-deploy-1.1.0"}},
}
_IDEMPOTENT_REPLAY = {
    "description": "This is the first reply to the request; nothing happened again.",
    "schema": {"type": "string", "const": "true"},
}


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's hook."""
    result["tags"] = [{"name": section.name, "description": section.description} for section in SECTIONS]
    result["components"]["schemas"]["Error"] = _ERROR
    result["components"]["responses"] = {name: _refusal(text) for name, text in _REFUSALS.items()}
    for method, operation in _operations(result):
        _complete(method, operation)
    for schema in result["components"]["schemas"].values():
        _close(schema)
        _exemplify(schema)
    return result


def _operations(result: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in result["paths"].values():
        for method in _METHODS:
            if method in path:
                yield method, path[method]


def _complete(method: str, operation: dict[str, Any]) -> None:
    for name in _REFUSALS:
        operation["responses"].setdefault(name, {"$ref": f"#/components/responses/{name}"})
    for response in operation["responses"].values():
        if response.get("description") == "":
            response["description"] = "Done."
    if method == "post":
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
        operation["responses"]["200"]["headers"] = {"Idempotent-Replay": _IDEMPOTENT_REPLAY}
    for parameter in operation.get("parameters", []):
        _describe_parameter(parameter)


def _describe_parameter(parameter: dict[str, Any]) -> None:
    name = parameter["name"]
    parameter.setdefault("description", f"Filters by `{name}`.")
    if parameter["in"] == "query":
        parameter["schema"] = _or_empty(parameter["schema"])
        parameter["examples"] = {"any": {"value": FIELDS[name]}}


def _or_empty(schema: dict[str, Any]) -> dict[str, Any]:
    """An empty parameter is as good as none."""
    if schema.get("type") == "array":
        return schema | {"items": _or_empty(schema["items"])}
    if schema.get("type") != "string":
        return schema
    if schema.keys() & {"format", "enum", "pattern"}:
        return {"anyOf": [schema, {"type": "string", "maxLength": 0}]}
    return {key: value for key, value in schema.items() if key != "minLength"}


def _refusal(text: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {"description": text, "content": content}


def _close(schema: Any) -> None:
    """What is not described is not there, at any depth."""
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        _close(inner)
    if isinstance(schema, dict) and isinstance(schema.get("properties"), dict):
        schema.setdefault("additionalProperties", False)


def _exemplify(schema: dict[str, Any]) -> None:
    for name, field in schema.get("properties", {}).items():
        field.pop("x-spec-enum-id", None)
        candidates = [field["enum"][0]] if "enum" in field else [FIELDS.get(name), OTHERS.get(name)]
        suitable = [value for value in candidates if _suits(value, field)]
        if suitable and "const" not in field and "$ref" not in repr(field):
            field["examples"] = suitable[:1]


_PYTHON_TYPES: dict[str, Any] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}


def _suits(value: Any, field: dict[str, Any]) -> bool:
    """Whether the example has the type that the field has here: some names mean two things."""
    types = field.get("type", [])
    names = [types] if isinstance(types, str) else types
    return any(isinstance(value, _PYTHON_TYPES[name]) for name in names if name in _PYTHON_TYPES)
