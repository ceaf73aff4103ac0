"""Devices: who exists, which cohort they follow, how they sign in."""

import pytest

from deployments.models import Cohort
from deployments.services import create_cohort
from devices import services
from devices.events import DeviceCreated, DeviceMoved
from devices.models import Change, Credential, Device
from devices.selectors import device_records, live_credentials, session_secret
from ota_console.core.actors import Actor, Role
from ota_console.core.errors import Conflict, Forbidden, Invalid, NotFound
from ota_console.core.events import Event
from ota_console.tenancy.models import Project


@pytest.fixture
def device(project: Project, operator: Actor) -> Device:
    return services.create_device(project=project, name="first device", actor=operator)


def test_a_device_without_a_hardware_id_gets_one(device: Device) -> None:
    assert device.hardware_ids.count() == 1


def test_joining_and_leaving_count_as_moves_and_are_announced(
    device: Device, cohort: Cohort, operator: Actor, published: list[Event]
) -> None:
    for target in (cohort, cohort, None, cohort):
        device = services.assign_device(device=device, cohort=target, actor=operator)
    assert device.assignment == 3
    assert [type(event) for event in published] == [DeviceMoved] * 3
    assert Change.objects.filter(kind="device", keys=[device.pk]).count() == 3


def test_a_device_can_be_created_in_a_cohort(
    project: Project, cohort: Cohort, operator: Actor, published: list[Event]
) -> None:
    device = services.create_device(project=project, name="d", cohort=cohort, actor=operator)
    assert device.cohort == cohort
    assert [type(event) for event in published] == [DeviceCreated, DeviceMoved]


def test_a_cohort_of_another_project_or_a_deleted_one_is_refused(
    device: Device, cohort: Cohort, operator: Actor, foreign_project: Project
) -> None:
    foreign = create_cohort(project=foreign_project, name="theirs", actor=Actor.system("tests"))
    cohort.deleted_at = cohort.created_at
    cohort.save()
    for target in (foreign, cohort):
        with pytest.raises(Invalid) as refusal:
            services.assign_device(device=device, cohort=target, actor=operator)
        assert refusal.value.field == "cohortId"
    device.refresh_from_db()
    assert (device.cohort, device.assignment) == (None, 0)


def test_names_and_hardware_ids_are_taken_once_per_project(
    device: Device, project: Project, foreign_project: Project, operator: Actor
) -> None:
    other = services.create_device(project=project, name="other", hardware_ids=["A1", "A2"], actor=operator)
    with pytest.raises(Conflict):
        services.create_device(project=project, name=device.name, actor=operator)
    with pytest.raises(Conflict) as refusal:
        services.update_device(device=device, hardware_ids=["A2"], actor=operator)
    assert refusal.value.field == "hardwareIds"
    services.update_device(device=other, hardware_ids=["A2", "A3"], actor=operator)
    assert set(other.hardware_ids.values_list("value", flat=True)) == {"A2", "A3"}
    services.create_device(project=foreign_project, name=device.name, actor=Actor.system("tests"))


def test_an_identity_gets_its_project_once_and_its_key_is_sealed(device: Device, operator: Actor) -> None:
    first = services.create_credential(device=device, identity="abc", key="secret", actor=operator)
    second = services.create_credential(device=device, identity="def@sensors", actor=operator)
    assert (first.identity, second.identity) == ("abc@sensors", "def@sensors")
    assert b"secret" not in bytes(first.sealed_key)
    assert services.reveal_key(credential=first, actor=operator) == "secret"
    assert len(services.reveal_key(credential=second, actor=operator)) == 32
    with pytest.raises(Conflict):
        services.create_credential(device=device, identity="abc", actor=operator)


@pytest.mark.parametrize(
    ("identity", "key", "field"),
    [
        ("a\nb", "k", "identity"),
        ("i" * 128, "k", "identity"),
        ("i", "k" * 65, "preSharedKey"),
        ("i", "\0", "preSharedKey"),
    ],
)
def test_what_a_device_could_not_send_is_refused(
    device: Device, operator: Actor, identity: str, key: str, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        services.create_credential(device=device, identity=identity, key=key, actor=operator)
    assert refusal.value.field == field
    assert not Credential.objects.exists()


def test_viewers_never_read_keys(device: Device, operator: Actor, viewer: Actor) -> None:
    credential = services.create_credential(device=device, actor=operator)
    with pytest.raises(Forbidden):
        services.reveal_key(credential=credential, actor=viewer)


def test_a_session_rests_on_a_credential_of_an_enabled_device(device: Device, operator: Actor) -> None:
    credential = services.create_credential(device=device, identity="abc", key="secret", actor=operator)
    secret = session_secret("abc@sensors")
    assert secret is not None
    assert (secret.key, secret.device.device_id) == (b"secret", device.public_id)
    assert "secret'" not in repr(secret)
    assert live_credentials([credential.pk]) == {credential.pk}
    services.update_device(device=device, enabled=False, actor=operator)
    assert session_secret("abc@sensors") is None
    assert live_credentials([credential.pk]) == set()
    assert Change.objects.filter(kind="device", keys=[device.pk]).exists()
    services.update_device(device=device, enabled=True, actor=operator)
    services.delete_credential(credential=credential, actor=operator)
    assert session_secret("abc@sensors") is None


def test_a_deleted_device_is_gone_with_its_credentials(device: Device, operator: Actor) -> None:
    services.create_credential(device=device, identity="abc", actor=operator)
    services.delete_device(device=device, actor=operator)
    assert device_records([device.pk]) == {}
    assert session_secret("abc@sensors") is None
    with pytest.raises(NotFound, match="device not found"):
        services.delete_device(device=device, actor=operator)


def test_strangers_find_no_device(device: Device, foreign_project: Project) -> None:
    stranger = Actor(kind="user", name="x", grants={foreign_project.pk: Role.ADMIN})
    assert not Device.objects.visible_to(stranger).exists()
    with pytest.raises(NotFound):
        services.update_device(device=device, name="mine", actor=stranger)
