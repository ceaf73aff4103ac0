"""Pieces of pages: the order of versions, bars, and the vendored files."""

import hashlib
import json
import re

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from deployments.versions import direction
from ota_console.console.templatetags.console import SPRITE, bar
from ota_console.tenancy.models import User

VENDOR = settings.BASE_DIR / "static" / "vendor"
labels = st.from_regex(r"[0-9A-Za-z.\-+]{1,12}", fullmatch=True)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("1.9.0", "1.10.0", "raised"),
        ("1.10.0", "1.9.0", "lowered"),
        ("v1.2", "1.2.1", "raised"),
        ("1.0.0-rc.1", "1.0.0", "raised"),
        ("1.0.0-rc.2", "1.0.0-rc.10", "raised"),
        ("1.0.0-1", "1.0.0-rc", "raised"),
        ("1.0.0-rc", "1.0.0-rc.1", "raised"),
        ("1.0.0+a", "1.0.0+b", "changed"),
        ("blue", "green", "changed"),
        ("1.0", "nightly", "changed"),
    ],
)
def test_versions_are_ordered_as_semantic_versions(before: str, after: str, expected: str) -> None:
    assert direction(before, after) == expected


@given(labels, labels)
def test_a_step_back_is_the_reverse_of_a_step_forward(one: str, other: str) -> None:
    reverse = {"raised": "lowered", "lowered": "raised", "changed": "changed"}
    assert direction(other, one) == reverse[direction(one, other)]


def test_a_bar_shares_its_width_in_proportion() -> None:
    drawn = bar("Devices", 1, "green", 3, "red")
    assert '<rect class="bar-green" x="0.000" width="25.000"' in drawn
    assert '<rect class="bar-red" x="25.000" width="75.000"' in drawn
    assert 'width="0.000"' in bar("Devices", 0, "green")


def test_vendored_files_are_those_that_were_recorded() -> None:
    recorded = {
        path: digest
        for entry in json.loads((VENDOR / "vendor.json").read_text())
        for path, digest in entry["files"].items()
    }
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "vendor.json"
    }
    assert found == recorded
    assert SPRITE.removeprefix("vendor/") in recorded


def test_the_sprite_has_the_icons_that_pages_name_and_no_others() -> None:
    in_sprite = set(re.findall(r'<symbol id="([^"]+)"', (settings.BASE_DIR / "static" / SPRITE).read_text()))
    pages = "\n".join(path.read_text() for path in settings.BASE_DIR.glob("templates/**/*.html"))
    code = "\n".join(path.read_text() for path in settings.BASE_DIR.glob("*/console/*.py"))
    named = set(re.findall(r'{% icon "([^"]+)"|icon_name="([^"]+)"', pages))
    assert {name for pair in named for name in pair if name} <= in_sprite
    assert {name for name in in_sprite if f'"{name}"' not in pages + code} == set()


def test_signing_in_needs_no_redis(client: Client, user: User, settings: object) -> None:
    settings.CACHES = {  # type: ignore[attr-defined]
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nowhere.sock?db=0",
        }
    }
    answer = client.post("/accounts/login/", {"login": "olga", "password": "correct horse"})
    assert answer.status_code == 302
    assert client.get("/", follow=True).status_code == 200
