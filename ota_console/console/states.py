"""How states look: each by colour, icon and word."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """`colour` is one of components.css's tints, `icon` one of the sprite."""

    word: str
    colour: str
    icon: str


ONLINE = State("Online", "green", "wifi")
OFFLINE = State("Offline", "grey", "wifi-off")
NEVER_SEEN = State("Never seen", "yellow", "hourglass")
DISABLED = State("Disabled", "red", "circle-minus")
