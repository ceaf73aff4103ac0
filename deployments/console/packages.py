"""Pages about packages and their versions."""

from collections.abc import Mapping

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Max, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from deployments.console.forms import SearchForm, UploadForm
from deployments.models import Artifact, Cohort, Package
from deployments.selectors import visible_package
from deployments.services import create_artifact, require_upload
from deployments.uploads import ArtifactUploadHandler, streamed_upload
from devices.models import PackageState
from ota_console.console.pages import PageRequest, Scope, project_page, render_page

PER_PAGE = 50


def project_packages(scope: Scope) -> QuerySet[Package]:
    return Package.objects.visible_to(scope.actor).filter(project=scope.project)


@require_safe
@project_page
def package_list(request: PageRequest, scope: Scope) -> HttpResponse:
    form = SearchForm(request.GET, placeholder="Package name")
    packages = project_packages(scope).filter(name__icontains=form.term).order_by("name")
    counted = packages.annotate(versions_stored=Count("versions"), last_upload=Max("versions__created_at"))
    page = Paginator(counted, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page}
    return render_page(request, scope, "deployments/package_list.html", context, partial="list")


@require_safe
@project_page
def package_detail(request: PageRequest, scope: Scope, package: str) -> HttpResponse:
    shown = visible_package(project=scope.project, name=package, actor=scope.actor)
    artifacts = Artifact.objects.visible_to(scope.actor).with_names().filter(version__package=shown)
    page = Paginator(artifacts, PER_PAGE).get_page(request.GET.get("page"))
    running, deployed = _running(shown), _deployed(shown, scope)
    rows = [
        {
            "artifact": artifact,
            "running": running.get(artifact.version.label, 0),
            "cohorts": deployed.get(artifact.pk, []),
        }
        for artifact in page
    ]
    context = {"package": shown, "page": page, "rows": rows}
    return render_page(request, scope, "deployments/package_detail.html", context, partial="versions")


def _running(package: Package) -> Mapping[str, int]:
    """Devices of the project by the version that they last reported."""
    states = PackageState.objects.filter(package=package.name, device__project=package.project_id)
    return dict(states.order_by().values_list("version").annotate(Count("pk")))


def _deployed(package: Package, scope: Scope) -> Mapping[int, list[Cohort]]:
    """Cohorts whose active deployment holds an artifact of the package, by artifact."""
    cohorts = Cohort.objects.visible_to(scope.actor).existing()
    using = cohorts.filter(active_deployment__artifacts__version__package=package)
    found: dict[int, list[Cohort]] = {}
    for cohort in using.annotate(artifact=F("active_deployment__artifacts")).order_by("name"):
        found.setdefault(cohort.artifact, []).append(cohort)  # type: ignore[attr-defined]
    return found


@csrf_exempt  # checked below: the check reads the form, and the file must have somewhere to go by then
@require_http_methods(["GET", "POST"])
@project_page
def artifact_upload(request: PageRequest, scope: Scope) -> HttpResponseBase:
    """Upload an artifact; only those who may do so get as far as sending its bytes."""
    scope.actor.require("artifacts.upload", project=scope.project.pk)
    with streamed_upload(request) as handler:
        return _upload(request, scope, handler)


@csrf_protect
def _upload(request: PageRequest, scope: Scope, handler: ArtifactUploadHandler) -> HttpResponseBase:
    if request.method == "GET":
        form = UploadForm(initial={"package": request.GET.get("package", "")}, scope=scope)
        return _upload_page(request, scope, form, 200)
    form = UploadForm(request.POST, scope=scope)
    stored: list[Artifact] = []
    if form.is_valid() and form.carry_out(lambda: stored.append(_create(form, scope, handler))):
        messages.success(request, f"{stored[0].version} is stored and can be deployed.")
        target = resolve_url("deployments:package-detail", scope.project.slug, form.cleaned_data["package"])
        return HttpResponseClientRedirect(target) if request.htmx else redirect(target)
    return _upload_page(request, scope, form, 400)


def _create(form: UploadForm, scope: Scope, handler: ArtifactUploadHandler) -> Artifact:
    values = {key: form.cleaned_data[key] for key in ("package", "version", "blueprint")}
    require_upload(project=scope.project, actor=scope.actor, **values)
    return create_artifact(project=scope.project, actor=scope.actor, blob=handler.blob(), **values)


def _upload_page(request: PageRequest, scope: Scope, form: UploadForm, status: int) -> HttpResponse:
    names = project_packages(scope).order_by("name").values_list("name", flat=True)[:200]
    context = {"form": form, "package_names": names}
    template = "deployments/artifact_upload.html"
    return render_page(request, scope, template, context, partial="form", status=status)
