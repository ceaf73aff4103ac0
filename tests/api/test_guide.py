"""docs/guides/rest-api.md: its examples run as they stand, and it lists every address there is."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from ota_console.run.configuration import BASE_DIR
from tests.api.test_access import address, parameters, routes
from tests.stack import Stack

GUIDE = (BASE_DIR / "docs/guides/rest-api.md").read_text()
IN_PROJECT = "/v1/projects/{project}"
IN_ORGANIZATION = "/v1/organizations/{organization}/projects/{project}"


def blocks(language: str) -> str:
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE))


@pytest.fixture(scope="module")
def environment(live_stack: Stack) -> Mapping[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("OTA_", "DATABASE_", "REDIS_"))}
    return own | {"URL": live_stack.first_run["url"], "KEY": live_stack.first_run["api_key"]}


@pytest.mark.embedded
def test_the_examples_for_the_shell_succeed(environment: Mapping[str, str], tmp_path: Path) -> None:
    done = _run(["bash", "-euo", "pipefail", "-c", blocks("sh")], environment, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    for said in ('"version":"1.0.0"', '"version":"1.1.0"', '"version":"1.2.0"', '"moved":1', '"created":2', "retry:"):
        assert said in done.stdout, done.stdout
    assert done.stdout.count('"name":"field"') == 2
    assert '"action":"deployment.started"' in done.stdout


@pytest.mark.embedded
def test_the_example_for_python_succeeds(environment: Mapping[str, str], tmp_path: Path) -> None:
    done = _run([sys.executable, "-c", blocks("python")], environment, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(r"\d+ pumps, of \d+\n", done.stdout)


def test_the_guide_lists_every_address() -> None:
    said = set(re.findall(r"`((?:P|O|/v1)(?:/[^`\s]*)?)`", GUIDE))
    shapes = {_shape(text) for text in said}
    missing = {name for name, _ in routes() if _shape(_template(name)) not in shapes}
    assert missing - {"tag-detail", "blueprint-detail", "certificate-detail"} == set()


def _template(name: str) -> str:
    whole = address(name, {parameter: f"{parameter}-" for parameter in parameters(name)})
    return whole.replace("organization-", "{organization}").replace("project-", "{project}")


def _shape(path: str) -> str:
    """With P and O written out, and every id the same."""
    path = re.sub(r"^P(?=/|$)", IN_PROJECT, re.sub(r"^O(?=/|$)", IN_ORGANIZATION, path.partition("?")[0]))
    return re.sub(r"(?<=/)(?:\{[a-z]+\}|[a-z]+-)(?=/|$)", "*", path)


def _run(command: list[str], environment: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
