"""Pages about devices and what they reported."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from deployments.console.active import active_deployment
from deployments.models import Deployment
from devices.console.forms import AssignForm, DeviceFilter, EventFilterForm
from devices.models import Device, PackageState
from devices.selectors import EventFilter, EventPage, ota_events, visible_device, with_progress
from devices.services import assign_device
from devices.vocabulary import reason_text
from ota_console.console.pages import PageRequest, Scope, project_page, render_page
from ota_console.console.rows import (
    PROGRESS_STATES,
    device_rows,
    event_rows,
    project_devices,
    report_state,
)
from ota_console.console.states import State
from ota_console.core.errors import Invalid

PER_PAGE = 50
EVENTS_ON_DEVICE_PAGE = 20


@dataclass(frozen=True, slots=True)
class PackageRow:
    """What a device runs of a package and what it should run; either may be missing."""

    package: str
    running: str
    desired: str
    target: str
    state: State | None
    reason: str
    report: PackageState | None


@require_safe
@project_page
def device_list(request: PageRequest, scope: Scope) -> HttpResponse:
    form = DeviceFilter(request.GET, scope=scope)
    page = Paginator(form.apply(project_devices(scope)), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "rows": device_rows(page.object_list)}
    return render_page(request, scope, "devices/device_list.html", context, partial="list")


@require_safe
@project_page
def device_detail(request: PageRequest, scope: Scope, device_id: str) -> HttpResponse:
    return _device_page(request, scope, device_id, None)


@require_POST
@project_page
def device_assign(request: PageRequest, scope: Scope, device_id: str) -> HttpResponseBase:
    """Move the device to another cohort, or out of its cohort."""
    device = visible_device(project=scope.project, device_id=device_id, actor=scope.actor)
    form = AssignForm(request.POST, scope=scope)
    if form.is_valid() and form.carry_out(lambda: _assign(device, form, scope)):
        cohort = form.cleaned_data["cohort"]
        where = f"now follows {cohort.name}" if cohort else "is in no cohort now and gets no updates"
        messages.success(request, f"{device.name} {where}.")
        return redirect("devices:device-detail", scope.project.slug, device_id)
    return _device_page(request, scope, device_id, form)


def _assign(device: Device, form: AssignForm, scope: Scope) -> Device:
    return assign_device(device=device, cohort=form.cleaned_data["cohort"], actor=scope.actor)


def _device_page(request: PageRequest, scope: Scope, device_id: str, form: AssignForm | None) -> HttpResponse:
    device = visible_device(project=scope.project, device_id=device_id, actor=scope.actor)
    deployment = active_deployment(device.cohort, scope)
    shown = project_devices(scope).filter(pk=device.pk)
    row = device_rows(with_progress(shown, deployment) if deployment else shown)[0]
    where = EventFilter(device_id=device.public_id)
    found = ota_events(project=scope.project, actor=scope.actor, where=where, limit=EVENTS_ON_DEVICE_PAGE)
    current = device.cohort.public_id if device.cohort else None
    context = {
        "row": row,
        "device": row.device,
        "deployment": deployment,
        "packages": package_rows(row.reports, deployment),
        "credentials": device.credentials.all(),
        "hardware_ids": device.hardware_ids.all(),
        "tags": device.tags.all(),
        "events": event_rows(found.events, actor=scope.actor),
        "form": form or AssignForm(initial={"cohort": current}, scope=scope),
    }
    status = 400 if form else 200
    return render_page(request, scope, "devices/device_detail.html", context, partial="live", status=status)


def package_rows(reports: Iterable[PackageState], deployment: Deployment | None) -> list[PackageRow]:
    """Packages that are desired, in the order of the bundle, then those only reported."""
    by_package = {report.package: report for report in reports}
    bundle = deployment.bundled() if deployment else []
    desired = {artifact.version.package.name: artifact.version.label for artifact in bundle}
    names = [*desired, *(name for name in by_package if name not in desired)]
    return [_package_row(name, by_package.get(name), desired.get(name, "")) for name in names]


def _package_row(name: str, report: PackageState | None, desired: str) -> PackageRow:
    if report is None:
        return PackageRow(name, "", desired, "", None, "", None)
    is_done = bool(desired) and report.version == desired
    state = PROGRESS_STATES["up_to_date"] if is_done else report_state(report.state, report.reason)
    return PackageRow(name, report.version, desired, report.target, state, reason_text(report.reason), report)


@require_safe
@project_page
def event_list(request: PageRequest, scope: Scope) -> HttpResponse:
    form = EventFilterForm(request.GET)
    found = _found_events(form, scope)
    context = {
        "form": form,
        "rows": event_rows(found.events, actor=scope.actor),
        "older": found.older,
        "is_newest": not request.GET.get("before"),
    }
    return render_page(request, scope, "devices/event_list.html", context, partial="list")


def _found_events(form: EventFilterForm, scope: Scope) -> EventPage:
    """None for a filter that cannot be understood; its fields say why."""
    if form.is_valid():
        try:
            return ota_events(
                project=scope.project,
                actor=scope.actor,
                where=form.condition(),
                limit=PER_PAGE,
                before=form.cleaned_data["before"] or None,
            )
        except Invalid as error:
            form.refuse(error)
    return EventPage(events=[], older=None)
