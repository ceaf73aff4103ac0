"""Stored sign-ins: what is written is read again, nobody else can read it, and a key stays with its server."""

import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ota_console.cli.config import Connection, Profile, connection, load_profiles, save_profile
from ota_console.cli.errors import NotSignedIn, Usage
from ota_console.cli.options import Options

STORED = Profile("http://one.example", "key-one", "sensors", "acme")
VALUE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ota" / "config.toml"
    save_profile(path, "default", STORED)
    return path


@given(st.dictionaries(VALUE, st.builds(Profile, VALUE, VALUE, VALUE, VALUE), max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_any_profiles_are_read_as_written(tmp_path: Path, profiles: dict[str, Profile]) -> None:
    path = tmp_path / "config.toml"
    path.unlink(missing_ok=True)
    for name, profile in profiles.items():
        save_profile(path, name, profile)
    assert load_profiles(path) == profiles


def test_only_the_owner_can_read_the_file(file: Path) -> None:
    file.chmod(0o644)
    save_profile(file, "second", STORED)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in file.parent.iterdir()] == ["config.toml"]


def test_flag_comes_before_environment_before_file(file: Path) -> None:
    environ = {"OTA_URL": "http://two.example", "OTA_API_KEY": "key-two", "OTA_PROJECT": "two"}
    flags = Options(config=file, url="http://three.example", api_key="key-three", project="three")
    assert connection(flags, environ) == Connection("http://three.example", "key-three", "three", None)
    assert connection(Options(config=file), environ) == Connection("http://two.example", "key-two", "two", None)
    assert connection(Options(config=file), {}) == Connection("http://one.example", "key-one", "sensors", "acme")


def test_a_stored_key_is_never_sent_to_another_server(file: Path) -> None:
    with pytest.raises(NotSignedIn):
        connection(Options(config=file, url="http://two.example"), {})
    with pytest.raises(NotSignedIn):
        connection(Options(config=file), {"OTA_URL": "http://two.example"})


def test_the_stored_project_belongs_to_the_stored_key_alone(file: Path) -> None:
    assert connection(Options(config=file), {"OTA_API_KEY": "key-two"}).project is None


def test_the_organization_is_asked_for_when_the_project_is_another(file: Path) -> None:
    assert connection(Options(config=file, project="other"), {}).organization is None


def test_profiles_are_chosen_by_flag_or_environment(file: Path) -> None:
    second = Profile("http://two.example", "key-two", "two", "acme")
    save_profile(file, "second", second)
    assert connection(Options(config=file, profile="second"), {}).api_key == "key-two"
    assert connection(Options(config=file), {"OTA_PROFILE": "second"}).api_key == "key-two"
    assert connection(Options(config=file), {}).api_key == "key-one"


def test_a_profile_that_does_not_exist_is_named(file: Path) -> None:
    with pytest.raises(NotSignedIn, match="'third'"):
        connection(Options(config=file, profile="third"), {})


@pytest.mark.parametrize(
    "url", ["http://two.example/", "http://two.example/v1", "http://two.example/v1/", "http://two.example"]
)
def test_the_base_url_is_found_in_what_people_paste(file: Path, url: str) -> None:
    assert connection(Options(config=file, url=url, api_key="k"), {}).url == "http://two.example"


@pytest.mark.parametrize(
    "content",
    [
        b"= 1",
        b"profiles = 5",
        b"[profiles]\na = 1",
        b"\xff",
        b"[profiles.a]\nurl = ''",
        b"[profiles.a]\nurl = 5\napi_key = ''\nproject = ''\norganization = ''",
    ],
)
def test_a_broken_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(Usage, match=r"config\.toml"):
        load_profiles(path)
