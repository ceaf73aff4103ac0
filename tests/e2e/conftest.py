"""A browser on a running installation: every page is watched for errors, and every look for accessibility."""

import base64
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from ota_console.run.configuration import BASE_DIR
from tests.stack import Stack

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
AXE = "axe-core@4.14.1"
AXE_SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed with its module: Playwright's event loop would be in the way of asynchronous tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def watched_page(browser: Browser, base_url: str, expected: tuple[str, ...] = ()) -> Iterator[Page]:
    """A new browser window. Fails on any error in its log, CSP violations included, but for those `expected`."""
    context = browser.new_context(base_url=base_url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        is_expected = any(part in message.text for part in expected)
        if message.type in {"error", "warning"} and not is_expected:
            problems.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    yield page
    context.close()
    assert problems == []


def sign_in(page: Page, stack: Stack) -> None:
    page.goto("/")
    page.get_by_label("Username").fill(stack.first_run["username"])
    page.get_by_label("Password").fill(stack.first_run["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/projects/**")


def addresses(stack: Stack) -> tuple[str, str]:
    """Of the project in the API: below the organization, and by itself (contract/rest.md §2)."""
    project = stack.first_run["project"]
    return f"/v1/organizations/{stack.first_run['organization']}/projects/{project}", f"/v1/projects/{project}"


@dataclass(frozen=True)
class Elsewhere:
    """Changes that reach an open page from outside: through the REST API."""

    stack: Stack

    def device(self, name: str) -> str:
        return self._create(f"{addresses(self.stack)[1]}/devices", name=name, hardwareIds=[name])

    def artifact(self, package: str, version: str) -> str:
        project = self.stack.first_run["project"]
        fields = {"package": package, "version": version, "content": "aW1hZ2U="}
        return self._create("/v1/artifacts", projectId=project, **fields)

    def cohort(self, name: str) -> str:
        return self._create(f"{addresses(self.stack)[0]}/cohorts", name=name)

    def deployment(self, cohort: str, name: str, *artifacts: str) -> str:
        path = f"{addresses(self.stack)[0]}/cohorts/{cohort}/deployments"
        return self._create(path, name=name, artifactIds=artifacts)

    def assign(self, device: str, cohort: str) -> None:
        with self.stack.client() as api:
            path = f"{addresses(self.stack)[1]}/devices/{device}"
            api.patch(path, json={"cohortId": cohort}).raise_for_status()

    def _create(self, path: str, **body: object) -> str:
        with self.stack.client() as api:
            made = api.post(path, json=body).raise_for_status().json()["data"]
        return str(next(made[key] for key in ("id", "cohortId", "deploymentId") if key in made))


@pytest.fixture
def elsewhere(live_stack: Stack) -> Elsewhere:
    return Elsewhere(live_stack)


@pytest.fixture
def page(browser: Browser, live_stack: Stack) -> Iterator[Page]:
    """Signed in as the administrator of the first run, on the overview."""
    with watched_page(browser, live_stack.first_run["url"]) as page:
        sign_in(page, live_stack)
        yield page


@pytest.fixture(scope="session")
def axe_source(pytestconfig: pytest.Config) -> str:
    """axe-core as published on npm, kept in pytest's cache."""
    folder = Path(str(pytestconfig.cache.mkdir("axe-core"))) if pytestconfig.cache else Path()
    script = folder / "package" / "axe.min.js"
    if not script.exists():
        subprocess.run(["npm", "pack", AXE, "--silent"], cwd=folder, check=True, capture_output=True)
        archive = folder / "axe-core-4.14.1.tgz"
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        assert digest == AXE_SHA512, "npm gave another axe-core than the one reviewed"
        subprocess.run(["tar", "xzf", archive.name, "package/axe.min.js"], cwd=folder, check=True)
    return script.read_text()


@pytest.fixture
def check_look(axe_source: str) -> Callable[[Page], None]:
    """Accessible in light and dark, and no wider than a phone."""

    def check(page: Page) -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            violations = page.evaluate(
                f"{axe_source}\naxe.run(document, {{runOnly: {{type: 'tag', values: {AXE_RULES}}}}})"
            )["violations"]
            found = [(entry["id"], entry["nodes"][0]["html"]) for entry in violations]
            assert found == [], f"{page.url} in {scheme}"
        size = page.viewport_size
        page.set_viewport_size({"width": 375, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 375, page.url
        assert size is not None
        page.set_viewport_size(size)

    return check


@pytest.fixture
def simulate(live_stack: Stack) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts simulated devices beside the installation; they end with the test."""
    fleets: list[subprocess.Popen[bytes]] = []
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("OTA_") and name not in ("DATABASE_URL", "REDIS_URL")
    }
    own = {"OTA_DATA_DIR": str(live_stack.data_dir), "OTA_COAPS": live_stack.coaps}

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "simulate", *arguments]
        fleet = subprocess.Popen(command, cwd=BASE_DIR, env={**inherited, **own}, stdout=subprocess.DEVNULL)
        fleets.append(fleet)
        return fleet

    yield start
    ended_early = [fleet.args for fleet in fleets if fleet.poll()]
    for fleet in fleets:
        fleet.terminate()
        fleet.wait(30)
    assert ended_early == [], "the simulated devices failed to run"
