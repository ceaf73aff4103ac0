"""`python -m tests.matrix`: the whole suite twice, on the embedded default and on PostgreSQL, Redis and an S3 server.

Tests marked `embedded` start `make run` themselves and so run in the first round alone. Arguments go to pytest.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

from tests import servers

_LONGEST_ROUND = 20 * 60  # seconds; a test that hangs must not hang everything
_PYTEST = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadscope", "-q"]
_OURS = ("OTA_", "DATABASE_URL", "REDIS_URL")


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers below are stopped
    embedded = run_round("embedded: SQLite, a private Valkey, a folder", {}, arguments)
    with production_like() as environment:
        production = run_round(
            "production-like: PostgreSQL, Redis, S3", environment, ["-m", "not embedded", *arguments]
        )
    return embedded or production


@contextlib.contextmanager
def production_like() -> Iterator[dict[str, str]]:
    with servers.postgresql() as database, servers.redis() as redis, servers.object_store() as store:
        yield {"DATABASE_URL": database, "REDIS_URL": redis, **store}


def run_round(title: str, environment: Mapping[str, str], arguments: list[str]) -> int:
    print(f"\n━━ {title} ━━", flush=True)  # noqa: T201
    started = time.monotonic()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    process = subprocess.Popen([*_PYTEST, *arguments], env={**inherited, **environment}, start_new_session=True)
    try:
        code = process.wait(_LONGEST_ROUND)
    except subprocess.TimeoutExpired:
        code = 1
        print(f"The round took longer than {_LONGEST_ROUND} s and was ended.", flush=True)  # noqa: T201
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    print(f"━━ {title}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True)  # noqa: T201
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
