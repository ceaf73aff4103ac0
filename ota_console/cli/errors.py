"""What can go wrong, with the exit code each kind stands for (docs/guides/command-line.md lists them)."""


class OtaError(Exception):
    """A sentence for the person at the terminal. The plain class means: refused by the server, or not found."""

    exit_code = 1


class NotFound(OtaError):
    """Nothing has that name or id."""


class Usage(OtaError):
    """The command line, or the config file, makes no sense."""

    exit_code = 2


class NotSignedIn(OtaError):
    """No key, or one that the server does not accept."""

    exit_code = 3


class Unreachable(OtaError):
    """No answer came from the server."""

    exit_code = 4
