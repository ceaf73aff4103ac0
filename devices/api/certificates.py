"""CA certificates (contract/rest.md §3.12)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from devices.models import Certificate
from devices.selectors import visible_certificate
from devices.services import add_certificate, delete_certificate
from ota_console.api.fields import Body, Constant, Moment, Text
from ota_console.api.views import Page, Paging, ProjectView, data, deleted, listing


class CertificateContent(serializers.Serializer[Any]):
    """What the certificate says of itself."""

    subject = serializers.CharField()
    issuer = serializers.CharField()
    serialNumber = serializers.CharField()
    notBefore = serializers.CharField()
    notAfter = serializers.CharField()
    publicKeyAlgorithm = serializers.CharField()
    signatureAlgorithm = serializers.CharField()
    keyUsages = serializers.ListField(child=serializers.CharField())


class CertificateOutput(serializers.Serializer[Certificate]):
    id = Text(source="public_id")
    enabled = serializers.BooleanField()
    certType = Text(source="cert_type")
    certificateContent = CertificateContent(source="content")
    projectId = Text(source="project.slug")
    demo = Constant(False)
    createdAt = Moment(source="created_at")


class CertificateBody(Body):
    certFile = Text()
    certType = serializers.ChoiceField([Certificate.ROOT, Certificate.INTERMEDIATE], default=Certificate.ROOT)


class CertificateList(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        certificates = Certificate.objects.visible_to(self.actor).select_related("project")
        return listing(Page.of(certificates.filter(project=self.project), self.query(Paging)), CertificateOutput)

    def post(self, request: Request, **ids: Any) -> Response:
        """`certFile` is the base64 of a PEM file with one CA certificate."""
        given = self.body(CertificateBody)
        certificate = add_certificate(
            project=self.project, cert_file=given["certFile"], cert_type=given["certType"], actor=self.actor
        )
        return data(CertificateOutput(certificate))


class CertificateDetail(ProjectView):
    def get(self, request: Request, **ids: Any) -> Response:
        return data(CertificateOutput(self._certificate(ids)))

    def delete(self, request: Request, **ids: Any) -> Response:
        delete_certificate(certificate=self._certificate(ids), actor=self.actor)
        return deleted()

    def _certificate(self, ids: dict[str, str]) -> Certificate:
        return visible_certificate(project=self.project, certificate_id=ids["certificate"], actor=self.actor)
