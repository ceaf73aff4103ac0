"""Provisioning, and credentials addressed without their device (contract/rest.md §2, §3.14)."""

from typing import Any

import pytest

from tests.api.client import Api, refused, store


def credentials(api: Api, device: str) -> list[tuple[str, str]]:
    listed = api.get(f"{api.in_project}/devices/{device}/credentials")["list"]
    return [(one["identity"], one["preSharedKey"]) for one in listed]


def test_post_provisioning_makes_a_device_with_its_credential(api: Api) -> None:
    tag = api.post(f"{api.in_project}/tags", name="red")["id"]
    cohort = api.cohort()["cohortId"]
    body = {"name": "d1", "hardwareIds": ["hw"], "tagIds": [tag], "cohortId": cohort}
    made = api.post(f"{api.in_project}/provisioning", **body, identity="abc", preSharedKey="secret")
    assert made.keys() == {"deviceId"}
    device = api.get(f"{api.in_project}/devices/{made['deviceId']}")["data"]
    assert body.items() <= device.items()
    assert credentials(api, made["deviceId"]) == [("abc@sensors", "secret")]


def test_post_provisioning_takes_the_name_for_a_missing_identity(api: Api) -> None:
    device = api.post(f"{api.in_project}/provisioning", name="d1")["deviceId"]
    ((identity, key),) = credentials(api, device)
    assert identity == "d1@sensors"
    assert len(key) == 32


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "d", "type": "CERTIFICATE"}, "type"),
        ({"name": "d", "cohortId": "f" * 24}, "cohortId"),
        ({"name": "d", "preSharedKey": "x" * 65}, "preSharedKey"),
        ({"name": "d", "identity": "a\nb"}, "identity"),
        ({"name": "d", "hardwareIds": [7]}, "hardwareIds"),
        ({"name": "d", "key": "x"}, "key"),
    ],
)
def test_post_provisioning_makes_all_or_nothing(api: Api, body: dict[str, Any], field: str) -> None:
    before = store()
    refused(api.ask("POST", f"{api.in_project}/provisioning", json=body), 400, 3, field)
    assert store() == before


def test_post_device_provisioning_adds_to_what_the_device_has(api: Api) -> None:
    device = api.device("d1")["id"]
    made = api.post(f"{api.in_project}/devices/{device}/provisioning", hardwareIds=["second"], identity="abc")
    assert made == {"deviceId": device}
    shown = api.get(f"{api.in_project}/devices/{device}")["data"]
    assert (shown["name"], shown["hardwareIds"]) == ("d1", ["d1-hw", "second"])
    assert [identity for identity, _ in credentials(api, device)] == ["abc@sensors"]


def test_post_credentials_names_the_device_in_the_body(api: Api) -> None:
    device = api.device()["id"]
    path = f"{api.in_project}/credentials"
    made = api.post(path, deviceId=device, type="PRE_SHARED_KEY", identity="abc", preSharedKey="secret")
    assert (made["identity"], made["preSharedKey"]) == ("abc@sensors", "secret")
    before = store()
    refused(api.ask("POST", path, json={"deviceId": "f" * 24}), 400, 3, "deviceId")
    refused(api.ask("POST", path, json={"identity": "x"}), 400, 3, "deviceId")
    assert store() == before


def test_delete_credential_names_the_device_in_the_query(api: Api) -> None:
    device, other = api.device("d1")["id"], api.device("d2")["id"]
    path = f"{api.in_project}/credentials/{api.post(f'{api.in_project}/credentials', deviceId=device)['id']}"
    before = store()
    refused(api.ask("DELETE", path), 400, 3, "deviceId")
    refused(api.ask("DELETE", path, params={"deviceId": "f" * 24}), 400, 3, "deviceId")
    refused(api.ask("DELETE", path, params={"deviceId": other}), 404, 5, "credential not found")
    assert store() == before
    assert api.ask("DELETE", path, params={"deviceId": device}).json() == {}
    assert credentials(api, device) == []
