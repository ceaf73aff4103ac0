"""Home and the overview of a project."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, F, Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from deployments.models import Cohort, Deployment
from devices.models import Device, OtaEvent
from devices.selectors import EventFilter, Progress, deployment_progress, ota_events
from ota_console.console.pages import PageRequest, Scope, project_page, render_page, signed_in
from ota_console.console.rows import event_rows
from ota_console.tenancy import selectors
from ota_console.tenancy.models import Project

RECENT_EVENTS = 8
DEPLOYMENTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Fleet:
    """Numbers of devices in the project."""

    online: int
    offline: int
    never_seen: int

    @property
    def total(self) -> int:
        return self.online + self.offline + self.never_seen


@dataclass(frozen=True, slots=True)
class RunningDeployment:
    """The active deployment of a cohort and how far its devices are."""

    cohort: Cohort
    deployment: Deployment
    progress: Progress


@require_safe
@signed_in
def home(request: PageRequest) -> HttpResponseBase:
    """The first project one may see: there is nothing above projects to look at."""
    project = Project.objects.visible_to(selectors.operator(request.user)).first()
    if project is None:
        return render(request, "console/no_project.html")
    return redirect("console:project-overview", project.slug)


@require_safe
@project_page
def project_overview(request: PageRequest, scope: Scope) -> HttpResponse:
    context = {
        "fleet": _fleet(scope),
        "running": _running_deployments(scope),
        "events": event_rows(_recent_events(scope), actor=scope.actor),
        "server": request.build_absolute_uri("/").rstrip("/"),
        "gateway": f"{request.get_host().rsplit(':', 1)[0]}:{settings.OTA_COAPS.rsplit(':', 1)[1]}",
    }
    return render_page(request, scope, "console/project_overview.html", context, partial="overview")


def _fleet(scope: Scope) -> Fleet:
    devices = Device.objects.visible_to(scope.actor).filter(project=scope.project).with_online()
    numbers = devices.order_by().aggregate(
        total=Count("pk"), online=Count("pk", filter=Q(is_online=True)), seen=Count("last_seen_at")
    )
    return Fleet(
        online=numbers["online"],
        offline=numbers["seen"] - numbers["online"],
        never_seen=numbers["total"] - numbers["seen"],
    )


def _running_deployments(scope: Scope) -> list[RunningDeployment]:
    """The deployments started last, of those that are active: a bounded number, each with its progress."""
    active = (
        Deployment.objects.visible_to(scope.actor)
        .filter(project=scope.project, cohort__deleted_at=None, cohort__active_deployment_id=F("pk"))
        .select_related("cohort")
        .with_artifacts()[:DEPLOYMENTS_SHOWN]
    )
    return [RunningDeployment(entry.cohort, entry, deployment_progress(entry, actor=scope.actor)) for entry in active]


def _recent_events(scope: Scope) -> list[OtaEvent]:
    found = ota_events(project=scope.project, actor=scope.actor, where=EventFilter(), limit=RECENT_EVENTS)
    return list(found.events)
