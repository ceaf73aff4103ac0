"""Request bodies: one JSON object of at most settings.DATA_UPLOAD_MAX_MEMORY_SIZE bytes. Artifacts are streamed."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import JSONParser

from ota_console.core.errors import Invalid


class JsonObject(JSONParser):
    """Raise ParseError for what is not JSON, Invalid for JSON that is no object or is nested too deeply."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        try:
            body = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise Invalid("the body is nested too deeply") from error
        if not isinstance(body, dict):
            raise Invalid("the body must be a JSON object")
        return body
