"""CA certificates (contract/rest.md §3.12)."""

from datetime import timedelta
from typing import Any

import pytest

from ota_console.tenancy.models import AuditEntry
from tests.api.certificates import authority, cert_file
from tests.api.client import Api, refused, store


def test_get_certificates_is_empty_at_first(api: Api) -> None:
    assert api.get(f"{api.in_project}/certificates")["list"] == []


def test_post_certificates_shows_what_the_certificate_says(api: Api) -> None:
    path = f"{api.in_project}/certificates"
    made = api.post(path, certFile=cert_file(authority("Field CA")), certType="intermediate")
    assert (made["enabled"], made["demo"], made["certType"]) == (True, False, "intermediate")
    assert made["projectId"] == "sensors"
    assert made["certificateContent"] == {
        "subject": "CN=Field CA",
        "issuer": "CN=Field CA",
        "serialNumber": "abcdef",
        "notBefore": "2020-01-01T00:00:00.000000Z",
        "notAfter": "2119-12-08T00:00:00.000000Z",
        "publicKeyAlgorithm": "ECDSA",
        "signatureAlgorithm": "ecdsa-with-SHA256",
        "keyUsages": ["digitalSignature", "keyCertSign"],
    }
    assert api.get(path)["list"] == [made]
    assert api.get(f"{path}/{made['id']}")["data"] == made


def test_an_expired_certificate_is_kept_and_says_so(api: Api) -> None:
    old = cert_file(authority("Old CA", lasts=timedelta(days=1)))
    made = api.post(f"{api.in_project}/certificates", certFile=old)
    assert made["certificateContent"]["notAfter"] == "2020-01-02T00:00:00.000000Z"
    assert made["certType"] == "root"


def test_a_certificate_is_there_once(api: Api) -> None:
    path, body = f"{api.in_project}/certificates", {"certFile": cert_file(authority("Field CA"))}
    api.post(path, **body)
    before = store()
    refused(api.ask("POST", path, json=body), 409, 6, "certFile")
    assert store() == before


PEM = authority("Field CA")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "certFile"),
        ({"certFile": ""}, "certFile"),
        ({"certFile": "no base64!"}, "certFile"),
        ({"certFile": cert_file(b"no certificate")}, "certFile"),
        ({"certFile": cert_file(PEM[:200])}, "certFile"),
        ({"certFile": cert_file(PEM + PEM)}, "one certificate"),
        ({"certFile": cert_file(authority("Leaf", is_authority=False))}, "not an authority"),
        ({"certFile": cert_file(authority("Plain", is_authority=None))}, "not an authority"),
        ({"certFile": "QUJD" * 50_000}, "certFile"),
        ({"certFile": 7}, "certFile"),
        ({"certFile": cert_file(PEM), "certType": "leaf"}, "certType"),
        ({"certFile": cert_file(PEM), "enabled": True}, "enabled"),
    ],
)
def test_post_certificates_refuses_what_is_no_authority(api: Api, body: dict[str, Any], field: str) -> None:
    before = store()
    refused(api.ask("POST", f"{api.in_project}/certificates", json=body), 400, 3, field)
    assert store() == before


def test_delete_certificate_answers_with_a_json_body(api: Api) -> None:
    path = f"{api.in_project}/certificates"
    made = api.post(path, certFile=cert_file(PEM))["id"]
    assert api.delete(f"{path}/{made}") == {}
    refused(api.ask("DELETE", f"{path}/{made}"), 404, 5, "certificate not found")
    actions = AuditEntry.objects.filter(object_id=made).values_list("action", flat=True)
    assert list(actions) == ["certificate.deleted", "certificate.added"]
