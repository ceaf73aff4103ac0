"""Every screen with something on it: accessible in light and dark, and no wider than a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Elsewhere, watched_page
from tests.stack import Stack

pytestmark = pytest.mark.embedded
Look = Callable[[Page], None]


def test_the_sign_in_page(browser: Browser, live_stack: Stack, check_look: Look) -> None:
    with watched_page(browser, live_stack.first_run["url"]) as page:
        page.goto("/")
        check_look(page)
        page.get_by_label("Username").fill("nobody")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()
        check_look(page)


def test_a_page_that_does_not_exist(browser: Browser, live_stack: Stack, check_look: Look) -> None:
    with watched_page(browser, live_stack.first_run["url"], expected=("404",)) as page:
        page.goto("/nowhere/")
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
        check_look(page)


def test_an_empty_project(page: Page, live_stack: Stack, check_look: Look) -> None:
    project = f"/projects/{live_stack.first_run['project']}"
    for path in ("", "/devices", "/packages", "/cohorts", "/events", "/upload"):
        page.goto(f"{project}{path}/")
        check_look(page)


def test_a_project_with_something_of_everything(
    page: Page, live_stack: Stack, elsewhere: Elsewhere, check_look: Look
) -> None:
    project = f"/projects/{live_stack.first_run['project']}"
    things = _furnish(elsewhere)
    cohort = f"{project}/cohorts/{things['cohort']}"
    pages = [
        f"{project}/",
        f"{project}/devices/",
        f"{project}/devices/{things['device']}/",
        f"{project}/packages/",
        f"{project}/packages/main/",
        f"{project}/cohorts/",
        f"{cohort}/",
        f"{cohort}/devices/?q=",
        f"{cohort}/settings/",
        f"{cohort}/deploy/",
        f"{cohort}/deploy/review/?artifacts={things['older']}",
        f"{cohort}/deployments/{things['deployment']}/",
    ]
    for path in pages:
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"\S"))
        check_look(page)


def test_open_menus(page: Page, check_look: Look) -> None:
    page.get_by_role("button", name="Account and theme").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    check_look(page)
    page.set_viewport_size({"width": 375, "height": 800})
    page.reload()
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Cohorts")).to_be_visible()
    page.get_by_role("link", name="Cohorts").click()
    expect(page.get_by_role("heading", name="Cohorts")).to_be_visible()


def _furnish(elsewhere: Elsewhere) -> dict[str, str]:
    """Two deployments, a device in the cohort and one outside it."""
    older, newer = elsewhere.artifact("main", "1.0.0"), elsewhere.artifact("main", "1.1.0-rc.1")
    cohort, device = elsewhere.cohort("field"), elsewhere.device("meter")
    elsewhere.deployment(cohort, "first", older)
    deployment = elsewhere.deployment(cohort, "second", newer)
    elsewhere.assign(device, cohort)
    elsewhere.device("loose")
    return {"cohort": cohort, "deployment": deployment, "device": device, "older": older}
