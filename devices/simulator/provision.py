"""Devices for a simulated fleet in this installation's own database: made when missing, used when there."""

from deployments.models import Cohort
from deployments.services import create_cohort
from devices.models import Device
from devices.services import assign_device, create_credential, create_device, reveal_key
from devices.simulator.credentials import PresharedKey
from ota_console.core.actors import Actor
from ota_console.core.errors import Invalid, NotFound
from ota_console.tenancy.models import Project

_ACTOR = Actor.system("simulator")


def find_project(slug: str | None) -> Project:
    """The only project when `slug` is None. Raise NotFound, or Invalid when one must be chosen."""
    projects = Project.objects.visible_to(_ACTOR)
    if slug is not None:
        project = projects.filter(slug=slug).first()
        if project is None:
            raise NotFound(f"there is no project {slug}")
        return project
    first, *others = projects.order_by("pk")[:2] or [None]
    if first is None:
        raise NotFound("there is no project yet; start once with `make run`")
    if others:
        raise Invalid("there are several projects; name one with --project", field="project")
    return first


def provision(*, project: Project, prefix: str, count: int, cohort_name: str | None) -> list[PresharedKey]:
    """Devices `<prefix>-0001` and on, each with a credential, in the cohort if one is named (made when missing)."""
    cohort = _cohort(project, cohort_name) if cohort_name else None
    return [_provision_one(project, f"{prefix}-{number:04d}", cohort) for number in range(1, count + 1)]


def _cohort(project: Project, name: str) -> Cohort:
    existing = Cohort.objects.visible_to(_ACTOR).existing().filter(project=project, name=name).first()
    return existing or create_cohort(project=project, name=name, actor=_ACTOR)


def _provision_one(project: Project, name: str, cohort: Cohort | None) -> PresharedKey:
    device = Device.objects.visible_to(_ACTOR).filter(project=project, name=name).first()
    if device is None:
        device = create_device(project=project, name=name, actor=_ACTOR, cohort=cohort)
    elif cohort is not None:
        assign_device(device=device, cohort=cohort, actor=_ACTOR)
    credential = device.credentials.first() or create_credential(device=device, identity=name, actor=_ACTOR)
    return PresharedKey(credential.identity, reveal_key(credential=credential, actor=_ACTOR))
