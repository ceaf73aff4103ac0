"""The first sign-in: organization, project, administrator, API key, and the file that tells them to who installed."""

import json
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from ota_console.core.actors import Actor, Role
from ota_console.core.addresses import Address
from ota_console.core.events import publish
from ota_console.core.private_files import write_private
from ota_console.tenancy.events import OrganizationCreated, UserSaved
from ota_console.tenancy.models import Organization, Project, User
from ota_console.tenancy.services import add_member, create_api_key, create_project

_ACTOR = Actor.system("first run")


def ensure_first_run(path: Path) -> None:
    """On an empty database create everything and write `path`; later only keep its addresses current.

    A file that its owner has removed is not written again.
    """
    if not Organization.objects.exists():
        _create_and_write(path)
    elif path.exists():
        _write(path, json.loads(path.read_text()) | _addresses())


@transaction.atomic
def _create_and_write(path: Path) -> None:
    """The file comes last before the commit: without a commit the next start writes it anew."""
    organization = Organization.objects.create(slug="default", name="My organization")
    changes = {"name": [None, organization.name]}
    publish(OrganizationCreated(organization_id=organization.pk, object_id="default", actor=_ACTOR, changes=changes))
    project = create_project(organization=organization, slug="default", name="My project", actor=_ACTOR)
    sign_in = _create_administrator(organization)
    _write(path, _addresses() | sign_in | {"organization": organization.slug} | _create_key(project))


def _create_administrator(organization: Organization) -> dict[str, str]:
    password = secrets.token_urlsafe(18)
    user = User.objects.create_superuser("admin", password=password)
    publish(UserSaved(object_id=user.get_username(), actor=_ACTOR))
    add_member(organization=organization, username=user.get_username(), role=Role.ADMIN, actor=_ACTOR)
    return {"username": user.get_username(), "password": password}


def _create_key(project: Project) -> dict[str, str]:
    key = create_api_key(project=project, name="first run", role=Role.ADMIN, actor=_ACTOR)
    return {"project": project.slug, "api_key": key.secret}


def _addresses() -> dict[str, str]:
    """Where a program on this machine reaches us; an address that means "everywhere" is no such place."""
    url = urlsplit(settings.OTA_PUBLIC_URL)
    http = Address.parse(settings.OTA_HTTP, variable="OTA_HTTP")
    coaps = Address.parse(settings.OTA_COAPS, variable="OTA_COAPS")
    host = str(http.reachable) if url.netloc == str(http) else url.netloc
    return {"url": f"{url.scheme}://{host}", "coaps": str(coaps.reachable)}


def _write(path: Path, content: dict[str, str]) -> None:
    write_private(path, json.dumps(content, indent=2) + "\n")
