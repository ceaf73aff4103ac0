"""Reads of reported state and of the road to the device."""

from devices.selectors.choices import Choice, devices_by_filter, devices_by_id, devices_by_name
from devices.selectors.event_counts import EventCounts, event_counts
from devices.selectors.event_feed import EventFeed
from devices.selectors.listing import DeviceFilter, devices_matching
from devices.selectors.lookups import (
    visible_certificate,
    visible_credential,
    visible_device,
    visible_release,
    visible_tag,
    visible_tags,
)
from devices.selectors.ota_events import EventFilter, EventPage, event_token, ota_events
from devices.selectors.paging import DevicePage, device_page
from devices.selectors.progress import (
    Members,
    Progress,
    cohort_members,
    deployment_progress,
    device_counts,
    with_progress,
)
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
from devices.selectors.usage import monthly_usage

__all__ = [
    "ChangeRecord",
    "Choice",
    "DeviceFilter",
    "DevicePage",
    "DeviceRecord",
    "EventCounts",
    "EventFeed",
    "EventFilter",
    "EventPage",
    "Members",
    "Progress",
    "SessionSecret",
    "changes_since",
    "cohort_members",
    "cohort_plans",
    "deployment_progress",
    "device_counts",
    "device_page",
    "device_records",
    "devices_by_filter",
    "devices_by_id",
    "devices_by_name",
    "devices_matching",
    "event_counts",
    "event_token",
    "live_credentials",
    "monthly_usage",
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
