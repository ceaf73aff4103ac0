"""Everything that changes devices and what they reported. A service checks the actor, changes, publishes."""

from devices.services.changes import ChangeNotice, change_of, record_change
from devices.services.credentials import create_credential, delete_credential, reveal_key, reveal_keys
from devices.services.devices import (
    Edit,
    assign_device,
    create_device,
    delete_device,
    release_devices,
    update_device,
)
from devices.services.presence import Presence, record_presence
from devices.services.reports import Report, record_reports
from devices.services.tags import create_tag

__all__ = [
    "ChangeNotice",
    "Edit",
    "Presence",
    "Report",
    "assign_device",
    "change_of",
    "create_credential",
    "create_device",
    "create_tag",
    "delete_credential",
    "delete_device",
    "record_change",
    "record_presence",
    "record_reports",
    "release_devices",
    "reveal_key",
    "reveal_keys",
    "update_device",
]
