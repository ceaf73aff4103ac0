"""An HTTP server that says what a test tells it to."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JSON = {"content-type": "application/json"}


class StrangeServer(ThreadingHTTPServer):
    """Answers every request with the same bytes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), StrangeHandler)
        self.status, self.headers, self.body = 200, JSON, b""
        self.asked: list[str] = []
        self.received = 0  # bytes of the latest body

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class StrangeHandler(BaseHTTPRequestHandler):
    server: StrangeServer

    def do_POST(self) -> None:
        self.server.received = 0
        while self.server.received < int(self.headers["content-length"]):
            self.server.received += len(self.rfile.read1(65536))
        self.do_GET()

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(self.server.status)
        for name, value in ({"content-length": str(len(self.server.body))} | self.server.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""
