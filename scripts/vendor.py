"""Refresh static/vendor from the npm registry: `python scripts/vendor.py`.

Every package is fetched with `npm pack` at a pinned version, checked against the integrity that npm states for
it, and reduced to the files the console uses. static/vendor/vendor.json records where each file came from. The
icons to keep are listed in icons.txt.
"""

import base64
import hashlib
import json
import subprocess
import tarfile
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
TABLER = "1.6.1"
TABLER_ICONS = "3.51.0"
ICONS = (Path(__file__).with_name("icons.txt")).read_text().split()


@dataclass(frozen=True, slots=True)
class Vendored:
    """One entry of vendor.json; `files` maps a path below static/vendor to the SHA-256 of its content."""

    name: str
    version: str
    integrity: str
    licence: str
    files: dict[str, str]


def main() -> None:
    """Fetch all packages and write vendor.json."""
    entries = [_vendor_tabler(), _vendor_icons()]
    text = json.dumps([asdict(entry) for entry in entries], indent=2)
    (VENDOR / "vendor.json").write_text(text + "\n")


def _vendor_tabler() -> Vendored:
    with tempfile.TemporaryDirectory() as folder:
        archive, integrity = _pack("@tabler/core", TABLER, Path(folder))
        css = _member(archive, "package/dist/css/tabler.min.css").decode()
    # The source map is not shipped; the manifest storage would refuse a reference to a missing file.
    css = css.replace("/*# sourceMappingURL=tabler.min.css.map */", "")
    files = _write({f"tabler-{TABLER}/tabler.min.css": css})
    return Vendored("@tabler/core", TABLER, integrity, "MIT", files)


def _vendor_icons() -> Vendored:
    with tempfile.TemporaryDirectory() as folder:
        archive, integrity = _pack("@tabler/icons", TABLER_ICONS, Path(folder))
        nodes = json.loads(_member(archive, "package/tabler-nodes-outline.json"))
        licence = _member(archive, "package/LICENSE").decode()
    home = f"tabler-icons-{TABLER_ICONS}"
    files = _write({f"{home}/sprite.svg": _sprite(nodes), f"{home}/LICENSE": licence})
    return Vendored("@tabler/icons", TABLER_ICONS, integrity, "MIT", files)


def _pack(name: str, version: str, folder: Path) -> tuple[Path, str]:
    """Download one package; raise ValueError when its bytes are not those that npm states."""
    command = ["npm", "pack", f"{name}@{version}", "--json", "--pack-destination", str(folder)]
    packed = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)[0]  # noqa: S603
    archive = next(folder.glob("*.tgz"))
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if packed["integrity"] != f"sha512-{digest}":
        raise ValueError(f"{name}@{version}: the archive does not match its integrity")
    return archive, packed["integrity"]


def _member(archive: Path, path: str) -> bytes:
    with tarfile.open(archive) as tar:
        member = tar.extractfile(path)
        if member is None:
            raise ValueError(f"{archive.name}: {path} is not a file")
        return member.read()


def _sprite(nodes: dict[str, list[tuple[str, dict[str, str]]]]) -> str:
    symbols = "\n".join(
        f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(_element(*node) for node in nodes[name])}</symbol>'
        for name in ICONS
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def _element(tag: str, attributes: dict[str, str]) -> str:
    return f"<{tag} {' '.join(f'{key}={quoteattr(str(value))}' for key, value in attributes.items())}/>"


def _write(contents: dict[str, str]) -> dict[str, str]:
    for path, content in contents.items():
        target = VENDOR / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
    return {path: hashlib.sha256(content.encode()).hexdigest() for path, content in contents.items()}


if __name__ == "__main__":
    main()
