"""Server-Sent Events (HTML Living Standard §9.2), with a connection that is made anew as often as it takes."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from time import sleep

from ota_console.cli.client import Client, Query
from ota_console.cli.errors import Faulty, OtaError, Unreachable
from ota_console.cli.wire import Object

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before connecting again


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    event: str
    data: str


def messages(pieces: Iterable[bytes]) -> Iterator[Message]:
    """The messages of a stream, whose lines end in LF or CRLF; `data` is "" where only the place is told.

    Comments, and what breaks off, are left out.
    """
    fields: dict[str, str] = {}
    last_id = ""
    for line in _lines(pieces):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data" and "data" in fields:
            fields["data"] += f"\n{value}"
        elif name:
            fields[name] = value
        elif not line:
            last_id = fields.get("id", last_id)
            if fields.keys() & {"id", "data"}:
                yield Message(last_id, fields.get("event", "message"), fields.get("data", ""))
            fields = {}


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """Split at line ends alone: str.splitlines knows separators that may stand in JSON text."""
    pending = b""
    for piece in pieces:
        *lines, pending = (pending + piece).split(b"\n")
        yield from (line.removesuffix(b"\r").decode() for line in lines)


def follow(client: Client, where: str, query: Query, say: Callable[[str], None]) -> Iterator[Object]:
    """Events as they happen, without an end. After a break they go on behind the last one that arrived."""
    last_id: str | None = None
    pause = FIRST_PAUSE
    while True:
        try:
            for message in _connected(client, where, query, last_id):
                last_id, pause = message.id or last_id, FIRST_PAUSE
                if message.event == "ota-event":
                    yield json.loads(message.data)
        except (Unreachable, Faulty) as error:
            say(f"{error} Trying again in {pause:.0f} s.")
        sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _connected(client: Client, where: str, query: Query, last_id: str | None) -> Iterator[Message]:
    with client.events(where, query, last_id) as response:
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            raise OtaError("The server's answer is no stream of events. It may be another version.")
        yield from messages(response.iter_raw())
