"""Certificates of authorities that sign the certificates of devices."""

from typing import ClassVar, Self

from django.db import models

from ota_console.core.actors import Actor
from ota_console.core.ids import new_public_id
from ota_console.tenancy.models import Project


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.is_system else self.filter(project__in=actor.project_ids)


class Certificate(models.Model):
    """One CA certificate as PEM. `content` is what it says, read once when it came in (services/certificates.py)."""

    ROOT = "root"
    INTERMEDIATE = "intermediate"

    public_id = models.CharField(max_length=24, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="certificates")
    cert_type = models.CharField(max_length=16, choices=[(ROOT, ROOT), (INTERMEDIATE, INTERMEDIATE)])
    enabled = models.BooleanField(default=True)
    pem = models.TextField(editable=False)
    fingerprint = models.CharField(max_length=64, editable=False)
    content = models.JSONField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "fingerprint"], name="certificate_once_per_project")
        ]

    def __str__(self) -> str:
        return str(self.content["subject"])
