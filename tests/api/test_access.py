"""Who may do what, for every route and method there is: a route without a row here fails."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ota_console.tenancy.models import Project
from tests.api.client import Api, refused, store

VIEWER, OPERATOR = "viewer", "operator"


@dataclass(frozen=True)
class Row:
    """`role` is the least that may; `body` is what a valid request holds, with {names} for ids."""

    role: str
    body: Mapping[str, Any] = field(default_factory=dict)


ROWS: Mapping[tuple[str, str], Row] = {
    ("project-list", "get"): Row(VIEWER),
    ("project-detail", "get"): Row(VIEWER),
    ("artifact-upload", "post"): Row(OPERATOR, {"projectId": "{project}", "version": "9", "content": "QUJD"}),
    ("artifact-list", "get"): Row(VIEWER),
    ("artifact-detail", "get"): Row(VIEWER),
    ("artifact-detail", "delete"): Row(OPERATOR),
    ("package-list", "get"): Row(VIEWER),
    ("package-list", "post"): Row(OPERATOR, {"packageId": "new"}),
    ("package-detail", "get"): Row(VIEWER),
    ("package-detail", "put"): Row(OPERATOR, {"description": "new"}),
    ("package-detail", "delete"): Row(OPERATOR),
    ("cohort-list", "get"): Row(VIEWER),
    ("cohort-list", "post"): Row(OPERATOR, {"name": "new"}),
    ("cohort-detail", "get"): Row(VIEWER),
    ("cohort-detail", "put"): Row(OPERATOR, {"name": "new"}),
    ("cohort-detail", "delete"): Row(OPERATOR),
    ("deployment-list", "get"): Row(VIEWER),
    ("deployment-list", "post"): Row(OPERATOR, {"name": "new", "artifactIds": ["{artifact}"]}),
    ("deployment-detail", "get"): Row(VIEWER),
    ("cohort-device-list", "get"): Row(VIEWER),
    ("cohort-device-add", "post"): Row(OPERATOR, {"deviceIds": ["{device}"]}),
    ("cohort-device-remove", "post"): Row(OPERATOR, {"deviceIds": ["{device}"]}),
    ("device-list", "get"): Row(VIEWER),
    ("device-list", "post"): Row(OPERATOR, {"name": "new"}),
    ("device-detail", "get"): Row(VIEWER),
    ("device-detail", "patch"): Row(OPERATOR, {"name": "new"}),
    ("device-detail", "delete"): Row(OPERATOR),
    ("credential-list", "get"): Row(OPERATOR),
    ("credential-list", "post"): Row(OPERATOR, {"identity": "new"}),
    ("credential-detail", "delete"): Row(OPERATOR),
    ("event-list", "get"): Row(VIEWER),
}
IN_PROJECT = [key for key in ROWS if key[0] not in ("project-list", "artifact-upload")]
IN_ORGANIZATION = [key for key in IN_PROJECT if key[0].startswith(("package", "cohort", "deployment", "event"))]
WITH_OBJECT = [key for key in IN_PROJECT if key[0] not in ("project-detail",) and not key[0].endswith("-list")]


def routes() -> Iterator[tuple[str, str]]:
    (api,) = [entry for entry in get_resolver().url_patterns if getattr(entry, "namespace", None) == "api"]
    for pattern in _patterns(api.url_patterns):
        view: Any = pattern.callback
        for method in view.cls.http_method_names:
            if hasattr(view.cls, method) and method not in ("head", "options"):
                yield str(pattern.name), method


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
    return {
        "organization": api.project.organization.slug,
        "project": api.project.slug,
        "package": package,
        "artifact": artifact,
        "cohort": cohort,
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
    body = {entry: _filled(value, ids) for entry, value in ROWS[key].body.items()}
    return api.ask(method.upper(), address(name, ids), **({"json": body} if body else {}))


def _filled(value: Any, ids: Mapping[str, str]) -> Any:
    return [_filled(entry, ids) for entry in value] if isinstance(value, list) else value.format(**ids)


def test_every_route_has_a_row() -> None:
    assert set(routes()) == set(ROWS)


@pytest.mark.parametrize("key", ROWS, ids="-".join)
def test_an_operator_may(api: Api, key: tuple[str, str]) -> None:
    reply = send(api, key, furnish(api, "main"))
    assert reply.status_code == 200, reply.text


def test_a_viewer_may_look_but_neither_change_nor_see_keys(
    api: Api, viewer_api: Api, subtests: pytest.Subtests
) -> None:
    ids = furnish(api, "main")
    before = store()
    for key, row in ROWS.items():
        with subtests.test(route=key):
            reply = send(viewer_api, key, ids)
            if row.role == VIEWER:
                assert reply.status_code == 200, reply.text
            else:
                refused(reply, 403, 7, "operator")
            assert store() == before


def test_a_stranger_finds_nothing(api: Api, foreign_api: Api, subtests: pytest.Subtests) -> None:
    ids = furnish(api, "main")
    before = store()
    for key in [*IN_PROJECT, ("artifact-upload", "post")]:
        with subtests.test(route=key):
            refused(send(foreign_api, key, ids), 404, 5, "project not found")
            assert store() == before


def test_what_belongs_to_others_is_not_found_in_ones_own_project(
    api: Api, foreign_api: Api, subtests: pytest.Subtests
) -> None:
    own, foreign = furnish(api, "main"), furnish(foreign_api, "theirs")
    before = store()
    for key in WITH_OBJECT:
        with subtests.test(route=key):
            innermost = parameters(key[0])[-1]
            refused(send(api, key, own | {innermost: foreign[innermost]}), 404, 5, "not found")
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
