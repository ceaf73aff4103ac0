"""Reported state and the road to the device."""

from devices.models.changes import Change
from devices.models.credentials import Credential, open_key, seal_key
from devices.models.devices import Device, HardwareId, Tag
from devices.models.reports import OtaEvent, PackageState

__all__ = [
    "Change",
    "Credential",
    "Device",
    "HardwareId",
    "OtaEvent",
    "PackageState",
    "Tag",
    "open_key",
    "seal_key",
]
