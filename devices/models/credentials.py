"""Credentials: the pre-shared keys that devices sign in with."""

from functools import lru_cache
from typing import ClassVar, Self

from django.conf import settings
from django.db import models

from devices.models.devices import Device
from ota_console.core.actors import Actor
from ota_console.core.encryption import Vault
from ota_console.core.ids import new_public_id


class CredentialQuerySet(models.QuerySet["Credential"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(device__project__in=actor.project_ids)


class Credential(models.Model):
    """A PSK identity `name@project` in clear and its key, encrypted. Unique in the whole installation."""

    public_id = models.CharField(max_length=24, unique=True, default=new_public_id, editable=False)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="credentials")
    identity = models.CharField(max_length=255, unique=True, editable=False)
    sealed_key = models.BinaryField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CredentialQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.identity


def seal_key(key: str, *, identity: str) -> bytes:
    return _vault(settings.OTA_ENCRYPTION_KEY).seal(key.encode(), context=identity.encode())


def open_key(box: bytes | memoryview, *, identity: str) -> str:
    """Raise ValueError when the box was sealed with a key this installation does not have."""
    return _vault(settings.OTA_ENCRYPTION_KEY).open(bytes(box), context=identity.encode()).decode()


@lru_cache
def _vault(keys: str) -> Vault:
    return Vault.from_text(keys)
