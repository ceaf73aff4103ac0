"""An embedded default installation, started by the supervisor as `make run` does, for one scenario."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devices.simulator.demo import Installation
from tests.stack import Stack


@contextmanager
def running(**environment: str) -> Iterator[tuple[Stack, Installation]]:
    """Ready on free ports of the loopback, with an empty data folder that is gone afterwards.

    `environment` changes parts of the default, such as DATABASE_URL.
    """
    with tempfile.TemporaryDirectory(prefix="ota-bench-") as folder:
        stack = Stack(Path(folder) / "var", environment)
        try:
            stack.start()
            yield stack, Installation.read(stack.data_dir / "first-run.json")
        finally:
            stack.stop()
