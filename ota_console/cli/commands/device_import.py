"""ota device import: many devices from a file, all of them or none."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ota_console.cli.arguments import DryRun
from ota_console.cli.errors import OtaError, Usage
from ota_console.cli.formats import count
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

ERROR_COLUMNS = ["LINE", "FIELD", "MESSAGE"]


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


CONTENT_TYPES = {Format.CSV: "text/csv", Format.JSONL: "application/x-ndjson"}
SUFFIXES = {".csv": Format.CSV, ".jsonl": Format.JSONL, ".ndjson": Format.JSONL}


def import_devices(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="- is standard input.")],
    format_: Annotated[Format | None, typer.Option("--format", help="Else what the file's name ends with.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Create a device from each line of a CSV or JSON lines file: all of them, or none when one is wrong.

    Columns: name, hardwareIds and tags (separated by ;), blueprint, cohort, identity, preSharedKey.
    """
    kind = format_ or SUFFIXES.get(file.suffix.lower())
    if kind is None:
        raise Usage("Say what the file is: --format csv or --format jsonl.")
    session = Session(ctx)
    content = _content(file)
    result = _send(session, content, CONTENT_TYPES[kind], dry_run)
    if result["errors"]:
        session.screen.show_part(result, ERROR_COLUMNS, _error_rows(result["errors"]))
        raise OtaError(f"{count(len(result['errors']), 'mistake')} in {file}. Nothing was created.")
    session.screen.say(f"{'Would create' if dry_run else 'Created'} {count(result['created'], 'device')}.")
    session.screen.show_json(result)


def _content(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    if not file.is_file():
        raise Usage(f"{file} is no file.")
    return file.read_bytes()


def _send(session: Session, content: bytes, content_type: str, dry_run: bool) -> Object:
    """A refusal for its lines becomes a result without a device."""
    query = {"dryRun": "true"} if dry_run else {}
    try:
        return session.client.post_text(session.in_project("devices", "import"), query, content, content_type)
    except OtaError as error:
        if not error.details:
            raise
        return {"created": 0, "dryRun": dry_run, "errors": list(error.details)}


def _error_rows(errors: list[Object]) -> list[list[object]]:
    return [[error["line"], error["field"], error["message"]] for error in errors]
