"""Everything that changes devices and what they reported. A service checks the actor, changes, publishes."""

from devices.services.certificates import add_certificate, delete_certificate
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
from devices.services.imports import Import, ImportRow, RowError, import_devices
from devices.services.moves import Moves, add_devices, remove_devices
from devices.services.presence import Presence, record_presence
from devices.services.provisioning import provision_again, provision_device
from devices.services.releases import create_release, delete_release, keep_released_artifacts, update_release
from devices.services.reports import Report, record_reports
from devices.services.tags import create_tag, delete_tag
from devices.services.usage import Delivered, record_usage

__all__ = [
    "ChangeNotice",
    "Delivered",
    "Edit",
    "Import",
    "ImportRow",
    "Moves",
    "Presence",
    "Report",
    "RowError",
    "add_certificate",
    "add_devices",
    "assign_device",
    "change_of",
    "create_credential",
    "create_device",
    "create_release",
    "create_tag",
    "delete_certificate",
    "delete_credential",
    "delete_device",
    "delete_release",
    "delete_tag",
    "import_devices",
    "keep_released_artifacts",
    "provision_again",
    "provision_device",
    "record_change",
    "record_presence",
    "record_reports",
    "record_usage",
    "release_devices",
    "remove_devices",
    "reveal_key",
    "reveal_keys",
    "update_device",
    "update_release",
]
