"""What a device would report through the gateway."""

from datetime import UTC, datetime
from typing import Any

from devices.models import Device
from devices.services import Report, record_reports


def report(device: Device, **more: Any) -> None:
    fields = {"package": "main", "state": 0, "reason": 0, "version": "1.0.0", "target": ""} | more
    arrived = Report(
        device_pk=device.pk,
        device_id=device.public_id,
        project_pk=device.project_id,
        cohort_id=device.cohort.public_id if device.cohort else None,
        deployment_id=None,
        received_at=datetime.now(UTC),
        opens_session=False,
        **fields,
    )
    assert record_reports([arrived]) == [None]
