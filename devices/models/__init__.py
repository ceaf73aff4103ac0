"""Reported state and the road to the device."""

from devices.models.certificates import Certificate
from devices.models.changes import Change
from devices.models.counts import CohortSize, DeviceBucket
from devices.models.credentials import Credential, open_key, seal_key
from devices.models.devices import Device, HardwareId, Tag
from devices.models.releases import Release, ReleaseArtifact, ReleaseTag
from devices.models.reports import OtaEvent, PackageState
from devices.models.usage import Usage

__all__ = [
    "Certificate",
    "Change",
    "CohortSize",
    "Credential",
    "Device",
    "DeviceBucket",
    "HardwareId",
    "OtaEvent",
    "PackageState",
    "Release",
    "ReleaseArtifact",
    "ReleaseTag",
    "Tag",
    "Usage",
    "open_key",
    "seal_key",
]
