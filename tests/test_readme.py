"""The README's first update, run line by line as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ota_console.run.configuration import BASE_DIR
from tests.stack import Stack

README = BASE_DIR / "README.md"


@pytest.fixture
def checkout(tmp_path: Path, live_stack: Stack) -> Path:
    """A folder that looks like a fresh clone beside its running installation."""
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    (tmp_path / "manage.py").symlink_to(BASE_DIR / "manage.py")
    (tmp_path / "var").symlink_to(live_stack.data_dir)
    return tmp_path


def first_update() -> str:
    block = re.search(r"## A first update.*?```sh\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    return block[1]


def test_the_first_update_takes_ten_lines_at_most() -> None:
    assert len(first_update().splitlines()) <= 10


@pytest.mark.embedded
def test_the_first_update_ends_with_a_device_that_runs_it(checkout: Path, live_stack: Stack) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("OTA_", "DATABASE_", "REDIS_"))}
    environment = own | {
        "HOME": str(checkout),
        "OTA_DATA_DIR": str(live_stack.data_dir),
        "OTA_COAPS": live_stack.coaps,
    }
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", first_update()],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"pump-1 +main +1\.1\.0 .* IDLE", result.stdout), result.stdout
    assert "1 of 1 devices run it" in result.stderr
