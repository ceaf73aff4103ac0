"""The active deployment of a cohort, as pages show it."""

from deployments.models import Cohort, Deployment
from ota_console.console.pages import Scope


def active_deployment(cohort: Cohort | None, scope: Scope) -> Deployment | None:
    """With its artifacts and the one that it replaced; None without a cohort or a deployment."""
    if cohort is None or cohort.active_deployment_id is None:
        return None
    deployments = Deployment.objects.visible_to(scope.actor).select_related("replaces").with_artifacts()
    return deployments.get(pk=cohort.active_deployment_id)
