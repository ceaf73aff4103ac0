"""The rules of desired state, as pure functions: no database, no clock, no transport.

Names        A package name or version uses A–Z a–z 0–9 . _ - + ~ and `package@version` has at most 255 bytes, so that
             it fits one CoAP Uri-Path option (contract/coap.md §6).
Size         An artifact has 1 to 2³¹−1 bytes: devices hold the size in a signed 32-bit field.
Bundle       A deployment has at least one artifact and at most one of each package.
Which one    A device runs the deployment that `deployment_for` names; nothing else decides it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ota_console.core.errors import Invalid

LARGEST_ARTIFACT = 2**31 - 1
LONGEST_SEGMENT = 255
DEVICE_NAME_LIMIT = 16  # characters of a package name or version in default device builds (contract/coap.md §8)
_NAME = re.compile(r"[A-Za-z0-9._\-+~]+")


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """Where the bytes lie and how to check them; `sha256` is 64 lower-case hex digits, `size` is in bytes."""

    storage_name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """A deployment as a device sees it. `artifacts` is keyed by `package@version`."""

    deployment_pk: int
    deployment_id: str
    sequence_number: int
    cbor: bytes
    json: bytes
    artifacts: Mapping[str, StoredArtifact]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a cohort should run: its active deployment, and the one that it replaces."""

    active: Bundle | None = None
    previous: Bundle | None = None


EMPTY_PLAN = Plan()


def deployment_for(device_key: str, plan: Plan) -> Bundle | None:
    """The deployment that this device should run, or None. `device_key` is its public id; rollouts will split on it."""
    return plan.active


def require_package_name(name: str) -> None:
    """Raise Invalid, field `package`, unless devices can ask for a package of this name."""
    _require_name(name, field="package", longest=LONGEST_SEGMENT - 2)


def require_version_label(package: str, label: str) -> None:
    """Raise Invalid, field `version`, unless devices can ask for this version of the package."""
    _require_name(label, field="version", longest=LONGEST_SEGMENT - 1 - len(package))


def _require_name(text: str, *, field: str, longest: int) -> None:
    if not text:
        raise Invalid(f"{field}: must not be empty", field=field)
    if _NAME.fullmatch(text) is None:
        raise Invalid(f"{field}: only the characters A-Z a-z 0-9 . _ - + ~ are possible", field=field)
    if text in {".", ".."}:
        raise Invalid(f"{field}: {text} has a meaning of its own in a path", field=field)
    if len(text) > longest:
        raise Invalid(f"{field}: package@version must not be longer than {LONGEST_SEGMENT} bytes", field=field)


def require_size(size: int) -> None:
    """Raise Invalid, field `content`, for an empty artifact or one of more than 2³¹−1 bytes."""
    if size < 1:
        raise Invalid("content: the file is empty", field="content")
    if size > LARGEST_ARTIFACT:
        raise Invalid(f"content: the file has more than {LARGEST_ARTIFACT} bytes", field="content")


def require_bundle(packages: Sequence[str]) -> None:
    """`packages` names the package of each artifact. Raise Invalid, field `artifactIds`, for an impossible bundle."""
    if not packages:
        raise Invalid("artifactIds: a deployment needs at least one artifact", field="artifactIds")
    twice = sorted({name for name in packages if packages.count(name) > 1})
    if twice:
        raise Invalid(f"artifactIds: more than one artifact of package {', '.join(twice)}", field="artifactIds")


def device_limit_warnings(components: Sequence[tuple[str, str]]) -> list[str]:
    """Sentences for an operator whose (package, version) pairs exceed default device builds (contract/coap.md §8)."""
    long = [
        f"{package}@{version}: devices built with default settings take at most {DEVICE_NAME_LIMIT} characters"
        " each for package and version"
        for package, version in components
        if max(len(package), len(version)) > DEVICE_NAME_LIMIT
    ]
    if len(components) > 1:
        long.append("Devices built with default settings refuse a deployment of more than one package.")
    return long
