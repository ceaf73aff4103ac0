"""The durable feed that gateways reconcile from."""

from typing import ClassVar

from django.db import models


class Change(models.Model):
    """Something that gateways must look at again, written in the transaction that changed it.

    `keys` lists primary keys of cohorts or devices. It says only what moved: the gateways read the rest.
    Rows become visible in commit order, not in order of their keys: read again with an overlap.
    """

    COHORT = "cohort"
    DEVICE = "device"

    kind = models.CharField(max_length=8, choices=[(COHORT, COHORT), (DEVICE, DEVICE)])
    keys = models.JSONField()
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.keys}"
