"""The global options. They may stand before the command or behind it; the later one wins."""

from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer


class Output(StrEnum):
    TABLE = "table"
    JSON = "json"


@dataclass(slots=True)
class Options:
    """What was given on the command line; None where it was not."""

    url: str | None = None
    api_key: str | None = None
    project: str | None = None
    profile: str | None = None
    config: Path | None = None
    output: Output = Output.TABLE
    yes: bool = False
    quiet: bool = False
    no_color: bool = False


def _store(ctx: typer.Context, param: typer.CallbackParam, value: Any) -> None:
    """Keep what was really given: an option left out behind the command must not undo one before it."""
    if value is not None and param.name:
        setattr(ctx.ensure_object(Options), param.name, value)


def _print_version(given: bool) -> None:
    if given:
        typer.echo(f"ota {version('ota-console')}")
        raise typer.Exit


def _option(*names: str, help: str, **more: Any) -> Any:  # noqa: A002 - the word typer uses
    return typer.Option(*names, help=help, callback=_store, expose_value=False, **more)


def _globals(
    url: Annotated[
        str | None, _option("--url", help="The server, for example http://127.0.0.1:8000. [OTA_URL]")
    ] = None,
    api_key: Annotated[
        str | None, _option("--api-key", help="The key; - reads it from standard input. [OTA_API_KEY]")
    ] = None,
    project: Annotated[
        str | None, _option("--project", help="Another project than the key's first. [OTA_PROJECT]")
    ] = None,
    profile: Annotated[str | None, _option("--profile", help="Which stored sign-in to use. [OTA_PROFILE]")] = None,
    config: Annotated[Path | None, _option("--config", help="Another file than ~/.config/ota/config.toml.")] = None,
    output: Annotated[Output | None, _option("--output", "-o", help="How to print results.")] = None,
    yes: Annotated[bool | None, _option("--yes", "-y", help="Do not ask before deleting or overwriting.")] = None,
    quiet: Annotated[bool | None, _option("--quiet", "-q", help="No messages, no progress.")] = None,
    no_color: Annotated[bool | None, _option("--no-color", help="No colours. [NO_COLOR]")] = None,
) -> None: ...


def _version(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True, expose_value=False
        ),
    ] = False,
) -> None: ...


def _parameters(declaration: Any) -> list[Any]:
    app = typer.Typer(add_completion=False)
    app.command()(declaration)
    return typer.main.get_command(app).params


def global_parameters(*, hidden: bool) -> list[Any]:
    """Fresh parameters for one command; hidden where listing them again would drown its own options."""
    parameters = _parameters(_globals)
    for parameter in parameters:
        parameter.hidden = hidden
    return parameters


def version_parameters() -> list[Any]:
    return _parameters(_version)
