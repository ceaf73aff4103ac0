"""An HTTP server that says what a test tells it to."""

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Answer:
    """`body` is cut where `breaks_off` says, and the connection closed; 0 gives no answer at all."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: JSON)
    body: bytes = b""
    breaks_off: int | None = None


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]


class StrangeServer(ThreadingHTTPServer):
    """Gives the answers of `script` in turn, then for ever the same one."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), StrangeHandler)
        self.status, self.headers, self.body = 200, JSON, b""
        self.script: list[Answer] = []
        self.requests: list[Asked] = []
        self.received = 0  # bytes of the latest body

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def asked(self) -> list[str]:
        return [request.path for request in self.requests]

    def next_answer(self) -> Answer:
        return self.script.pop(0) if self.script else Answer(self.status, self.headers, self.body)


class StrangeHandler(BaseHTTPRequestHandler):
    server: StrangeServer

    def do_POST(self) -> None:
        self.server.received = 0
        while self.server.received < int(self.headers["content-length"]):
            self.server.received += len(self.rfile.read1(65536))
        self.do_GET()

    do_PATCH = do_POST  # noqa: N815 - the base class's way of naming

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append(Asked(self.command, self.path, headers))
        answer = self.server.next_answer()
        if answer.breaks_off == 0:
            return
        self.send_response(answer.status)
        for name, value in ({"content-length": str(len(answer.body))} | answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body[: answer.breaks_off])

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Quiet."""
