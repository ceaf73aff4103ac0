"""Rate limits per API key."""

import pytest
from pytest_django import Settings
from redis import Redis

from ota_console.api import throttling
from tests.api.client import Api, refused


def test_who_asks_too_often_is_told_when_to_ask_again(api: Api, viewer_api: Api, settings: Settings) -> None:
    settings.OTA_API_RATE, settings.OTA_API_BURST = 0.001, 3
    for _ in range(3):
        api.get("/v1/projects")
    reply = api.ask("GET", "/v1/projects")
    refused(reply, 429, 8)
    assert 1 <= int(reply.headers["retry-after"]) <= 3000
    refused(api.ask("POST", f"{api.in_organization}/cohorts", json={"name": "x"}), 429, 8)
    viewer_api.get("/v1/projects")


def test_without_redis_nobody_is_held_up(api: Api, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OTA_API_RATE, settings.OTA_API_BURST = 0.001, 1
    nowhere = throttling.Counter(Redis(unix_socket_path="/nonexistent/valkey.sock"))
    monkeypatch.setattr(throttling, "counter", nowhere)
    for _ in range(3):
        api.get("/v1/projects")
    assert nowhere.silent_until > 0
