"""What lists cost: these numbers of queries, for one row and for fifty."""

from collections.abc import Mapping

from django.db import connection
from django.test.utils import CaptureQueriesContext

from devices.models import Device
from devices.services import Report, create_tag, record_reports
from ota_console.core.actors import Actor
from tests.api.certificates import authority, cert_file
from tests.api.client import Api
from tests.api.test_ota_events import START

#: Two of each are for the key and the project; a list with a total adds its rows and the total.
QUERIES: Mapping[str, int] = {
    "projects": 2,
    "devices": 7,
    "credentials": 5,
    "packages": 4,
    "artifacts": 4,
    "cohorts": 5,
    "deployments": 6,
    "cohort-devices": 11,
    "versions": 6,
    "ota-events": 3,
    "blueprints": 4,
    "tags": 4,
    "releases": 7,
    "certificates": 4,
    "audit": 3,
    "firmware/logs": 4,
}


class Fleet:
    """Makes more of everything."""

    def __init__(self, api: Api, actor: Actor) -> None:
        self.api = api
        self.first = api.device("first")["id"]
        self.cohort = api.cohort("first")["cohortId"]
        self.artifacts = [api.upload(package, "0")["id"] for package in ("main", "modem")]
        self.tags = [create_tag(project=api.project, name=name, actor=actor).public_id for name in ("red", "blue")]

    def grow(self, number: int) -> None:
        self.api.device(f"d{number}", cohortId=self.cohort, tagIds=self.tags)
        device = Device.objects.latest("pk")
        assert record_reports([_report(device, package) for package in ("main", "modem")]) == [None, None]
        self.api.cohort(f"c{number}")
        self.api.upload(f"p{number}", "1")
        self.api.upload("main", f"1.{number}")
        self.api.post(f"{self.api.in_project}/devices/{self.first}/credentials")
        self.api.post(f"{self.api.in_project}/blueprints", name=f"b{number}")
        self.api.post(f"{self.api.in_project}/certificates", certFile=cert_file(authority(f"CA {number}")))
        body = {"releaseTags": [f"r{number}"], "deviceTagIds": self.tags, "artifactIds": self.artifacts}
        self.api.post(f"{self.api.in_project}/releases", **body)
        self.api.post(self.path("deployments"), name=f"n{number}", artifactIds=self.artifacts)

    def path(self, collection: str) -> str:
        if collection == "projects":
            return "/v1/projects"
        if collection in ("packages", "cohorts", "ota-events"):
            return f"{self.api.in_organization}/{collection}"
        if collection == "versions":
            return f"{self.api.in_organization}/packages/main/versions"
        if collection in ("deployments", "cohort-devices"):
            return f"{self.api.in_organization}/cohorts/{self.cohort}/{collection.removeprefix('cohort-')}"
        within = f"/devices/{self.first}" if collection == "credentials" else ""
        return f"{self.api.in_project}{within}/{collection}"

    def costs(self) -> dict[str, int]:
        return {collection: self._cost(collection) for collection in QUERIES}

    def _cost(self, collection: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            listed = self.api.get(self.path(collection), limit=1000)["list"]
        assert listed
        return sum(not entry["sql"].startswith(("SAVEPOINT", "RELEASE")) for entry in queries)


def _report(device: Device, package: str) -> Report:
    return Report(
        device_pk=device.pk,
        device_id=device.public_id,
        project_pk=device.project_id,
        cohort_id=None,
        deployment_id=None,
        package=package,
        state=0,
        reason=0,
        version="1.0.0",
        target="",
        received_at=START,
        opens_session=False,
    )


def test_lists_cost_the_same_for_one_row_and_for_fifty(api: Api, operator: Actor) -> None:
    fleet = Fleet(api, operator)
    fleet.grow(0)
    assert fleet.costs() == QUERIES
    for number in range(1, 50):
        fleet.grow(number)
    assert fleet.costs() == QUERIES
