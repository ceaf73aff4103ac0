"""What can go wrong, with the exit code each kind stands for (docs/guides/command-line.md lists them)."""

from collections.abc import Sequence
from typing import Any


class OtaError(Exception):
    """A sentence for the person at the terminal. The plain class means: refused by the server, or not found."""

    exit_code = 1

    def __init__(self, message: str, details: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.details = details  # as the server sent them (contract/rest.md §1.2)


class NotFound(OtaError):
    """Nothing has that name or id."""


class Faulty(OtaError):
    """The server answered that it cannot at the moment."""


class Usage(OtaError):
    """The command line, or the config file, makes no sense."""

    exit_code = 2


class NotSignedIn(OtaError):
    """No key, or one that the server does not accept."""

    exit_code = 3


class Unreachable(OtaError):
    """No answer came from the server."""

    exit_code = 4
