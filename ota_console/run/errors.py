"""Why a start is refused."""


class CannotStart(Exception):
    """A sentence for the person at the terminal, who can act on it; shown without a trace."""
