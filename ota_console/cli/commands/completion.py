"""ota completion: what a shell needs to complete commands and options."""

from enum import StrEnum
from typing import Annotated

import typer
from typer._completion_shared import get_completion_script

from ota_console.cli.arguments import new_app

app = new_app()


class Shell(StrEnum):
    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@app.command()
def completion(shell: Annotated[Shell, typer.Argument(help="Which shell.")]) -> None:
    """Print a script that completes commands and options.

    Load it where the shell starts: `source <(ota completion bash)`, `source <(ota completion zsh)` behind compinit,
    or `ota completion fish | source`.
    """
    typer.echo(get_completion_script(prog_name="ota", complete_var="_OTA_COMPLETE", shell=shell))
