"""What was delivered, over the API."""

from datetime import date
from typing import Any

import pytest

from devices.models import Usage
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
