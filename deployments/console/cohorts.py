"""Pages about cohorts: the list, and the tabs of one cohort."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from deployments.console.active import active_deployment
from deployments.console.forms import CohortForm, SearchForm
from deployments.console.history import matrix
from deployments.models import Cohort, Deployment
from deployments.selectors import visible_cohort
from deployments.services import create_cohort, delete_cohort, rename_cohort
from devices.console.forms import matching
from devices.models import Device
from devices.selectors import deployment_progress, device_counts, visible_device, with_progress
from devices.services import assign_device
from ota_console.console.pages import PageRequest, Scope, project_page, render_page
from ota_console.console.rows import device_rows, project_devices

PER_PAGE = 50
DEPLOYMENTS_PER_PAGE = 20
CANDIDATES = 20


@require_safe
@project_page
def cohort_list(request: PageRequest, scope: Scope) -> HttpResponse:
    return _list_page(request, scope, CohortForm(), 200)


@require_POST
@project_page
def cohort_create(request: PageRequest, scope: Scope) -> HttpResponseBase:
    form = CohortForm(request.POST)
    made: list[Cohort] = []
    if form.is_valid() and form.carry_out(lambda: made.append(_create(form, scope))):
        messages.success(request, f"Cohort {made[0].name} was created. Add devices to it next.")
        return redirect("deployments:cohort-devices", scope.project.slug, made[0].public_id)
    return _list_page(request, scope, form, 400)


def _create(form: CohortForm, scope: Scope) -> Cohort:
    return create_cohort(project=scope.project, name=form.cleaned_data["name"], actor=scope.actor)


def _list_page(request: PageRequest, scope: Scope, create_form: CohortForm, status: int) -> HttpResponse:
    form = SearchForm(request.GET, placeholder="Cohort name")
    cohorts = Cohort.objects.visible_to(scope.actor).existing().filter(project=scope.project)
    found = cohorts.filter(name__icontains=form.term).select_related("active_deployment").order_by("name")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    numbers = device_counts([cohort.pk for cohort in page])
    rows = [{"cohort": cohort, "devices": numbers.get(cohort.pk, 0)} for cohort in page]
    context = {"form": form, "create_form": create_form, "page": page, "rows": rows}
    return render_page(request, scope, "deployments/cohort_list.html", context, partial="list", status=status)


def cohort_context(cohort: Cohort, scope: Scope, tab: str) -> dict[str, Any]:
    """What the head of a cohort's page shows, whatever the tab."""
    active = active_deployment(cohort, scope)
    return {
        "cohort": cohort,
        "tab": tab,
        "active": active,
        "progress": deployment_progress(active, actor=scope.actor) if active else None,
        "device_count": device_counts([cohort.pk]).get(cohort.pk, 0),
    }


@require_safe
@project_page
def cohort_detail(request: PageRequest, scope: Scope, cohort_id: str) -> HttpResponse:
    """The history matrix."""
    cohort = visible_cohort(project=scope.project, cohort_id=cohort_id, actor=scope.actor)
    history = Deployment.objects.visible_to(scope.actor).filter(cohort=cohort)
    page = Paginator(history, DEPLOYMENTS_PER_PAGE).get_page(request.GET.get("page"))
    first = max(page.start_index() - 1, 0)
    shown = list(history.with_artifacts()[first : page.end_index() + 1])
    before = shown.pop() if len(shown) > page.end_index() - first else None
    columns, rows = matrix(shown, before)
    context = {"page": page, "columns": columns, "rows": rows, **cohort_context(cohort, scope, "deployments")}
    return render_page(request, scope, "deployments/cohort_detail.html", context, partial="live")


@require_safe
@project_page
def cohort_devices(request: PageRequest, scope: Scope, cohort_id: str) -> HttpResponse:
    """Devices with their state, and a search for those to add."""
    cohort = visible_cohort(project=scope.project, cohort_id=cohort_id, actor=scope.actor)
    head = cohort_context(cohort, scope, "devices")
    devices = project_devices(scope).filter(cohort=cohort).order_by("-pk")
    page = Paginator(devices, PER_PAGE).get_page(request.GET.get("page"))
    shown: QuerySet[Device] = devices.filter(pk__in=[device.pk for device in page])
    if head["active"]:
        shown = with_progress(shown, head["active"])
    search = SearchForm(request.GET, placeholder="Name, id or hardware id")
    context = {
        **head,
        "page": page,
        "rows": device_rows(shown),
        "search": search,
        "candidates": _candidates(cohort, search, scope) if "q" in request.GET else None,
    }
    return render_page(request, scope, "deployments/cohort_devices.html", context, partial="live")


def _candidates(cohort: Cohort, search: SearchForm, scope: Scope) -> QuerySet[Device]:
    """Devices outside the cohort; those in no cohort first."""
    devices = project_devices(scope).exclude(cohort=cohort)
    return devices.filter(matching(search.term)).order_by("cohort__name", "name")[:CANDIDATES]


@require_POST
@project_page
def cohort_add(request: PageRequest, scope: Scope, cohort_id: str) -> HttpResponseBase:
    """Put the chosen devices into the cohort, all or none."""
    cohort = visible_cohort(project=scope.project, cohort_id=cohort_id, actor=scope.actor)
    ids = request.POST.getlist("device")
    with transaction.atomic():
        for device_id in ids:
            device = visible_device(project=scope.project, device_id=device_id, actor=scope.actor)
            assign_device(device=device, cohort=cohort, actor=scope.actor)
    if ids:
        number = f"{len(ids)} devices were" if len(ids) > 1 else "1 device was"
        messages.success(request, f"{number} added to {cohort.name}.")
    else:
        messages.error(request, "Choose at least one device to add.")
    return redirect("deployments:cohort-devices", scope.project.slug, cohort_id)


@require_POST
@project_page
def cohort_remove(request: PageRequest, scope: Scope, cohort_id: str) -> HttpResponseBase:
    """Take one device out. It keeps what it runs; one that has left meanwhile is left alone."""
    cohort = visible_cohort(project=scope.project, cohort_id=cohort_id, actor=scope.actor)
    device_id = request.POST.get("device", "")
    device = visible_device(project=scope.project, device_id=device_id, actor=scope.actor)
    if device.cohort_id == cohort.pk:
        assign_device(device=device, cohort=None, actor=scope.actor)
        messages.success(request, f"{device.name} left {cohort.name}. It keeps what it runs and gets no updates.")
    return redirect("deployments:cohort-devices", scope.project.slug, cohort_id)


@require_safe
@project_page
def cohort_settings(request: PageRequest, scope: Scope, cohort_id: str) -> HttpResponse:
    return _settings_page(request, scope, cohort_id, None)


@require_POST
@project_page
def cohort_rename(request: PageRequest, scope: Scope, cohort_id: str) -> HttpResponseBase:
    cohort = visible_cohort(project=scope.project, cohort_id=cohort_id, actor=scope.actor)
    form = CohortForm(request.POST)
    if form.is_valid() and form.carry_out(lambda: _rename(cohort, form, scope)):
        messages.success(request, "The cohort was renamed.")
        return redirect("deployments:cohort-settings", scope.project.slug, cohort_id)
    return _settings_page(request, scope, cohort_id, form)


def _rename(cohort: Cohort, form: CohortForm, scope: Scope) -> Cohort:
    return rename_cohort(cohort=cohort, name=form.cleaned_data["name"], actor=scope.actor)


def _settings_page(request: PageRequest, scope: Scope, cohort_id: str, form: CohortForm | None) -> HttpResponse:
    cohort = visible_cohort(project=scope.project, cohort_id=cohort_id, actor=scope.actor)
    context = {
        "form": form or CohortForm(initial={"name": cohort.name}),
        **cohort_context(cohort, scope, "settings"),
    }
    template = "deployments/cohort_settings.html"
    return render_page(request, scope, template, context, status=400 if form else 200)


@require_POST
@project_page
def cohort_delete(request: PageRequest, scope: Scope, cohort_id: str) -> HttpResponseBase:
    cohort = visible_cohort(project=scope.project, cohort_id=cohort_id, actor=scope.actor)
    delete_cohort(cohort=cohort, actor=scope.actor)
    messages.success(request, f"Cohort {cohort.name} was deleted.")
    return redirect("deployments:cohort-list", scope.project.slug)
