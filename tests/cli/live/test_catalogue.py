"""Packages, tags, blueprints, certificates, keys, members, and what was done and delivered."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pytest_django.live_server_helper import LiveServer

from deployments.models import Package
from devices.models import Tag
from ota_console.tenancy.models import ApiKey, Membership, User
from tests.cli.conftest import Ota


def authority() -> bytes:
    """A CA certificate of its own, as a PEM file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Plant")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )


def test_packages_are_described(ota: Ota, upload: Callable[..., Any]) -> None:
    ota("package", "create", "main", "--description", "Pumps", "--meta", "team=water", "--meta", "url=a=b")
    ota("package", "create", "modem")
    package = Package.objects.get(name="main")
    assert package.metadata == {"team": "water", "url": "a=b"}
    ota("package", "update", "main", "--meta", "team=fire", "--unset-meta", "url")
    package.refresh_from_db()
    assert (package.description, package.metadata) == ("Pumps", {"team": "fire"})
    ota("package", "update", "main", "--description", "")
    package.refresh_from_db()
    assert (package.description, package.metadata) == ("", {"team": "fire"})
    for nonsense in (["update", "main"], ["create", "x", "--meta", "novalue"], ["create", "x", "--meta", "=v"]):
        ota("package", *nonsense, code=2)


def test_packages_are_found_by_metadata_and_versions_have_notes(ota: Ota, upload: Callable[..., Any]) -> None:
    for package, team in (("main", "water"), ("modem", "radio")):
        ota("package", "create", package, "--meta", f"team={team}")
    listed = ota("package", "list", "--meta", "team=radio", "-o", "json").json
    assert [package["packageId"] for package in listed] == ["modem"]
    upload("main", "1.0.0")
    ota("package", "note", "main@1.0.0", "Fixes the valve")
    assert "Fixes the valve" in ota("package", "show", "main").out
    ota("package", "note", "main@1.0.0", "")
    assert "Fixes the valve" not in ota("package", "show", "main").out


def test_an_artifact_comes_back_as_it_went(ota: Ota, upload: Callable[..., Any]) -> None:
    upload("main", "1.0.0", b"firmware" * 1000)
    said = ota("artifact", "download", "main@1.0.0").err
    assert (ota.home / "main-1.0.0.bin").read_bytes() == b"firmware" * 1000
    assert "SHA-256 checked" in said
    assert "--yes" in ota("artifact", "download", "main@1.0.0", code=2).err
    part = next(iter(ota.home.glob("*.bin"))).with_name(f".again.bin.{sha256_of(ota)[:12]}.part")
    part.write_bytes((b"firmware" * 1000)[:5000])
    ota("artifact", "download", "main@1.0.0", "--out", "again.bin")
    assert (ota.home / "again.bin").read_bytes() == b"firmware" * 1000
    assert not part.exists()


def sha256_of(ota: Ota) -> str:
    shown: str = ota("artifact", "show", "main@1.0.0", "-o", "json").json["binaryInfo"]["digests"]["sha256"]["digest"]
    return shown


def test_tags_and_blueprints_come_and_go(ota: Ota) -> None:
    ota("tag", "create", "north")
    created = ota("blueprint", "create", "pump", "--board", "nrf9160dk", "--platform", "zephyr", "-o", "json").json
    assert (created["boardId"], created["platform"]) == ("nrf9160dk", "zephyr")
    for kind, name in (("tag", "north"), ("blueprint", "pump")):
        (listed,) = ota(kind, "list", "-o", "json").json
        assert ota(kind, "show", listed["id"], "-o", "json").json == listed
        assert name in ota(kind, "list").out
        assert "--yes" in ota(kind, "delete", name, code=2).err
        ota(kind, "delete", name, "--yes")
        assert ota(kind, "list", "-o", "json").json == []
    assert "can use only" in ota("tag", "create", "no blanks", code=1).err
    assert not Tag.objects.exists()


def test_certificates_come_and_go(ota: Ota) -> None:
    file = Path(ota.home / "ca.pem")
    file.write_bytes(authority())
    added = ota("certificate", "add", "ca.pem", "--type", "intermediate", "-o", "json").json
    assert added["certType"] == "intermediate"
    assert "CN=Plant" in ota("certificate", "show", added["id"]).out
    assert "CN=Plant" in ota("certificate", "list").out
    file.write_bytes(b"no certificate")
    assert "Error: " in ota("certificate", "add", "ca.pem", code=1).err
    ota("certificate", "delete", added["id"], "--yes")
    assert ota("certificate", "list", "-o", "json").json == []


def test_keys_are_made_used_and_taken_back(admin: Ota, live_server: LiveServer) -> None:
    made = admin("apikey", "create", "--name", "build", "--role", "viewer", "--expires", "30d", "-o", "json").json
    build = Ota(admin.home, {"OTA_URL": live_server.url, "OTA_API_KEY": made["key"]})
    assert build("whoami", "-o", "json").json["key"]["name"] == "build"
    assert "viewer" in build("whoami").out
    assert "Error: " in build("cohort", "create", "field", code=1).err
    left = ApiKey.objects.get(name="build").expires_at - datetime.now(UTC)
    assert timedelta(days=29) < left < timedelta(days=31)
    assert made["key"] not in admin("apikey", "list", "-o", "json").out
    assert "build" in admin("apikey", "list").out
    admin("apikey", "delete", "build", "--yes")
    build("whoami", code=3)
    assert "Error: " in admin("apikey", "create", "--expires", "2020-01-01", code=1).err


def test_members_are_added_changed_and_removed(admin: Ota, ota: Ota, user: User) -> None:
    User.objects.create_user("nina", password="correct horse")
    admin("member", "add", "nina")
    assert Membership.objects.get(user__username="nina").get_role_display() == "viewer"
    assert "nina is now operator." in admin("member", "update", "nina", "--role", "operator").err
    assert {member["username"] for member in admin("member", "list", "-o", "json").json} == {"nina", "olga"}
    assert "nina" in admin("member", "list").out
    assert "--yes" in admin("member", "remove", "nina", code=2).err
    admin("member", "remove", "nina", "--yes")
    assert not Membership.objects.filter(user__username="nina").exists()
    assert "Error: " in admin("member", "add", "nobody", code=1).err
    assert "Error: " in Ota(ota.home, {})("member", "list", code=1).err


def test_every_change_is_in_the_trail(ota: Ota) -> None:
    cohort = ota("cohort", "create", "field", "-o", "json").json["cohortId"]
    ota("cohort", "rename", "field", "lab")
    ota("tag", "create", "north")
    renamed, created = ota("audit", "--object", cohort, "-o", "json").json
    assert renamed["changes"]["name"] == ["field", "lab"]
    assert "field → lab" in ota("audit", "--object", cohort).out
    assert len(ota("audit", "--actor", "automation", "--since", "1h", "-o", "json").json) >= 3
    assert ota("audit", "--action", created["action"], "-o", "json").json == [created]
    assert len(ota("audit", "--limit", "1", "-o", "json").json) == 1
    assert ota("audit", "--until", "1h", "-o", "json").json == []
