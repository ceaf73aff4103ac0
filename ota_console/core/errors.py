"""Errors of the domain. They carry a kind; each face maps kinds to its own statuses in one table."""

from enum import Enum


class Kind(Enum):
    """What sort of refusal this is, independent of the face that will show it."""

    INVALID = "invalid"
    PRECONDITION = "precondition"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"


class DomainError(Exception):
    """A refusal with a sentence for the person who asked, and the input field it concerns, if any."""

    kind = Kind.INVALID

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Invalid(DomainError):
    """The input breaks a rule; `field` names which one."""


class Precondition(DomainError):
    """The thing is in a state that does not allow this, for example in use."""

    kind = Kind.PRECONDITION


class Unauthenticated(DomainError):
    kind = Kind.UNAUTHENTICATED


class Forbidden(DomainError):
    kind = Kind.FORBIDDEN


class NotFound(DomainError):
    """It does not exist, or not for this actor: the two are never told apart."""

    kind = Kind.NOT_FOUND


class Conflict(DomainError):
    """Something with that name or identity exists already."""

    kind = Kind.CONFLICT


class TooLarge(DomainError):
    kind = Kind.TOO_LARGE


class Unavailable(DomainError):
    """A part we depend on does not answer now; asking again later may succeed."""

    kind = Kind.UNAVAILABLE
