"""What a simulated device remembers over a restart."""

from pathlib import Path

import pytest

from devices.simulator.flash import Flash, FlashError


def test_what_was_installed_survives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "device.json"
    Flash(file, installed={"main": "1.0.0", "modem": "7"}).install("main", "1.1.0")
    after = Flash(file, installed={"main": "1.0.0"})
    assert (after.installed, after.unconfirmed) == ({"main": "1.1.0", "modem": "7"}, "main")
    after.confirm()
    assert Flash(file, installed={}).unconfirmed == ""


def test_a_first_start_has_the_factory_s_versions(tmp_path: Path) -> None:
    assert Flash(tmp_path / "new.json", installed={"main": "1.0.0"}).installed == {"main": "1.0.0"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"installed": [], "unconfirmed": ""}', "\x00"])
def test_a_foreign_file_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "device.json"
    file.write_text(text)
    with pytest.raises(FlashError, match="device.json"):
        Flash(file, installed={})
