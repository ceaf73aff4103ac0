"""What was delivered, over the API."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from devices.models import Device, Usage
from devices.services import create_device
from ota_console.core.actors import Actor
from tests.api.client import Api, refused


@pytest.fixture
def path(api: Api, foreign_api: Api) -> str:
    for month in (1, 2, 4):
        Usage.objects.create(
            project=api.project, month=date(2026, month, 1), bytes_delivered=month * 2**40, devices_updated=month
        )
    Usage.objects.create(project=foreign_api.project, month=date(2026, 3, 1), bytes_delivered=9)
    return f"{api.in_project}/usage"


def test_get_usage_lists_months(api: Api, path: str) -> None:
    assert api.get(path) == {
        "list": [
            {"month": f"2026-0{month}", "bytesDelivered": str(month * 2**40), "devicesUpdated": month}
            for month in (1, 2, 4)
        ]
    }


@pytest.mark.parametrize(
    ("query", "months"),
    [
        ({"from": "2026-02"}, ["2026-02", "2026-04"]),
        ({"to": "2026-02"}, ["2026-01", "2026-02"]),
        ({"from": "2026-02", "to": "2026-03"}, ["2026-02"]),
        ({"from": "2027-01"}, []),
    ],
)
def test_get_usage_between_months(api: Api, path: str, query: dict[str, Any], months: list[str]) -> None:
    assert [entry["month"] for entry in api.get(path, **query)["list"]] == months


@pytest.mark.parametrize("query", [{"from": "2026"}, {"to": "2026-13"}, {"from": "2026-01-01"}, {"to": "a\0b"}])
def test_get_usage_refuses_what_is_no_month(api: Api, path: str, query: dict[str, str]) -> None:
    refused(api.ask("GET", path, params=query), 400, 3, next(iter(query)))


def test_get_metrics_adds_the_months_up_for_prometheus(api: Api, path: str, operator: Actor) -> None:
    device = create_device(project=api.project, name="d", actor=operator)
    Device.objects.filter(pk=device.pk).update(last_seen_at=timezone.now())
    reply = api.ask("GET", f"{api.in_project}/metrics")
    families = {family.name: family for family in text_string_to_metric_families(reply.text)}
    numbers = {name: [(sample.labels, sample.value) for sample in family.samples] for name, family in families.items()}
    mine = {"project": api.project.slug}
    assert numbers == {
        "ota_delivered_bytes": [(mine, 7 * 2**40)],
        "ota_devices_updated": [(mine, 7)],
        "ota_devices_online": [(mine, 1)],
    }
