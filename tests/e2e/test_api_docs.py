"""The API's two viewers work under the content policy of their pages and load nothing from elsewhere."""

from playwright.sync_api import Browser, Request

from tests.e2e.conftest import sign_in, watched_page
from tests.stack import Stack

KEPT_OUT = "cdn.redoc.ly"  # Redoc's own picture under its menu, which the content policy does not let in


def test_the_viewers_show_the_api(browser: Browser, live_stack: Stack) -> None:
    here, strangers = live_stack.first_run["url"], []

    def note(request: Request) -> None:
        if not request.url.startswith((here, "data:", "blob:")):
            strangers.append(request.url)

    with watched_page(browser, here, expected=(KEPT_OUT,)) as page:
        page.on("requestfinished", note)
        sign_in(page, live_stack)
        page.goto("/v1/docs")
        page.get_by_text("Start a deployment", exact=True).wait_for()
        page.goto("/v1/docs/redoc")
        page.get_by_role("heading", name="Start a deployment").wait_for()
    assert strangers == []
