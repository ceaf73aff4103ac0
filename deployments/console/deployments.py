"""The page of one deployment."""

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from deployments.console.history import compare
from deployments.models import Deployment
from deployments.selectors import visible_cohort, visible_deployment
from devices.models import Device
from devices.selectors import deployment_progress, with_progress
from ota_console.console.pages import PageRequest, Scope, project_page, render_page
from ota_console.console.rows import PROGRESS_STATES, DeviceRow, device_rows, project_devices

PER_PAGE = 50


@require_safe
@project_page
def deployment_detail(request: PageRequest, scope: Scope, cohort_id: str, deployment_id: str) -> HttpResponse:
    """What it changed and, while it is active, where each device is with it."""
    cohort = visible_cohort(project=scope.project, cohort_id=cohort_id, actor=scope.actor)
    shown = visible_deployment(cohort=cohort, deployment_id=deployment_id, actor=scope.actor)
    earlier = Deployment.objects.visible_to(scope.actor).with_artifacts()
    before = earlier.filter(pk=shown.replaces_id or 0).first()
    is_active = cohort.active_deployment_id == shown.pk
    context = {
        "cohort": cohort,
        "deployment": shown,
        "is_active": is_active,
        "changes": compare(before.bundled() if before else [], shown.bundled()),
        "states": PROGRESS_STATES,
        "state": request.GET.get("state", ""),
    }
    if is_active:
        context |= _live_context(request, scope, shown)
    return render_page(request, scope, "deployments/deployment_detail.html", context, partial="live")


def _live_context(request: PageRequest, scope: Scope, deployment: Deployment) -> dict[str, object]:
    """Progress is judged for the devices of this page alone, unless a state is asked for."""
    members = Device.objects.visible_to(scope.actor).filter(cohort=deployment.cohort_id)
    devices: QuerySet[Device] = members.order_by("-pk")
    state = request.GET.get("state", "")
    if state in PROGRESS_STATES:
        devices = with_progress(devices, deployment).filter(Q(progress=state))
    page = Paginator(devices.values_list("pk", flat=True), PER_PAGE).get_page(request.GET.get("page"))
    shown = project_devices(scope).filter(pk__in=list(page)).order_by("-pk")
    rows: list[DeviceRow] = device_rows(with_progress(shown, deployment))
    return {"progress": deployment_progress(deployment, actor=scope.actor), "page": page, "rows": rows}
