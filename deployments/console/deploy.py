"""Starting a deployment in two steps: choose a version per package, review what will happen, start."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST, require_safe

from deployments import rules
from deployments.comparison import download_size, warnings_about
from deployments.console.active import active_deployment
from deployments.console.forms import BundleForm
from deployments.console.history import Change, compare
from deployments.models import Artifact, Cohort, Deployment
from deployments.selectors import visible_cohort
from deployments.services import start_deployment
from devices.models import Device
from devices.selectors import cohort_members
from ota_console.console.pages import PageRequest, Scope, project_page, render_page
from ota_console.core.ids import is_public_id

CHOICES = 1000  # newest artifacts offered: a longer list is no choice but a search


@dataclass(frozen=True, slots=True)
class PackageChoice:
    """The versions of one package to choose from; `chosen` is a public id, or empty for none."""

    package: str
    artifacts: Sequence[Artifact]
    chosen: str


@dataclass(frozen=True, slots=True)
class Consequences:
    """What starting a bundle means. A device that is up to date downloads `download` bytes."""

    changes: Sequence[Change]
    devices: int
    online: int
    download: int
    warnings: Sequence[str]

    @property
    def offline(self) -> int:
        return self.devices - self.online

    @property
    def traffic(self) -> int:
        return self.devices * self.download


@require_safe
@project_page
def deployment_prepare(request: PageRequest, scope: Scope, cohort_id: str) -> HttpResponse:
    """Step 1: as deployed now, unless the URL names other versions already."""
    cohort = _cohort(scope, cohort_id)
    return _prepare_page(request, scope, cohort, _bundle_form(request, scope, cohort))


@require_safe
@project_page
def deployment_review(request: PageRequest, scope: Scope, cohort_id: str) -> HttpResponse:
    """Step 2: the URL holds the choice, nothing is stored yet."""
    cohort = _cohort(scope, cohort_id)
    form = _bundle_form(request, scope, cohort)
    if form.is_valid() and form.carry_out(lambda: _require_bundle(form)):
        return _review_page(request, scope, cohort, form)
    return _prepare_page(request, scope, cohort, form, status=400)


@require_POST
@project_page
def deployment_start(request: PageRequest, scope: Scope, cohort_id: str) -> HttpResponseBase:
    """Start it, unless the cohort has moved on since the review. The same form sent twice starts one deployment."""
    cohort = _cohort(scope, cohort_id)
    form = _bundle_form(request, scope, cohort)
    if not form.is_valid():
        return _prepare_page(request, scope, cohort, form, status=400)
    twin = _already_started(cohort, form, scope)
    if twin is None and not form.carry_out(lambda: _start(cohort, form, scope)):
        return _refused_page(request, scope, _cohort(scope, cohort_id), form)
    started = twin or active_deployment(_cohort(scope, cohort_id), scope)
    assert started is not None  # noqa: S101 - it was committed a moment ago; narrows the type
    messages.success(request, f"Deployment {started.name} was started.")
    return redirect("deployments:deployment-detail", scope.project.slug, cohort.public_id, started.public_id)


def _refused_page(request: PageRequest, scope: Scope, cohort: Cohort, form: BundleForm) -> HttpResponse:
    """Back to the choice when a field is wrong, to a fresh review when only the cohort has moved on."""
    if form.errors.keys() - {NON_FIELD_ERRORS}:
        return _prepare_page(request, scope, cohort, form, status=400)
    return _review_page(request, scope, cohort, form, status=409)


def _start(cohort: Cohort, form: BundleForm, scope: Scope) -> Deployment:
    deployments = Deployment.objects.visible_to(scope.actor).filter(cohort=cohort)
    seen = deployments.filter(public_id=form.cleaned_data["seen"]).first()
    return start_deployment(
        cohort=cohort,
        artifacts=form.bundle,
        name=form.cleaned_data["name"],
        seen_active_pk=seen.pk if seen else None,
        actor=scope.actor,
    )


def _already_started(cohort: Cohort, form: BundleForm, scope: Scope) -> Deployment | None:
    """The active deployment, if it is what this form started when it was sent the first time."""
    active = active_deployment(cohort, scope)
    if active is None:
        return None
    replaced = active.replaces.public_id if active.replaces else ""
    is_twin = replaced == form.cleaned_data["seen"] and active.bundled() == form.bundle
    return active if is_twin else None


def _cohort(scope: Scope, cohort_id: str) -> Cohort:
    scope.actor.require("deployments.start", project=scope.project.pk)
    return visible_cohort(project=scope.project, cohort_id=cohort_id, actor=scope.actor)


def _bundle_form(request: PageRequest, scope: Scope, cohort: Cohort) -> BundleForm:
    """Bound to what was sent; unbound and prefilled from the active deployment when nothing was."""
    sent = request.POST if request.method == "POST" else request.GET
    if "artifacts" not in sent:
        active = active_deployment(cohort, scope)
        bundle = active.bundled() if active else []
        return BundleForm(artifacts=bundle, initial={"artifacts": [entry.public_id for entry in bundle]})
    ids = [key for key in sent.getlist("artifacts") if key]
    found = Artifact.objects.visible_to(scope.actor).with_names().filter(project=scope.project)
    artifacts = found.filter(public_id__in=[key for key in ids if is_public_id(key)])
    data = MultiValueDict({"artifacts": ids, "name": sent.getlist("name"), "seen": sent.getlist("seen")})
    return BundleForm(data, artifacts=artifacts)


def _require_bundle(form: BundleForm) -> None:
    rules.require_bundle([artifact.version.package.name for artifact in form.bundle])


def _prepare_page(
    request: PageRequest, scope: Scope, cohort: Cohort, form: BundleForm, *, status: int = 200
) -> HttpResponse:
    chosen = list(form.by_id.values())
    stored = Artifact.objects.visible_to(scope.actor).with_names().filter(project=scope.project)
    context = {
        "cohort": cohort,
        "form": form,
        "choices": _choices([*chosen, *stored[:CHOICES]], chosen),
        "device_count": Device.objects.visible_to(scope.actor).filter(cohort=cohort).count(),
    }
    return render_page(request, scope, "deployments/deployment_prepare.html", context, status=status)


def _choices(artifacts: Sequence[Artifact], chosen: Sequence[Artifact]) -> list[PackageChoice]:
    by_package: dict[str, dict[str, Artifact]] = {}
    for artifact in sorted(artifacts, key=lambda entry: -entry.pk):
        by_package.setdefault(artifact.version.package.name, {})[artifact.public_id] = artifact
    current = {artifact.version.package.name: artifact.public_id for artifact in chosen}
    return [
        PackageChoice(package, list(found.values()), current.get(package, ""))
        for package, found in sorted(by_package.items())
    ]


def _review_page(
    request: PageRequest, scope: Scope, cohort: Cohort, form: BundleForm, *, status: int = 200
) -> HttpResponse:
    active = active_deployment(cohort, scope)
    context = {
        "cohort": cohort,
        "active": active,
        "form": form,
        "consequences": _consequences(cohort, active, form.bundle, scope),
    }
    return render_page(request, scope, "deployments/deployment_review.html", context, status=status)


def _consequences(cohort: Cohort, active: Deployment | None, bundle: Sequence[Artifact], scope: Scope) -> Consequences:
    changes = compare(active.bundled() if active else [], bundle)
    members = cohort_members(cohort, actor=scope.actor)
    return Consequences(
        changes=changes,
        devices=members.devices,
        online=members.online,
        download=download_size(changes),
        warnings=warnings_about(changes),
    )
