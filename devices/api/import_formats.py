"""What an import is written in: CSV with a header, or one JSON object a line."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from devices.services import ImportRow, RowError
from ota_console.core.errors import Invalid

#: Column → field of the row.
TEXTS: Mapping[str, str] = {
    "name": "name",
    "blueprint": "blueprint",
    "cohort": "cohort",
    "identity": "identity",
    "preSharedKey": "key",
}
LISTS: Mapping[str, str] = {"hardwareIds": "hardware_ids", "tags": "tags"}
_SEPARATOR = ";"  # of several values in one CSV cell
Parsed = Iterator[ImportRow | RowError]


def read_rows(media_type: str, body: bytes) -> tuple[list[ImportRow], list[RowError]]:
    """The rows, and what cannot be read. Raise Invalid for a body that is no such text at all."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("the body is not UTF-8 text") from error
    rows: list[ImportRow] = []
    errors: list[RowError] = []
    for entry in READERS[media_type](text):
        rows.append(entry) if isinstance(entry, ImportRow) else errors.append(entry)
    return rows, errors


def _csv_rows(text: str) -> Parsed:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, restkey="")
    try:
        _require_columns(reader.fieldnames or [])
        for row in reader:
            yield _csv_row(reader.line_num, row)
    except csv.Error as error:
        yield RowError(reader.reader.line_num, "", str(error))


def _require_columns(columns: Any) -> None:
    unknown = [name for name in columns if name not in TEXTS and name not in LISTS]
    if unknown:
        raise Invalid(f"there is no column {unknown[0]}; there are {', '.join([*TEXTS, *LISTS])}")
    if "name" not in columns or len(set(columns)) < len(columns):
        raise Invalid("the first line must name the columns, name among them, each once")


def _csv_row(line: int, row: Mapping[str, Any]) -> ImportRow | RowError:
    if "" in row:
        return RowError(line, "", "more values than columns")
    split = {column: _split(row.get(column) or "") for column in LISTS}
    return _row(line, {**row, **split})


def _split(cell: str) -> list[str]:
    return [value.strip() for value in cell.split(_SEPARATOR) if value.strip()]


def _json_rows(text: str) -> Parsed:
    for line, written in enumerate(text.split("\n"), start=1):
        if written.strip():
            yield _json_row(line, written)


def _json_row(line: int, written: str) -> ImportRow | RowError:
    try:
        row = json.loads(written)
    except (ValueError, RecursionError):
        return RowError(line, "", "not JSON")
    if not isinstance(row, dict):
        return RowError(line, "", "not a JSON object")
    for column, value in row.items():
        if complaint := _complaint(column, value):
            return RowError(line, column, complaint)
    return _row(line, row)


def _row(line: int, values: Mapping[str, Any]) -> ImportRow:
    texts: dict[str, Any] = {TEXTS[column]: values.get(column) or "" for column in TEXTS}
    lists: dict[str, Any] = {LISTS[column]: values.get(column) or [] for column in LISTS}
    return ImportRow(line=line, **texts, **lists)


def _complaint(column: str, value: Any) -> str | None:
    if column in TEXTS:
        return None if value is None or isinstance(value, str) else "must be text"
    if column in LISTS:
        is_list = isinstance(value, list) and all(isinstance(entry, str) for entry in value)
        return None if value is None or is_list else "must be a list of text"
    return "there is no such field"


READERS: Mapping[str, Callable[[str], Parsed]] = {"text/csv": _csv_rows, "application/x-ndjson": _json_rows}
