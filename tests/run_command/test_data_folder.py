"""The data folder: private, held by one supervisor, given its secrets once."""

import base64
import stat
from pathlib import Path

import pytest

from ota_console.run import data_folder
from ota_console.run.errors import CannotStart


@pytest.fixture
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OTA_SECRET_KEY", "OTA_ENCRYPTION_KEY"):
        monkeypatch.delenv(variable)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folder_is_private(tmp_path: Path) -> None:
    data_folder.prepare(tmp_path / "new" / "var")

    assert _mode(tmp_path / "new" / "var") == 0o700


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")

    with pytest.raises(CannotStart, match="OTA_DATA_DIR"):
        data_folder.prepare(tmp_path / "var")


def test_secrets_are_generated_once(tmp_path: Path, no_secrets: None) -> None:
    data_folder.ensure_secrets(tmp_path)
    first = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}

    data_folder.ensure_secrets(tmp_path)

    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == first
    assert all(_mode(path) == 0o600 for path in (tmp_path / "secrets").iterdir())
    assert _mode(tmp_path / "secrets") == 0o700
    assert len(base64.b64decode(first["encryption-key"])) == 32


def test_secrets_of_the_environment_are_not_written(tmp_path: Path) -> None:
    data_folder.ensure_secrets(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_database_without_its_encryption_key_is_refused(tmp_path: Path, no_secrets: None) -> None:
    (tmp_path / "ota.sqlite3").write_text("")

    with pytest.raises(CannotStart, match="encryption-key is missing"):
        data_folder.ensure_secrets(tmp_path)


def test_the_second_lock_is_refused_until_the_first_is_let_go(tmp_path: Path) -> None:
    with data_folder.lock(tmp_path), pytest.raises(CannotStart, match="in use by another"):
        data_folder.lock(tmp_path)

    data_folder.lock(tmp_path).close()
