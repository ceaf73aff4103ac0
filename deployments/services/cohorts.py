"""Cohorts: create, rename, delete."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from deployments.events import CohortCreated, CohortDeleted, CohortRenamed
from deployments.models import Cohort
from ota_console.core.actors import Actor
from ota_console.core.errors import Conflict, NotFound
from ota_console.core.events import publish
from ota_console.core.text import require_name
from ota_console.tenancy.models import Project


@transaction.atomic
def create_cohort(*, project: Project, name: str, actor: Actor) -> Cohort:
    """Raise Conflict for a name that an existing cohort of the project has."""
    actor.require("cohorts.edit", project=project.pk)
    name = require_name(name, field="name")
    try:
        with transaction.atomic():
            cohort = Cohort.objects.create(project=project, name=name)
    except IntegrityError as error:
        raise _taken(name) from error
    changes = {"name": [None, name]}
    publish(CohortCreated(project_id=project.pk, object_id=cohort.public_id, actor=actor, changes=changes))
    return cohort


@transaction.atomic
def rename_cohort(*, cohort: Cohort, name: str, actor: Actor) -> Cohort:
    actor.require("cohorts.edit", project=cohort.project_id)
    cohort = lock_cohort(cohort)
    before, cohort.name = cohort.name, require_name(name, field="name")
    try:
        with transaction.atomic():
            cohort.save(update_fields=["name", "updated_at"])
    except IntegrityError as error:
        raise _taken(cohort.name) from error
    publish(
        CohortRenamed(
            project_id=cohort.project_id,
            object_id=cohort.public_id,
            actor=actor,
            changes={"name": [before, cohort.name]},
        )
    )
    return cohort


@transaction.atomic
def delete_cohort(*, cohort: Cohort, actor: Actor) -> None:
    """Its devices become cohort-less and are told nothing; its history stays (contract/rest.md §3.6)."""
    actor.require("cohorts.edit", project=cohort.project_id)
    cohort = lock_cohort(cohort)
    cohort.deleted_at = timezone.now()
    cohort.active_deployment = None
    cohort.save(update_fields=["deleted_at", "active_deployment", "updated_at"])
    publish(
        CohortDeleted(
            project_id=cohort.project_id,
            object_id=cohort.public_id,
            actor=actor,
            cohort_pk=cohort.pk,
            changes={"name": [cohort.name, None]},
        )
    )


def lock_cohort(cohort: Cohort) -> Cohort:
    """The row as it is now, locked until the commit. Raise NotFound when it was deleted meanwhile."""
    locked = Cohort.objects.select_for_update().existing().filter(pk=cohort.pk).first()
    if locked is None:
        raise NotFound("cohort not found")
    return locked


def _taken(name: str) -> Conflict:
    return Conflict(f"a cohort named {name} already exists in the project", field="name")
