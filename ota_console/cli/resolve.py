"""From what a person writes (a name, an id, package@version) to the one object that is meant."""

import re
from collections.abc import Iterable, Sequence

from ota_console.cli.errors import NotFound, OtaError
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

_ID = re.compile("[0-9a-f]{24}")
_IDS_PER_QUERY = 50  # keeps the query string well under what servers accept


def looks_like_id(ref: str) -> bool:
    return _ID.fullmatch(ref) is not None


def device(session: Session, ref: str) -> Object:
    if found := _by_id(session, session.in_project("devices", ref), ref):
        return found
    return _only("device", ref, session.client.collection(session.in_project("devices"), {"deviceName": ref}))


def cohort(session: Session, ref: str) -> Object:
    if found := _by_id(session, session.in_organization("cohorts", ref), ref):
        return found
    cohorts = session.client.collection(session.in_organization("cohorts"))
    return _only("cohort", ref, [one for one in cohorts if one["name"] == ref], id_key="cohortId")


def deployment(session: Session, cohort_id: str, ref: str) -> Object:
    where = ("cohorts", cohort_id, "deployments")
    if found := _by_id(session, session.in_organization(*where, ref), ref):
        return found
    named = session.client.collection(session.in_organization(*where), {"name": ref})
    return _only("deployment", ref, [one for one in named if one["name"] == ref], id_key="deploymentId")


def artifact(session: Session, ref: str) -> Object:
    """By id or package@version; two artifacts of one version, for different blueprints, need the id."""
    package, at, version = ref.partition("@")
    if not at:
        return session.client.get(session.in_project("artifacts", ref))
    found = session.client.collection(session.in_project("artifacts"), {"package": package, "version": version})
    return _only("artifact", ref, found)


def artifacts_by_id(session: Session, ids: Iterable[str]) -> dict[str, Object]:
    """Those of the artifacts that still exist."""
    wanted = sorted(set(ids))
    found: list[Object] = []
    for start in range(0, len(wanted), _IDS_PER_QUERY):
        query = {"ids": wanted[start : start + _IDS_PER_QUERY]}
        found += session.client.collection(session.in_project("artifacts"), query)
    return {one["id"]: one for one in found}


def tag(session: Session, ref: str) -> Object:
    return _named(session, "tag", ref)


def tag_ids(session: Session, refs: Iterable[str] | None) -> list[str]:
    return [tag(session, ref)["id"] for ref in refs or []]


def blueprint(session: Session, ref: str) -> Object:
    return _named(session, "blueprint", ref)


def blueprint_id(session: Session, ref: str) -> str:
    return str(blueprint(session, ref)["id"])


def api_key(session: Session, ref: str) -> Object:
    keys = session.client.collection(session.in_project("apikeys"))
    return _only("API key", ref, [one for one in keys if ref in (one["id"], one["name"])])


def label(artifact: Object) -> str:
    """package@version, as a person writes it."""
    return f"{artifact['package']}@{artifact['version']}"


def _named(session: Session, kind: str, ref: str) -> Object:
    if found := _by_id(session, session.in_project(f"{kind}s", ref), ref):
        return found
    return _only(kind, ref, session.client.collection(session.in_project(f"{kind}s"), {f"{kind}Name": ref}))


def _by_id(session: Session, where: str, ref: str) -> Object | None:
    """None too when nothing has that id: a name may look like one."""
    return session.client.find(where) if looks_like_id(ref) else None


def _only(kind: str, ref: str, found: Sequence[Object], id_key: str = "id") -> Object:
    if not found:
        raise NotFound(f"There is no {kind} {ref!r}.")
    if len(found) > 1:
        ids = ", ".join(str(one[id_key]) for one in found)
        raise OtaError(f"There are {len(found)} {kind}s {ref!r}. Give one by its id: {ids}.")
    return found[0]
