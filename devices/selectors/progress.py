"""How far devices are with the deployment of their cohort."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When

from deployments.models import Artifact, Cohort, Deployment
from devices import vocabulary
from devices.models import CohortSize, Device
from ota_console.core.actors import Actor

UP_TO_DATE, FAILED, UPDATING, WAITING = "up_to_date", "failed", "updating", "waiting"


@dataclass(frozen=True, slots=True)
class Progress:
    """Numbers of devices of the cohort, by where they are with its active deployment."""

    up_to_date: int = 0
    updating: int = 0
    failed: int = 0
    waiting: int = 0

    @property
    def total(self) -> int:
        return self.up_to_date + self.updating + self.failed + self.waiting

    @property
    def percent(self) -> int:
        return 100 * self.up_to_date // self.total if self.total else 0


def with_progress(devices: QuerySet[Device], deployment: Deployment) -> QuerySet[Device]:
    """Annotates `progress`, one of up_to_date, failed, updating, waiting, judged by what the device reported."""
    bundle = deployment.bundled()
    ours = Q(package_states__package__in=[artifact.version.package.name for artifact in bundle])
    since = ours & Q(package_states__reported_at__gte=deployment.created_at)
    active = Q(package_states__state__in=vocabulary.ACTIVE_STATES)
    counted = devices.annotate(
        _running=Count("package_states", filter=_runs_version_of(bundle)),
        _failed=Count("package_states", filter=since & Q(package_states__reason__in=vocabulary.UNSUCCESSFUL)),
        _active=Count("package_states", filter=since & active),
    )
    verdict = Case(
        When(_running=len(bundle), then=Value(UP_TO_DATE)),
        When(_failed__gt=0, then=Value(FAILED)),
        When(_active__gt=0, then=Value(UPDATING)),
        default=Value(WAITING),
        output_field=CharField(),
    )
    return counted.annotate(progress=verdict)


def deployment_progress(deployment: Deployment, *, actor: Actor) -> Progress:
    """Of the devices that are in the cohort now. One query."""
    devices = Device.objects.visible_to(actor).filter(cohort=deployment.cohort_id)
    judged = with_progress(devices, deployment).order_by()
    numbers = judged.aggregate(
        **{verdict: Count("pk", filter=Q(progress=verdict)) for verdict in (UP_TO_DATE, UPDATING, FAILED, WAITING)}
    )
    return Progress(**numbers)


@dataclass(frozen=True, slots=True)
class Members:
    """Devices of a cohort, and how many of them are connected now."""

    devices: int
    online: int


def cohort_members(cohort: Cohort, *, actor: Actor) -> Members:
    """One query."""
    devices = Device.objects.visible_to(actor).filter(cohort=cohort).with_online().order_by()
    return Members(**devices.aggregate(devices=Count("pk"), online=Count("pk", filter=Q(is_online=True))))


def device_counts(cohort_pks: Iterable[int]) -> Mapping[int, int]:
    """Devices per cohort, one query; a cohort that never had a device is missing."""
    sizes = CohortSize.objects.filter(cohort__in=list(cohort_pks))
    return dict(sizes.values_list("cohort", "number"))


def _runs_version_of(bundle: Iterable[Artifact]) -> Q:
    matches = Q(pk__in=[])
    for artifact in bundle:
        version = artifact.version
        matches |= Q(package_states__package=version.package.name, package_states__version=version.label)
    return matches
