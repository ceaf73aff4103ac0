"""Replies kept for requests that are sent again."""

from typing import ClassVar

from django.db import models

from ota_console.tenancy.models import ApiKey


class KeptReply(models.Model):
    """What was answered under one Idempotency-Key of one API key; without a reply, its request is still running.

    `sealed_reply` is encrypted: it may hold a device's key or an API key in clear.
    """

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    claim = models.CharField(max_length=24)
    claimed_at = models.DateTimeField(db_index=True)
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    sealed_reply = models.BinaryField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["api_key", "name"], name="idempotency_key_once_per_api_key")
        ]

    def __str__(self) -> str:
        return self.name
