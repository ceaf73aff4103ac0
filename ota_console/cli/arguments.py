"""What several commands share: how they are made, and the arguments and options they take."""

from enum import StrEnum
from typing import Annotated, Any

import typer


class Role(StrEnum):
    """What a key or member may do."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


Limit = Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="Stop after this many.")]
Since = Annotated[str | None, typer.Option("--since", metavar="T", help="From when: 90m, 1h, 7d ago, or an ISO time.")]
Until = Annotated[str | None, typer.Option("--until", metavar="T", help="Until when, written likewise.")]
Wait = Annotated[
    bool, typer.Option("--wait", help="Wait until no device has it before it; those offline are waited for too.")
]
Timeout = Annotated[str | None, typer.Option("--timeout", metavar="T", help="Wait no longer: 90s, 10m, 1h.")]
DeploymentRef = Annotated[str, typer.Argument(metavar="DEPLOYMENT", help="Name or id.")]
Name = Annotated[str, typer.Argument(metavar="NAME")]
Package = Annotated[str, typer.Argument(metavar="PACKAGE", help="The package's id.")]
CohortRef = Annotated[str, typer.Argument(metavar="COHORT", help="Name or id.")]
DeviceRef = Annotated[str, typer.Argument(metavar="DEVICE", help="Name or id.")]
SomeDevices = Annotated[list[str] | None, typer.Argument(metavar="DEVICE", help="Names or ids.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="T", help="Tag name or id; may be repeated.")]
Blueprint = Annotated[str | None, typer.Option("--blueprint", metavar="B", help="Name or id.")]
Search = Annotated[str | None, typer.Option("--search", metavar="T", help="Part of a name or hardware id.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")]
DeviceRefs = Annotated[list[str], typer.Argument(metavar="DEVICE", help="Names or ids.")]
ArtifactRef = Annotated[str, typer.Argument(metavar="REF", help="package@version or id.")]
ArtifactRefs = Annotated[list[str], typer.Argument(metavar="REF", help="package@version or id.")]


def new_app(**more: Any) -> typer.Typer:
    """A command or a group of them, whose help is plain text: Rich would triple the time to the first line."""
    return typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        **more,
    )
