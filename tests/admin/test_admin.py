"""Django admin: support staff see everything but secrets, and act through services."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from deployments.services import ArtifactWriter, create_artifact, create_cohort, start_deployment
from devices.models import Change, Device
from devices.services import create_credential, create_device
from ota_console.core.actors import Actor
from ota_console.tenancy.models import AuditEntry, Project, User
from ota_console.tenancy.services import NewApiKey

OURS = {"tenancy", "deployments", "devices"}
MODELS = [model for model in admin.site._registry if model._meta.app_label in OURS]


pytestmark = pytest.mark.usefixtures("plain_static_files")


@pytest.fixture
def staff(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("support", password="correct horse"))
    return client


@pytest.fixture
def device(project: Project, operator: Actor, api_key: NewApiKey) -> Device:
    """One row in every table that has a page."""
    cohort = create_cohort(project=project, name="field", actor=operator)
    with ArtifactWriter() as writer:
        writer.write(b"firmware")
        blob = writer.finish()
    artifact = create_artifact(project=project, blob=blob, package="main", version="1", actor=operator)
    start_deployment(cohort=cohort, artifacts=[artifact], actor=operator)
    device = create_device(project=project, name="d", cohort=cohort, actor=operator)
    create_credential(device=device, identity="abc", key="top-secret-key", actor=operator)
    return device


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_page_opens_and_shows_no_secret(model: type, staff: Client, device: Device, api_key: NewApiKey) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    pages = [reverse(f"{name}_changelist"), reverse(f"{name}_changelist") + "?q=abc"]
    pages += [reverse(f"{name}_change", args=[row.pk]) for row in model.objects.all()[:1]]
    for page in pages:
        reply = staff.get(page)
        assert reply.status_code == 200
        assert "top-secret-key" not in reply.content.decode()
        assert api_key.record.key_hash not in reply.content.decode()


def test_an_action_goes_through_its_service(staff: Client, device: Device) -> None:
    page = reverse("admin:devices_device_changelist")
    staff.post(page, {"action": "disable", "_selected_action": [device.pk]})
    device.refresh_from_db()
    assert not device.enabled
    assert AuditEntry.objects.filter(action="device.updated", actor_kind="staff", actor_name="support").exists()
    assert Change.objects.filter(kind="device", keys=[device.pk]).exists()
    staff.post(page, {"action": "take_out_of_cohort", "_selected_action": [device.pk]})
    device.refresh_from_db()
    assert device.cohort is None


def test_nothing_is_written_by_hand(staff: Client, device: Device) -> None:
    page = reverse("admin:devices_device_change", args=[device.pk])
    assert staff.post(page, {"name": "other"}).status_code == 403
    assert staff.get(reverse("admin:deployments_artifact_add")).status_code == 403


def test_people_without_the_staff_flag_are_sent_away(client: Client, user: User) -> None:
    client.force_login(user)
    assert client.get(reverse("admin:devices_device_changelist")).status_code == 302
