"""What was delivered, counted by month."""

import pytest

from tests.cli.conftest import Ota


@pytest.mark.parametrize("flags", [[], ["--from", "2026-01", "--to", "2026-03"]])
def test_usage_is_listed_by_month(ota: Ota, flags: list[str]) -> None:
    months = ota("usage", *flags, "-o", "json").json
    assert all(set(month) == {"month", "bytesDelivered", "devicesUpdated"} for month in months)
    assert ota("usage", *flags).out.split()[:2] == ["MONTH", "DELIVERED"]
