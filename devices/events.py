"""What happens to devices, by operators and keys. What devices themselves report are OTA events (models/reports.py)."""

from dataclasses import dataclass

from ota_console.core.events import Event


@dataclass(frozen=True, kw_only=True)
class DeviceEvent(Event):
    object_type = "device"

    device_pk: int


@dataclass(frozen=True, kw_only=True)
class DeviceCreated(DeviceEvent):
    name = "device.created"


@dataclass(frozen=True, kw_only=True)
class DeviceUpdated(DeviceEvent):
    name = "device.updated"


@dataclass(frozen=True, kw_only=True)
class DeviceMoved(DeviceEvent):
    """Its cohort changed; `cohort_ids` are the public ids of the one it left and the one it joined, where there are."""

    name = "device.moved"

    cohort_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DevicesMoved(Event):
    """Many at once joined or left the cohort `object_id`; `cohort_ids` are those that some left for it."""

    name = "devices.moved"
    object_type = "cohort"

    device_pks: tuple[int, ...]
    cohort_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DevicesImported(Event):
    """Many at once; `object_id` is the id of the project."""

    name = "devices.imported"
    object_type = "project"


@dataclass(frozen=True, kw_only=True)
class DeviceDeleted(DeviceEvent):
    name = "device.deleted"


@dataclass(frozen=True, kw_only=True)
class CredentialCreated(DeviceEvent):
    name = "credential.created"


@dataclass(frozen=True, kw_only=True)
class CredentialDeleted(DeviceEvent):
    name = "credential.deleted"


@dataclass(frozen=True, kw_only=True)
class CredentialRevealed(DeviceEvent):
    name = "credential.revealed"


@dataclass(frozen=True, kw_only=True)
class TagCreated(Event):
    name = "tag.created"
    object_type = "tag"


@dataclass(frozen=True, kw_only=True)
class TagDeleted(Event):
    name = "tag.deleted"
    object_type = "tag"


@dataclass(frozen=True, kw_only=True)
class ReleaseCreated(Event):
    name = "release.created"
    object_type = "release"


@dataclass(frozen=True, kw_only=True)
class ReleaseUpdated(Event):
    name = "release.updated"
    object_type = "release"


@dataclass(frozen=True, kw_only=True)
class ReleaseDeleted(Event):
    name = "release.deleted"
    object_type = "release"


@dataclass(frozen=True, kw_only=True)
class CertificateAdded(Event):
    name = "certificate.added"
    object_type = "certificate"


@dataclass(frozen=True, kw_only=True)
class CertificateDeleted(Event):
    name = "certificate.deleted"
    object_type = "certificate"
