"""Who may do what, for every route and method there is: a route without a row here fails."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ota_console.api.elsewhere import Elsewhere
from ota_console.core.actors import Role
from ota_console.tenancy.models import ApiKey, Membership, Project, User
from tests.api.certificates import authority, cert_file
from tests.api.client import Api, refused, store

DONE = (200, 302)  # a bucket gives out artifacts itself
VIEWER, OPERATOR, ADMIN = "viewer", "operator", "admin"


@dataclass(frozen=True)
class Row:
    """`role` is the least that may; `body` and `query` are what a valid request holds, with {names} for ids.

    `kind` is the content type of the body.
    """

    role: str
    body: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"


ROWS: Mapping[tuple[str, str], Row] = {
    ("project-list", "get"): Row(VIEWER),
    ("project-detail", "get"): Row(VIEWER),
    ("artifact-upload", "post"): Row(OPERATOR, {"projectId": "{project}", "version": "9", "content": "QUJD"}),
    ("artifact-list", "get"): Row(VIEWER),
    ("artifact-detail", "get"): Row(VIEWER),
    ("artifact-detail", "delete"): Row(OPERATOR),
    ("artifact-content", "get"): Row(VIEWER),
    ("package-list", "get"): Row(VIEWER),
    ("package-list", "post"): Row(OPERATOR, {"packageId": "new"}),
    ("package-detail", "get"): Row(VIEWER),
    ("package-detail", "put"): Row(OPERATOR, {"description": "new"}),
    ("package-detail", "delete"): Row(OPERATOR),
    ("version-list", "get"): Row(VIEWER),
    ("version-detail", "patch"): Row(OPERATOR, {"note": "new"}),
    ("cohort-list", "get"): Row(VIEWER),
    ("cohort-list", "post"): Row(OPERATOR, {"name": "new"}),
    ("cohort-detail", "get"): Row(VIEWER),
    ("cohort-detail", "put"): Row(OPERATOR, {"name": "new"}),
    ("cohort-detail", "delete"): Row(OPERATOR),
    ("deployment-list", "get"): Row(VIEWER),
    ("deployment-list", "post"): Row(OPERATOR, {"name": "new", "artifactIds": ["{artifact}"]}),
    ("deployment-detail", "get"): Row(VIEWER),
    ("deployment-dry-run", "post"): Row(OPERATOR, {"artifactIds": ["{artifact}"]}),
    ("deployment-rollback", "post"): Row(OPERATOR, {"deploymentId": "{earlier}"}),
    ("cohort-device-list", "get"): Row(VIEWER),
    ("cohort-device-add", "post"): Row(OPERATOR, {"deviceIds": ["{device}"]}),
    ("cohort-device-remove", "post"): Row(OPERATOR, {"deviceIds": ["{device}"]}),
    ("device-list", "get"): Row(VIEWER),
    ("device-list", "post"): Row(OPERATOR, {"name": "new"}),
    ("device-import", "post"): Row(OPERATOR, {"name": "new"}, kind="application/x-ndjson"),
    ("device-detail", "get"): Row(VIEWER),
    ("device-detail", "patch"): Row(OPERATOR, {"name": "new"}),
    ("device-detail", "delete"): Row(OPERATOR),
    ("credential-list", "get"): Row(OPERATOR),
    ("credential-list", "post"): Row(OPERATOR, {"identity": "new"}),
    ("credential-detail", "delete"): Row(OPERATOR),
    ("usage-list", "get"): Row(VIEWER),
    ("metrics", "get"): Row(VIEWER),
    ("event-list", "get"): Row(VIEWER),
    ("event-stream", "get"): Row(VIEWER),
    ("event-stats", "get"): Row(VIEWER),
    ("firmware-log-list", "get"): Row(VIEWER),
    ("log-list", "get"): Row(VIEWER),
    ("provisioning", "post"): Row(OPERATOR, {"name": "new"}),
    ("device-provisioning", "post"): Row(OPERATOR, {"identity": "new"}),
    ("project-credential-list", "post"): Row(OPERATOR, {"deviceId": "{device}", "identity": "new"}),
    ("project-credential-detail", "delete"): Row(OPERATOR, query={"deviceId": "{device}"}),
    ("blueprint-list", "get"): Row(VIEWER),
    ("blueprint-list", "post"): Row(OPERATOR, {"name": "new"}),
    ("blueprint-detail", "get"): Row(VIEWER),
    ("blueprint-detail", "delete"): Row(OPERATOR),
    ("tag-list", "get"): Row(VIEWER),
    ("tag-list", "post"): Row(OPERATOR, {"name": "new"}),
    ("tag-detail", "get"): Row(VIEWER),
    ("tag-detail", "delete"): Row(OPERATOR),
    ("release-list", "get"): Row(VIEWER),
    ("release-list", "post"): Row(OPERATOR, {"releaseTags": ["new"]}),
    ("release-detail", "get"): Row(VIEWER),
    ("release-detail", "patch"): Row(OPERATOR, {"addReleaseTag": ["new"]}),
    ("release-detail", "delete"): Row(OPERATOR),
    ("certificate-list", "get"): Row(VIEWER),
    ("certificate-list", "post"): Row(OPERATOR, {"certFile": "{certfile}"}),
    ("certificate-detail", "get"): Row(VIEWER),
    ("certificate-detail", "delete"): Row(OPERATOR),
    ("audit-list", "get"): Row(OPERATOR),
    ("apikey-list", "get"): Row(ADMIN),
    ("apikey-list", "post"): Row(ADMIN, {"name": "new"}),
    ("apikey-detail", "get"): Row(ADMIN),
    ("apikey-detail", "patch"): Row(ADMIN, {"name": "new"}),
    ("apikey-detail", "delete"): Row(ADMIN),
    ("whoami", "get"): Row(VIEWER),
    ("organization-list", "get"): Row(VIEWER),
    ("organization-list", "post"): Row(ADMIN, {"name": "new"}),
    ("organization-detail", "get"): Row(VIEWER),
    ("member-list", "get"): Row(ADMIN),
    ("member-list", "post"): Row(ADMIN, {"username": "{candidate}", "role": "viewer"}),
    ("member-detail", "get"): Row(ADMIN),
    ("member-detail", "patch"): Row(ADMIN, {"role": "operator"}),
    ("member-detail", "delete"): Row(ADMIN),
}
OF_THE_KEY = ("whoami", "project-list", "organization-list")
WITH_ADDRESS = [key for key in ROWS if key[0] not in (*OF_THE_KEY, "artifact-upload")]
IN_ORGANIZATION = [key for key in WITH_ADDRESS if key[0].startswith(("package", "cohort", "deployment", "event"))]
WITH_OBJECT = [key for key in WITH_ADDRESS if not key[0].endswith("-list")]


def routes() -> Iterator[tuple[str, str]]:
    (api,) = [entry for entry in get_resolver().url_patterns if getattr(entry, "namespace", None) == "api"]
    for pattern in _patterns(api.url_patterns):
        view: Any = pattern.callback
        for method in view.cls.http_method_names if _is_operation(view) else ():
            if hasattr(view.cls, method) and method not in ("head", "options"):
                yield str(pattern.name), method


def _is_operation(view: Any) -> bool:
    """Not the pages of the documentation, and not what answers everywhere else."""
    return hasattr(view, "cls") and view.cls is not Elsewhere


def _patterns(entries: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for entry in entries:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry.url_patterns)
        else:
            yield entry


def furnish(api: Api, package: str) -> dict[str, str]:
    """One of everything in the project of the key, and the ids by their names in URLs."""
    cohort, device = api.cohort()["cohortId"], api.device()["id"]
    artifact, used = api.upload(package, "1")["id"], api.upload("used", "1")["id"]
    where = f"{api.in_organization}/cohorts/{cohort}/deployments"
    member, candidate = (User.objects.create_user(f"{who}-{package}") for who in ("member", "candidate"))
    Membership.objects.create(organization=api.project.organization, user=member, role=Role.VIEWER)
    return {
        "organization": api.project.organization.slug,
        "username": member.get_username(),
        "candidate": candidate.get_username(),
        "project": api.project.slug,
        "blueprint": api.post(f"{api.in_project}/blueprints", name="board")["id"],
        "tag": api.post(f"{api.in_project}/tags", name="red")["id"],
        "release": api.post(f"{api.in_project}/releases", releaseTags=["1.0"])["id"],
        "certificate": api.post(f"{api.in_project}/certificates", certFile=cert_file(authority("Old")))["id"],
        "certfile": cert_file(authority("New")),
        "apikey": ApiKey.objects.filter(project=api.project).earliest("pk").public_id,
        "package": package,
        "version": "1" if package == "main" else "theirs",
        "artifact": artifact,
        "cohort": cohort,
        "earlier": api.post(where, name="x", artifactIds=[used])["deploymentId"],
        "deployment": api.post(where, name="x", artifactIds=[used])["deploymentId"],
        "device": device,
        "credential": api.post(f"{api.in_project}/devices/{device}/credentials")["id"],
    }


def address(name: str, ids: Mapping[str, str]) -> str:
    return reverse(f"api:{name}", kwargs={key: ids[key] for key in parameters(name)})


def parameters(name: str) -> list[str]:
    """Those of the route's address, from the outside in."""
    _, api = get_resolver().namespace_dict["api"]
    ((_, names),) = api.reverse_dict.getlist(name)[0][0]
    return list(names)


def send(api: Api, key: tuple[str, str], ids: Mapping[str, str]) -> Any:
    name, method = key
    body = {entry: filled(value, ids) for entry, value in ROWS[key].body.items()}
    query = {entry: filled(value, ids) for entry, value in ROWS[key].query.items()}
    sent: dict[str, Any] = {"content": json.dumps(body), "headers": {"content-type": ROWS[key].kind}} if body else {}
    return api.ask(method.upper(), address(name, ids), params=query, **sent)


def filled(value: Any, ids: Mapping[str, str]) -> Any:
    return [filled(entry, ids) for entry in value] if isinstance(value, list) else value.format(**ids)


def test_every_route_has_a_row() -> None:
    assert set(routes()) == set(ROWS)


@pytest.mark.parametrize("key", ROWS, ids="-".join)
def test_whose_role_suffices_may(api: Api, admin_api: Api, key: tuple[str, str]) -> None:
    reply = send(admin_api if ROWS[key].role == ADMIN else api, key, furnish(api, "main"))
    assert reply.status_code in DONE, reply.text


def test_an_operator_may_not_what_is_for_admins(api: Api, subtests: pytest.Subtests) -> None:
    ids = furnish(api, "main")
    before = store()
    for key, row in ROWS.items():
        if row.role == ADMIN:
            with subtests.test(route=key):
                refused(send(api, key, ids), 403, 7, "admin")
                assert store() == before


def test_a_viewer_may_look_but_neither_change_nor_see_keys(
    api: Api, viewer_api: Api, subtests: pytest.Subtests
) -> None:
    ids = furnish(api, "main")
    before = store()
    for key, row in ROWS.items():
        with subtests.test(route=key):
            reply = send(viewer_api, key, ids)
            if row.role == VIEWER:
                assert reply.status_code in DONE, reply.text
            else:
                refused(reply, 403, 7, row.role)
            assert store() == before


def test_a_stranger_finds_nothing(api: Api, foreign_api: Api, subtests: pytest.Subtests) -> None:
    ids = furnish(api, "main")
    before = store()
    for key in [*WITH_ADDRESS, ("artifact-upload", "post")]:
        with subtests.test(route=key):
            whole = "organization" if key[0].startswith(("organization", "member")) else "project"
            refused(send(foreign_api, key, ids), 404, 5, f"{whole} not found")
            assert store() == before


def test_what_belongs_to_others_is_not_found_in_ones_own_project(
    api: Api, admin_api: Api, foreign_api: Api, subtests: pytest.Subtests
) -> None:
    own, foreign = furnish(api, "main"), furnish(foreign_api, "theirs")
    before = store()
    for key in WITH_OBJECT:
        with subtests.test(route=key):
            innermost = parameters(key[0])[-1]
            refused(send(admin_api, key, own | {innermost: foreign[innermost]}), 404, 5, "not found")
            assert store() == before


@pytest.mark.parametrize("wrong", ["rival", "nowhere"])
def test_the_organization_must_be_the_projects_own(
    api: Api, foreign_project: Project, wrong: str, subtests: pytest.Subtests
) -> None:
    ids = furnish(api, "main") | {"organization": wrong}
    before = store()
    for key in IN_ORGANIZATION:
        with subtests.test(route=key):
            refused(send(api, key, ids), 404, 5, "project not found")
            assert store() == before
