"""The container files: every reference in docker-compose.yml leads somewhere, and a broken one is named."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ota_console.run.configuration import BASE_DIR

CHECK = [sys.executable, str(BASE_DIR / "scripts/check_compose.py")]


@pytest.fixture
def compose(tmp_path: Path) -> Path:
    """A copy to break."""
    for name in ("docker-compose.yml", "Dockerfile", ".env.example"):
        shutil.copy(BASE_DIR / name, tmp_path)
    return tmp_path / "docker-compose.yml"


def test_every_reference_leads_somewhere(compose: Path) -> None:
    subprocess.run([*CHECK, str(compose)], check=True)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (
            "      postgres:\n        condition",
            "      postgresql:\n        condition",
            "postgresql, which is no service",
        ),
        ("- data:/data", "- dta:/data", "the volume dta, which is not declared"),
        ("env_file: .env", "env_file: .environment", ".environment, which neither exists"),
        ("target: run", "target: runtime", "the stage runtime"),
        ("context: .", "context: docker", "which does not exist"),
    ],
)
def test_a_broken_reference_is_named(compose: Path, before: str, after: str, problem: str) -> None:
    assert before in compose.read_text()
    compose.write_text(compose.read_text().replace(before, after))

    check = subprocess.run([*CHECK, str(compose)], capture_output=True, text=True, check=False)

    assert check.returncode == 1
    assert problem in check.stderr
