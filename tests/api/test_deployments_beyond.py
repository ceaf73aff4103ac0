"""Deployments beyond the contract: detail, dry run, warnings, rolling back."""

from typing import Any

import pytest

from devices.models import Device
from devices.services import Report, record_reports
from tests.api.client import Api, refused, store
from tests.api.test_ota_events import START


@pytest.fixture
def cohort(api: Api) -> str:
    return f"{api.in_organization}/cohorts/{api.cohort()['cohortId']}"


@pytest.fixture
def history(api: Api, cohort: str) -> list[Any]:
    """What was answered when two deployments were started; the second drops a package and lowers another."""
    old = [api.upload("main", "2.0.0", b"main two")["id"], api.upload("modem", "7", b"modem")["id"]]
    new = [api.upload("main", "1.9.0", b"main one nine")["id"]]
    return [api.post(f"{cohort}/deployments", name=name, artifactIds=ids) for name, ids in (("a", old), ("b", new))]


def test_the_reply_to_a_start_warns_of_what_is_dropped(history: list[Any]) -> None:
    (limit,) = history[0]["warnings"]
    assert "more than one package" in limit
    back, dropped = history[1]["warnings"]
    assert "main goes back from 2.0.0 to 1.9.0" in back
    assert "modem is no longer part of it" in dropped


def test_detail_of_the_active_deployment(api: Api, cohort: str, history: list[Any]) -> None:
    members = [api.device(f"d{number}", cohortId=cohort.split("/")[-1])["id"] for number in range(2)]
    record_reports([_report(members[0], "1.9.0")])
    detail = api.get(f"{cohort}/deployments/{history[1]['deploymentId']}")["data"]
    assert history[1].items() <= detail.items()
    assert (detail["active"], detail["createdBy"]) == (True, "automation")
    assert detail["progress"] == {"upToDate": 1, "updating": 0, "failed": 0, "waiting": 1}
    (artifact,) = detail["artifacts"]
    stored = api.get(f"{api.in_project}/artifacts/{artifact['id']}")["data"]
    assert artifact == {
        "id": detail["artifactIds"][0],
        "package": "main",
        "version": "1.9.0",
        "size": stored["size"],
        "sha256": stored["binaryInfo"]["digests"]["sha256"]["digest"],
    }
    assert detail["manifest"]["sequenceNumber"] == detail["sequenceNumber"]
    assert [component["hash"] for component in detail["manifest"]["components"]] == [artifact["sha256"]]


def test_detail_of_an_earlier_deployment_has_no_progress(api: Api, cohort: str, history: list[Any]) -> None:
    detail = api.get(f"{cohort}/deployments/{history[0]['deploymentId']}")["data"]
    assert (detail["active"], detail["progress"]) == (False, None)
    assert [artifact["package"] for artifact in detail["artifacts"]] == ["main", "modem"]


def test_dry_run_says_what_a_deployment_would_do_and_does_nothing(api: Api, cohort: str, history: list[Any]) -> None:
    for number in range(3):
        api.device(f"d{number}", cohortId=cohort.split("/")[-1])
    artifacts = [api.upload("main", "1.8.0", b"12345")["id"], api.upload("modem", "8", b"123")["id"]]
    before = store()
    preview = api.post(f"{cohort}/deployments/dry-run", artifactIds=artifacts)
    assert preview["changes"] == [
        {"package": "main", "from": "1.9.0", "to": "1.8.0", "change": "changed", "downgrade": True},
        {"package": "modem", "from": None, "to": "8", "change": "added", "downgrade": False},
    ]
    assert (preview["devices"], preview["online"]) == (3, 0)
    assert (preview["bytes"], preview["bytesPerDevice"]) == ("24", "8")
    assert any("goes back" in warning for warning in preview["warnings"])
    assert store() == before


def test_dry_run_of_the_same_and_of_the_first(api: Api, cohort: str) -> None:
    artifact = api.upload("main", "1.0.0")["id"]
    body = {"name": "", "artifactIds": [artifact]}
    (first,) = api.post(f"{cohort}/deployments/dry-run", **body)["changes"]
    assert first == {"package": "main", "from": None, "to": "1.0.0", "change": "added", "downgrade": False}
    api.post(f"{cohort}/deployments", **body)
    preview = api.post(f"{cohort}/deployments/dry-run", **body)
    assert preview["changes"][0]["change"] == "unchanged"
    assert (preview["bytes"], len(preview["warnings"])) == ("0", 1)


def test_dry_run_names_what_a_bundle_drops(api: Api, cohort: str) -> None:
    both = [api.upload(package, "1")["id"] for package in ("main", "modem")]
    api.post(f"{cohort}/deployments", artifactIds=both)
    changes = api.post(f"{cohort}/deployments/dry-run", artifactIds=both[:1])["changes"]
    assert [(change["package"], change["change"], change["to"]) for change in changes] == [
        ("main", "unchanged", "1"),
        ("modem", "removed", None),
    ]


@pytest.mark.parametrize(
    "body", [{}, {"artifactIds": []}, {"artifactIds": ["f" * 24]}, {"artifactIds": "x"}, {"artifactIds": None}]
)
def test_dry_run_refuses_what_a_deployment_would(api: Api, cohort: str, body: dict[str, Any]) -> None:
    refused(api.ask("POST", f"{cohort}/deployments/dry-run", json=body), 400, 3, "artifactIds")


def test_rollback_to_the_one_before_and_to_a_named_one(api: Api, cohort: str, history: list[Any]) -> None:
    started = api.post(f"{cohort}/rollback")
    assert started["artifactIds"] == history[0]["artifactIds"]
    assert started["sequenceNumber"] > history[1]["sequenceNumber"]
    assert api.get(cohort)["data"]["activeDeploymentId"] == started["deploymentId"]
    named = api.post(f"{cohort}/rollback", deploymentId=history[1]["deploymentId"], name="once more")
    assert (named["artifactIds"], named["name"]) == (history[1]["artifactIds"], "once more")
    assert any("modem is no longer part" in warning for warning in named["warnings"])


def test_rollback_refuses_what_is_not_earlier(api: Api, cohort: str, history: list[Any]) -> None:
    other = f"{api.in_organization}/cohorts/{api.cohort('other')['cohortId']}"
    before = store()
    refused(api.ask("POST", f"{other}/rollback", json={}), 400, 9, "no earlier deployment")
    for wanted, code, word in (
        (history[1]["deploymentId"], 9, "active"),
        ("f" * 24, 3, "deploymentId"),
        ("a\0b", 3, "deploymentId"),
        (7, 3, "deploymentId"),
    ):
        refused(api.ask("POST", f"{cohort}/rollback", json={"deploymentId": wanted}), 400, code, word)
    foreign = {"deploymentId": history[0]["deploymentId"]}
    refused(api.ask("POST", f"{other}/rollback", json=foreign), 400, 3, "deploymentId")
    refused(api.ask("POST", f"{cohort}/rollback", json=[]), 400, 3)
    assert store() == before


def _report(device_id: str, version: str) -> Report:
    device = Device.objects.get(public_id=device_id)
    return Report(
        device_pk=device.pk,
        device_id=device_id,
        project_pk=device.project_id,
        cohort_id=None,
        deployment_id=None,
        package="main",
        state=0,
        reason=0,
        version=version,
        target="",
        received_at=START,
        opens_session=False,
    )
