"""Certificates of authorities: read, keep, delete."""

import base64
import binascii
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import IntegrityError, transaction

from devices.events import CertificateAdded, CertificateDeleted
from devices.models import Certificate
from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, Invalid, NotFound
from ota_console.core.events import publish
from ota_console.tenancy.models import Project

LARGEST_PEM = 64 * 1024  # bytes
_KEY_KINDS = {
    rsa.RSAPublicKey: "RSA",
    ec.EllipticCurvePublicKey: "ECDSA",
    ed25519.Ed25519PublicKey: "Ed25519",
    ed448.Ed448PublicKey: "Ed448",
    dsa.DSAPublicKey: "DSA",
}
_USAGES = {
    "digital_signature": "digitalSignature",
    "content_commitment": "contentCommitment",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "crlSign",
}


@transaction.atomic
def add_certificate(*, project: Project, cert_file: str, cert_type: str, actor: Actor) -> Certificate:
    """Keep one CA certificate, given as base64 of a PEM file. An expired one is kept too: `content` shows when.

    Raise Invalid, field `certFile`, for what is no such file or no authority; Conflict for one that is there already.
    """
    actor.require("certificates.edit", project=project.pk)
    parsed = _authority(_decoded(cert_file))
    pem = parsed.public_bytes(Encoding.PEM).decode()
    fingerprint = parsed.fingerprint(hashes.SHA256()).hex()
    try:
        with transaction.atomic():
            certificate = Certificate.objects.create(
                project=project, cert_type=cert_type, pem=pem, fingerprint=fingerprint, content=_content(parsed)
            )
    except IntegrityError as error:
        raise Conflict("certFile: this certificate already exists in the project", field="certFile") from error
    publish(
        CertificateAdded(
            project_id=project.pk,
            object_id=certificate.public_id,
            actor=actor,
            changes={"subject": [None, str(certificate)], "sha256": [None, fingerprint]},
        )
    )
    return certificate


@transaction.atomic
def delete_certificate(*, certificate: Certificate, actor: Actor) -> None:
    actor.require("certificates.edit", project=certificate.project_id)
    locked = Certificate.objects.select_for_update().filter(pk=certificate.pk).first()
    if locked is None:
        raise NotFound("certificate not found")
    publish(
        CertificateDeleted(
            project_id=locked.project_id,
            object_id=locked.public_id,
            actor=actor,
            changes={"subject": [str(locked), None]},
        )
    )
    locked.delete()


def _decoded(cert_file: str) -> bytes:
    if len(cert_file) > 2 * LARGEST_PEM:
        raise Invalid(f"certFile: must not be longer than {LARGEST_PEM} bytes", field="certFile")
    try:
        return base64.b64decode("".join(cert_file.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("certFile: must be the base64 of a PEM file", field="certFile") from error


def _authority(pem: bytes) -> x509.Certificate:
    """RFC 5280 §4.2.1.9: only a certificate whose basic constraints say CA may sign others."""
    try:
        found = x509.load_pem_x509_certificates(pem)
        is_authority = found[0].extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        is_authority = False
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Invalid("certFile: holds no PEM certificate that can be read", field="certFile") from error
    if len(found) > 1:
        raise Invalid("certFile: one certificate at a time", field="certFile")
    if not is_authority:
        raise Invalid("certFile: this certificate is not an authority's (basicConstraints CA)", field="certFile")
    return found[0]


def _content(certificate: x509.Certificate) -> dict[str, Any]:
    """What the contract shows of it (contract/rest.md §3.12)."""
    return {
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "serialNumber": f"{certificate.serial_number:x}",
        "notBefore": _moment(certificate.not_valid_before_utc),
        "notAfter": _moment(certificate.not_valid_after_utc),
        "publicKeyAlgorithm": _key_kind(certificate),
        "signatureAlgorithm": certificate.signature_algorithm_oid._name,
        "keyUsages": _usages(certificate),
    }


def _key_kind(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    return next((name for kind, name in _KEY_KINDS.items() if isinstance(key, kind)), "unknown")


def _usages(certificate: x509.Certificate) -> list[str]:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return []
    return [name for attribute, name in _USAGES.items() if getattr(usage, attribute)]


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"
