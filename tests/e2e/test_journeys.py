"""What an operator does in a browser, from the sign-in to devices that run the new version before their eyes."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Elsewhere, sign_in, watched_page
from tests.stack import Stack

pytestmark = pytest.mark.embedded
SLOW = 60_000  # milliseconds: devices handshake, download, restart and report
Simulate = Callable[..., subprocess.Popen[bytes]]


def mark(page: Page) -> None:
    """From here on the page must not be loaded anew."""
    page.evaluate("window.isStillTheSamePage = true")


def assert_marked(page: Page) -> None:
    assert page.evaluate("window.isStillTheSamePage === true")


def photograph(page: Page, name: str) -> None:
    """For the documentation, when scripts/screenshots.py asks for it."""
    if folder := os.environ.get("OTA_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def upload(page: Page, package: str, version: str, content: bytes) -> None:
    page.get_by_role("link", name="Packages").click()
    page.get_by_role("link", name="Upload").click()
    fill_upload(page, package, version, content)


def fill_upload(page: Page, package: str, version: str, content: bytes) -> None:
    page.get_by_label("Package", exact=True).fill(package)
    page.get_by_label("Version", exact=True).fill(version)
    file = {"name": "app.bin", "mimeType": "application/octet-stream", "buffer": content}
    page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Upload").click()


def test_from_sign_in_to_updated_devices(page: Page, simulate: Simulate) -> None:
    expect(page.get_by_role("heading", name="Bring the first device online")).to_be_visible()
    mark(page)
    late = ("--faulty", "1", "--offline-at", "50", "--offline-seconds", "15")
    simulate("--devices", "4", "--prefix", "meter", "--cohort", "field", *late)
    expect(page.locator(".figure", has_text="Devices online")).to_contain_text("4", timeout=SLOW)
    assert_marked(page)

    upload(page, "main", "1.1.0", b"\x3d\xb8\xf3\x96" + bytes(range(256)) * 400)
    expect(page.get_by_role("status")).to_contain_text("main@1.1.0 is stored")
    expect(page.get_by_role("row", name="1.1.0")).to_contain_text("mcuboot")

    page.get_by_role("link", name="Cohorts").click()
    page.get_by_role("link", name="field").click()
    page.get_by_role("link", name="Deploy", exact=True).click()
    page.get_by_label("main", exact=True).select_option(label="1.1.0 (100.0\xa0KB)")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_text("This deploys to 4 devices.")).to_be_visible()
    expect(page.get_by_text("4 are online and learn of it at once")).to_be_visible()
    page.get_by_role("button", name="Start deployment").click()
    expect(page.get_by_role("heading", name="main@1.1.0")).to_be_visible()
    mark(page)
    expect(page.locator(".figure", has_text="Up to date")).to_contain_text("3", timeout=SLOW)
    expect(page.locator(".figure", has_text="Updating")).to_contain_text("1")
    assert_marked(page)

    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="field").click()
    page.get_by_role("navigation", name="Cohort").get_by_role("link", name="Devices").click()
    mark(page)
    expect(page.get_by_text("3 of 4 up to date, 1 updating")).to_be_visible()
    expect(page.get_by_role("row", name="meter-0001")).to_contain_text("Downloading")
    photograph(page, "cohort")
    expect(page.get_by_text("4 of 4 up to date")).to_be_visible(timeout=SLOW)
    for number in range(1, 5):
        row = page.get_by_role("row", name=f"meter-000{number}")
        expect(row).to_contain_text("main 1.1.0")
        expect(row).to_contain_text("Up to date")
    assert_marked(page)
    page.get_by_role("link", name="meter-0001").click()
    expect(page.get_by_text("Runs what it should.")).to_be_visible()


def test_a_refused_upload_says_why_and_can_be_corrected(browser: Browser, live_stack: Stack) -> None:
    with watched_page(browser, live_stack.first_run["url"], expected=("400 (Bad Request)",)) as page:
        sign_in(page, live_stack)
        upload(page, "modem", "1 0", b"firmware")
        expect(page.get_by_text("Only the characters A-Z a-z 0-9 . _ - + ~ are possible")).to_be_visible()
        expect(page.get_by_label("Package", exact=True)).to_have_value("modem")
        fill_upload(page, "modem", "1.0", b"firmware")
        expect(page.get_by_role("heading", name="modem")).to_be_visible()


def test_two_operators_see_each_others_changes(page: Page, browser: Browser, live_stack: Stack) -> None:
    page.get_by_role("link", name="Cohorts").click()
    mark(page)
    with watched_page(browser, live_stack.first_run["url"]) as other:
        sign_in(other, live_stack)
        other.get_by_role("link", name="Cohorts").click()
        other.get_by_label("Name").fill("garden")
        other.get_by_role("button", name="Create cohort").click()
        expect(other.get_by_role("heading", name="garden")).to_be_visible()
        expect(page.get_by_role("link", name="garden")).to_be_visible()
        assert_marked(page)

        other.get_by_role("navigation", name="Cohort").get_by_role("link", name="Settings").click()
        other.get_by_role("button", name="Delete cohort").click()
        expect(other.get_by_text("0 devices leave it")).to_be_visible()
        other.get_by_role("button", name="Delete garden").click()
        expect(page.get_by_role("link", name="garden")).to_have_count(0)
        assert_marked(page)


def test_a_deployment_started_by_the_api_appears_on_the_open_page(
    page: Page, live_stack: Stack, elsewhere: Elsewhere
) -> None:
    cohort, artifact = elsewhere.cohort("roof"), elsewhere.artifact("solar", "1.0")
    page.goto(f"/projects/{live_stack.first_run['project']}/cohorts/{cohort}/")
    expect(page.get_by_text("Nothing was deployed yet")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-connection", "live")
    mark(page)
    elsewhere.deployment(cohort, "from elsewhere", artifact)
    expect(page.get_by_role("row", name="from elsewhere")).to_contain_text("Active")
    assert_marked(page)


def test_a_lost_connection_is_said_and_mended(browser: Browser, live_stack: Stack, elsewhere: Elsewhere) -> None:
    with watched_page(browser, live_stack.first_run["url"], expected=("WebSocket", "Failed to load")) as page:
        sign_in(page, live_stack)
        page.get_by_role("link", name="Cohorts").click()
        expect(page.locator("body")).to_have_attribute("data-connection", "live")
        mark(page)
        died = live_stack.kill("web")
        expect(page.get_by_text("Connection lost, retrying")).to_be_visible()
        live_stack.wait_for_restart("web", of=died)
        elsewhere.cohort("found again")
        expect(page.get_by_role("link", name="found again")).to_be_visible(timeout=SLOW)
        expect(page.get_by_text("Connection lost, retrying")).to_be_hidden()
        assert_marked(page)


def test_search_narrows_the_list_without_loading_the_page(page: Page, elsewhere: Elsewhere) -> None:
    elsewhere.device("pump-1")
    elsewhere.device("pump-2")
    page.get_by_role("link", name="Devices").click()
    mark(page)
    page.get_by_label("Search").fill("pump-2")
    expect(page.get_by_role("row", name="pump-1")).to_have_count(0)
    expect(page.get_by_role("row", name="pump-2")).to_be_visible()
    assert_marked(page)
    assert "q=pump-2" in page.url
    page.reload()
    expect(page.get_by_role("row", name="pump-1")).to_have_count(0)
    expect(page.get_by_label("Search")).to_have_value("pump-2")


def test_the_theme_is_chosen_and_kept(page: Page) -> None:
    page.get_by_role("button", name="Account and theme").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_pages_can_be_read_and_forms_sent_without_scripts(
    browser: Browser, live_stack: Stack, elsewhere: Elsewhere
) -> None:
    elsewhere.device("fan-1")
    elsewhere.device("fan-2")
    context = browser.new_context(base_url=live_stack.first_run["url"], java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_stack)
    upload(page, "plain", "1", b"no scripts")
    expect(page.get_by_role("status")).to_contain_text("plain@1 is stored")
    page.get_by_role("link", name="Devices").click()
    page.get_by_label("Search").fill("fan-1")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("row", name="fan-2")).to_have_count(0)
    expect(page.get_by_role("row", name="fan-1")).to_be_visible()
    context.close()
