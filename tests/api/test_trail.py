"""Whatever a key changes leaves its row in the trail, with the address it came from; what it only reads leaves none."""

import pytest

from ota_console.tenancy.models import AuditEntry
from tests.api.client import Api
from tests.api.test_access import ADMIN, ROWS, furnish, send

#: Requests of the table that change nothing: a trial, and what is so already.
WITHOUT_CHANGE = {("deployment-dry-run", "post"), ("cohort-device-remove", "post")}
REVEALING = ("credential-list", "get")


@pytest.mark.parametrize("key", ROWS, ids="-".join)
def test_every_change_leaves_its_row(api: Api, admin_api: Api, key: tuple[str, str]) -> None:
    ids = furnish(api, "main")
    before = set(AuditEntry.objects.values_list("pk", flat=True))
    reply = send(admin_api if ROWS[key].role == ADMIN else api, key, ids)
    assert reply.status_code in (200, 302), reply.text  # bytes in a bucket are fetched from there
    entries = AuditEntry.objects.exclude(pk__in=before)
    changes = key == REVEALING or (key[1] != "get" and key not in WITHOUT_CHANGE)
    assert entries.exists() == changes
    for entry in entries:
        assert entry.actor_name in ("automation", "keeper")
        assert (entry.actor_kind, entry.address) == ("key", "127.0.0.1")
        assert entry.changes
