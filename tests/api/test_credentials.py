"""Credentials (contract/rest.md §3.3)."""

import base64
import re
import secrets
from typing import Any

from devices.models import Credential
from devices.selectors import session_secret
from ota_console.tenancy.models import AuditEntry
from tests.api.client import Api, refused, store


def test_post_credentials_adds_a_key_that_works_at_once(api: Api) -> None:
    path = f"{api.in_project}/devices/{api.device()['id']}/credentials"
    credential = api.post(path, type="PRE_SHARED_KEY", identity="generated-AbC", preSharedKey="generated-AbC")
    assert credential["type"] == "PRE_SHARED_KEY"
    assert credential["identity"] == "generated-AbC@sensors"
    assert credential["preSharedKey"] == "generated-AbC"
    assert len(credential["id"]) == 24
    secret = session_secret("generated-AbC@sensors")
    assert secret is not None
    assert secret.key == b"generated-AbC"


def test_post_credentials_generates_what_is_missing(api: Api) -> None:
    path = f"{api.in_project}/devices/{api.device()['id']}/credentials"
    credential = api.post(path, type="PRE_SHARED_KEY")
    assert re.fullmatch(r"[0-9a-f]{16}@sensors", credential["identity"])
    assert re.fullmatch(r"[0-9a-f]{32}", credential["preSharedKey"])
    assert api.post(path, identity="x@sensors")["identity"] == "x@sensors"


def test_post_credentials_refuses_a_taken_identity_and_other_types(api: Api) -> None:
    path = f"{api.in_project}/devices/{api.device()['id']}/credentials"
    api.post(path, identity="d1", preSharedKey="secret")
    before = store()
    refused(api.ask("POST", path, json={"identity": "d1"}), 409, 6, "identity", "already exists")
    refused(api.ask("POST", path, json={"type": "ASYMMETRIC_KEY_PAIR"}), 400, 3, "type")
    refused(api.ask("POST", path, json={"preSharedKey": "x" * 65}), 400, 3, "preSharedKey")
    assert store() == before


def test_get_credentials_lists_keys_in_clear_and_leaves_a_trace(api: Api) -> None:
    path = f"{api.in_project}/devices/{api.device()['id']}/credentials"
    assert api.get(path) == {"list": []}
    made = [api.post(path, identity=name, preSharedKey=f"key of {name}") for name in ("one", "two")]
    assert api.get(path) == {"list": made}
    assert bytes(Credential.objects.first().sealed_key).find(b"key of") < 0  # type: ignore[union-attr]
    latest = AuditEntry.objects.first()
    assert latest is not None
    assert (latest.action, latest.changes) == ("credential.revealed", {"identity": "one@sensors, two@sensors"})


def test_get_credentials_is_refused_to_viewers(api: Api, viewer_api: Api) -> None:
    path = f"{api.in_project}/devices/{api.device()['id']}/credentials"
    api.post(path, identity="d1", preSharedKey="secret")
    reply = viewer_api.ask("GET", path)
    refused(reply, 403, 7, "role")
    assert "secret" not in reply.text


def test_get_credentials_says_when_a_key_cannot_be_decrypted(api: Api, settings: Any) -> None:
    path = f"{api.in_project}/devices/{api.device()['id']}/credentials"
    api.post(path, identity="d1", preSharedKey="secret")
    before = store()
    settings.OTA_ENCRYPTION_KEY = base64.b64encode(secrets.token_bytes(32)).decode()
    refused(api.ask("GET", path), 400, 9, "d1@sensors", "encrypted")
    assert store() == before


def test_delete_credential_revokes_it(api: Api) -> None:
    path = f"{api.in_project}/devices/{api.device()['id']}/credentials"
    credential = api.post(path, identity="d1", preSharedKey="secret")["id"]
    assert api.delete(f"{path}/{credential}") == {}
    assert session_secret("d1@sensors") is None
    refused(api.ask("DELETE", f"{path}/{credential}"), 404, 5, "credential not found")
