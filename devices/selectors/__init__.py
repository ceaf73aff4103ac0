"""Reads of reported state and of the road to the device."""

from devices.selectors.choices import Choice, devices_by_filter, devices_by_id, devices_by_name
from devices.selectors.listing import DeviceFilter, devices_matching
from devices.selectors.lookups import (
    visible_certificate,
    visible_credential,
    visible_device,
    visible_release,
    visible_tag,
    visible_tags,
)
from devices.selectors.ota_events import EventFilter, EventPage, ota_events
from devices.selectors.paging import DevicePage, device_page
from devices.selectors.progress import Progress, deployment_progress, device_counts, with_progress
from devices.selectors.road import (
    ChangeRecord,
    DeviceRecord,
    SessionSecret,
    changes_since,
    cohort_plans,
    device_records,
    live_credentials,
    session_secret,
)

__all__ = [
    "ChangeRecord",
    "Choice",
    "DeviceFilter",
    "DevicePage",
    "DeviceRecord",
    "EventFilter",
    "EventPage",
    "Progress",
    "SessionSecret",
    "changes_since",
    "cohort_plans",
    "deployment_progress",
    "device_counts",
    "device_page",
    "device_records",
    "devices_by_filter",
    "devices_by_id",
    "devices_by_name",
    "devices_matching",
    "live_credentials",
    "ota_events",
    "session_secret",
    "visible_certificate",
    "visible_credential",
    "visible_device",
    "visible_release",
    "visible_tag",
    "visible_tags",
    "with_progress",
]
