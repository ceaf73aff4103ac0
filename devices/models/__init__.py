"""Reported state and the road to the device."""

from devices.models.changes import Change
from devices.models.counts import CohortSize, DeviceBucket
from devices.models.credentials import Credential, open_key, seal_key
from devices.models.devices import Device, HardwareId, Tag
from devices.models.reports import OtaEvent, PackageState

__all__ = [
    "Change",
    "CohortSize",
    "Credential",
    "Device",
    "DeviceBucket",
    "HardwareId",
    "OtaEvent",
    "PackageState",
    "Tag",
    "open_key",
    "seal_key",
]
