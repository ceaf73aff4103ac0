"""Addresses as the environment writes them: `host:port`, with an IPv6 host in brackets."""

from dataclasses import dataclass

_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (names what "everywhere" is)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a socket listens. Port 0 asks the system for a free one."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str, *, variable: str) -> "Address":
        """Raise ValueError naming `variable` when `text` is not `host:port`."""
        host, colon, port = text.strip().rpartition(":")
        if not colon or not port.isdecimal() or int(port) > 65_535 or (":" in host and not host.startswith("[")):
            raise ValueError(f"{variable}: {text!r} is not host:port, such as 127.0.0.1:8000 or [::1]:8000")
        return cls(host.removeprefix("[").removesuffix("]"), int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def reachable(self) -> "Address":
        """The same port by a host that a program on this machine can connect to."""
        return Address(_EVERYWHERE.get(self.host, self.host), self.port)
