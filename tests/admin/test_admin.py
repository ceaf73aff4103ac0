"""Django admin: support staff see everything but secrets, and act through services."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from deployments.services import ArtifactWriter, create_artifact, create_cohort, start_deployment
from devices.models import Change, Device
from devices.services import create_credential, create_device
from ota_console.core.actors import Actor
from ota_console.tenancy.models import AuditEntry, Membership, Project, User
from ota_console.tenancy.services import NewApiKey

NEW = "a new long password"
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


def test_what_staff_change_of_people_leaves_its_rows(staff: Client, project: Project) -> None:
    organization = project.organization
    olga = User.objects.create_user("olga")
    page = reverse("admin:tenancy_organization_change", args=[organization.pk])
    names = {"TOTAL_FORMS": 1, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    form = {"slug": "acme", "name": "Acme Ltd", "memberships-0-user": olga.pk, "memberships-0-role": 3}
    reply = staff.post(page, form | {f"memberships-{name}": value for name, value in names.items()})
    assert reply.status_code == 302
    staff.post(reverse("admin:auth_user_password_change", args=[olga.pk]), {"password1": NEW, "password2": NEW})
    entries = AuditEntry.objects.filter(actor_kind="staff", actor_name="support", address="127.0.0.1")
    assert list(entries.order_by("pk").values_list("action", "object_id")) == [
        ("organization.updated", "acme"),
        ("member.added", "olga"),
        ("user.saved", "olga"),
    ]
    assert NEW not in str(list(AuditEntry.objects.values()))


def test_the_only_admin_stays_a_member(staff: Client, project: Project) -> None:
    organization = project.organization
    member = Membership.objects.create(organization=organization, user=User.objects.create_user("olga"), role=3)
    page = reverse("admin:tenancy_organization_change", args=[organization.pk])
    names = {"TOTAL_FORMS": 1, "INITIAL_FORMS": 1, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    row = {"id": member.pk, "organization": organization.pk, "user": member.user_id, "role": 3, "DELETE": "on"}
    form = {"slug": "acme", "name": "Acme"} | {f"memberships-0-{name}": value for name, value in row.items()}
    reply = staff.post(page, form | {f"memberships-{name}": value for name, value in names.items()}, follow=True)
    assert "only admin" in reply.content.decode()
    assert Membership.objects.filter(pk=member.pk).exists()
