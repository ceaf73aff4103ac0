"""What a device keeps when it loses power: which version of each package is installed."""

import json
import os
from collections.abc import Mapping
from pathlib import Path


class FlashError(ValueError):
    """The file was not written by a simulated device."""


class Flash:
    """Persistent memory in one JSON file per device, or in this process alone when there is no file.

    `installed` is package → version as it left the factory, used unless the file knows better. `unconfirmed` is
    the package that was installed by the last reboot and has not been reported as running yet, else "".
    """

    def __init__(self, path: Path | None = None, *, installed: Mapping[str, str]) -> None:
        self._path = path
        self.installed = dict(installed)
        self.unconfirmed = ""
        if path is not None and path.exists():
            self._read(path)

    def install(self, package: str, version: str) -> None:
        self.installed[package] = version
        self.unconfirmed = package
        self._write()

    def confirm(self) -> None:
        self.unconfirmed = ""
        self._write()

    def _read(self, path: Path) -> None:
        try:
            content = json.loads(path.read_text())
            self.installed = {str(package): str(version) for package, version in content["installed"].items()}
            self.unconfirmed = str(content["unconfirmed"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FlashError(f"{path} does not hold a simulated device's memory; delete it to start afresh") from error

    def _write(self) -> None:
        """In one step: a reader, or the next start after a crash, sees the old content or the new."""
        if self._path is None:
            return
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps({"installed": self.installed, "unconfirmed": self.unconfirmed}))
        os.replace(draft, self._path)
