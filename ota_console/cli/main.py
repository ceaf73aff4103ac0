"""The `ota` command. A command's module is imported only when it runs, so that `ota --help` answers at once."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer
from typer._completion_classes import completion_init
from typer.core import TyperGroup

from ota_console.cli.arguments import new_app
from ota_console.cli.errors import OtaError
from ota_console.cli.options import Options, global_parameters, version_parameters

COMMANDS = {
    "login": "Check a server and key, and store them.",
    "whoami": "Show the server, project and organization in use.",
    "status": "Show what every device of a cohort runs.",
    "deploy": "Deploy artifacts to a cohort.",
    "rollback": "Go back to an earlier deployment.",
    "project": "List the projects of the key.",
    "package": "Packages: what devices are made of.",
    "artifact": "Artifacts: the files of a package's versions.",
    "cohort": "Cohorts: devices that run the same deployment.",
    "deployment": "A cohort's deployments.",
    "device": "Devices.",
    "credential": "The keys devices sign in with.",
    "event": "What devices reported about their updates.",
    "tag": "Tags: words to pick devices by.",
    "blueprint": "Blueprints: kinds of devices.",
    "certificate": "CA certificates.",
    "apikey": "The keys that programs sign in with.",
    "member": "The people of the organization.",
    "audit": "Show who changed what.",
    "usage": "Show what was delivered, month by month.",
    "completion": "Print a script that completes commands in a shell.",
}
EPILOG = "Global options may also stand behind a command. `ota COMMAND --help` explains a command."


class LazyCommands(TyperGroup):
    """Knows its commands by name and help line alone."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(import_module(f"ota_console.cli.commands.{cmd_name}").app)
        for leaf in getattr(command, "commands", {"": command}).values():
            leaf.params += global_parameters(hidden=True)
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


app = new_app(cls=LazyCommands, help="Deliver software to fleets of devices.", epilog=EPILOG)


@app.callback()
def _ota() -> None:
    """Only there to make this a group: the options store themselves."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, that of this process unless given, and end: 0 done, 1 refused, 2 usage, 3 not signed in,
    4 no server."""
    completion_init()
    command = typer.main.get_command(app)
    command.params += [*global_parameters(hidden=False), *version_parameters()]
    try:
        command.main(arguments, prog_name="ota", obj=Options())
    except OtaError as error:
        _fail(str(error), error.exit_code)
    except OSError as error:
        _fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", 1)
    except UnicodeError as error:
        _fail(f"Some text can neither be sent nor shown: {error}.", 2)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        # A reply may be JSON and still not have the shape of contract/rest.md; a person gets a sentence, not a stack.
        _fail(f"The server's answer was not understood ({type(error).__name__}: {error}).", 1)


def _fail(message: str, exit_code: int) -> None:
    typer.echo(f"Error: {message}", err=True)
    sys.exit(exit_code)
