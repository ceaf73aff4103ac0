"""Acts on pages of cohorts, deployments and devices: done once, refused with a reason, for those allowed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from deployments.models import Artifact, Cohort, Deployment
from deployments.services import ArtifactWriter, create_artifact, create_cohort, start_deployment
from devices.models import Device
from devices.services import create_device
from ota_console.core.actors import Actor, Role
from ota_console.tenancy.models import AuditEntry, Project

Link = Callable[..., str]


@pytest.fixture
def link(project: Project) -> Link:
    return lambda name, *args: reverse(f"deployments:{name}", args=(project.slug, *args))


def error_of(answer: Any, field: str) -> str:
    return str(answer.text.split(f'id="id_{field}_error"')[1].split("</div>")[0])


def test_a_cohort_is_created_once(browser: Client, project: Project, link: Link) -> None:
    answer = browser.post(link("cohort-create"), {"name": "field"})
    cohort = Cohort.objects.get()
    assert answer["Location"] == link("cohort-devices", cohort.public_id)
    assert AuditEntry.objects.get(action="cohort.created").actor_name == "user-operator"
    again = browser.post(link("cohort-create"), {"name": "field"})
    assert again.status_code == 400
    assert "already" in error_of(again, "name")
    assert Cohort.objects.count() == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 256, "bell\x07"])
def test_a_bad_cohort_name_is_named(browser: Client, link: Link, project: Project, name: str) -> None:
    answer = browser.post(link("cohort-create"), {"name": name})
    assert answer.status_code == 400
    assert error_of(answer, "name")
    assert not Cohort.objects.exists()


def test_a_cohort_is_renamed_and_deleted(browser: Client, cohort: Cohort, device: Device, link: Link) -> None:
    settings_page = browser.get(link("cohort-settings", cohort.public_id)).text
    assert "field is deleted and 1 device leaves it" in settings_page
    browser.post(link("cohort-rename", cohort.public_id), {"name": "garden"})
    cohort.refresh_from_db()
    assert cohort.name == "garden"
    answer = browser.post(link("cohort-delete", cohort.public_id))
    assert answer["Location"] == link("cohort-list")
    device.refresh_from_db()
    assert device.cohort is None
    assert browser.post(link("cohort-delete", cohort.public_id)).status_code == 404


def test_devices_are_found_added_and_removed(
    browser: Client, project: Project, cohort: Cohort, operator: Actor, link: Link
) -> None:
    loose = create_device(project=project, name="loose", actor=operator)
    create_device(project=project, name="other", actor=operator)
    page = browser.get(link("cohort-devices", cohort.public_id), {"q": "loo"}).text
    assert f'value="{loose.public_id}"' in page
    assert "other" not in page
    browser.post(link("cohort-add", cohort.public_id), {"device": [loose.public_id]})
    loose.refresh_from_db()
    assert loose.cohort == cohort
    for _ in range(2):
        assert browser.post(link("cohort-remove", cohort.public_id), {"device": loose.public_id}).status_code == 302
    loose.refresh_from_db()
    assert loose.cohort is None


def test_a_foreign_device_cannot_be_added_and_takes_the_others_with_it(
    browser: Client, project: Project, foreign_project: Project, cohort: Cohort, operator: Actor, link: Link
) -> None:
    ours = create_device(project=project, name="ours", actor=operator)
    theirs = create_device(project=foreign_project, name="theirs", actor=Actor.system("tests"))
    answer = browser.post(link("cohort-add", cohort.public_id), {"device": [ours.public_id, theirs.public_id]})
    assert answer.status_code == 404
    assert not Device.objects.filter(cohort=cohort).exists()


def test_a_device_is_moved_from_its_page(
    browser: Client, project: Project, device: Device, foreign_project: Project, operator: Actor
) -> None:
    other = create_cohort(project=project, name="other", actor=operator)
    foreign = create_cohort(project=foreign_project, name="theirs", actor=Actor.system("tests"))
    url = reverse("devices:device-assign", args=(project.slug, device.public_id))
    browser.post(url, {"cohort": other.public_id})
    device.refresh_from_db()
    assert device.cohort == other
    answer = browser.post(url, {"cohort": foreign.public_id})
    assert answer.status_code == 400
    assert "not one of the available choices" in error_of(answer, "cohort")
    browser.post(url, {"cohort": ""})
    device.refresh_from_db()
    assert device.cohort is None


def test_deploying_is_prefilled_reviewed_and_started(
    browser: Client,
    cohort: Cohort,
    device: Device,
    deployment: Deployment,
    upload: Callable[..., Artifact],
    link: Link,
) -> None:
    newer, extra = upload("main", "1.1.0", b"newer image"), upload("a-package-with-a-long-name", "1")
    prepare = browser.get(link("deployment-prepare", cohort.public_id)).text
    assert f'value="{deployment.bundled()[0].public_id}" selected' in prepare
    chosen = {"artifacts": [newer.public_id, "", extra.public_id]}
    review = browser.get(link("deployment-review", cohort.public_id), chosen).text
    for words in (
        "This deploys to 1 device.",
        "0 are online",
        "Raised",
        "Added",
        "downloads 16\xa0bytes",
        "at most 16 characters",
        "more than one package",
    ):
        assert words in review, words
    start = {"artifacts": [newer.public_id, extra.public_id], "seen": deployment.public_id, "name": "spring"}
    answer = browser.post(link("deployment-start", cohort.public_id), start)
    cohort.refresh_from_db()
    active = cohort.active_deployment
    assert active is not None
    assert (active.name, active.replaces) == ("spring", deployment)
    assert active.bundled() == [newer, extra]
    assert answer["Location"] == link("deployment-detail", cohort.public_id, active.public_id)
    again = browser.post(link("deployment-start", cohort.public_id), start)
    assert again["Location"] == answer["Location"]
    assert Deployment.objects.count() == 2


def test_a_review_that_was_overtaken_starts_nothing(
    browser: Client,
    cohort: Cohort,
    deployment: Deployment,
    upload: Callable[..., Artifact],
    operator: Actor,
    link: Link,
) -> None:
    mine, theirs = upload("main", "2.0.0"), upload("main", "3.0.0")
    start_deployment(cohort=cohort, artifacts=[theirs], actor=operator)
    form = {"artifacts": [mine.public_id], "seen": deployment.public_id}
    answer = browser.post(link("deployment-start", cohort.public_id), form)
    assert answer.status_code == 409
    assert "Another deployment was started meanwhile" in answer.text
    assert "goes back from 3.0.0 to 2.0.0" in answer.text
    assert Deployment.objects.count() == 2


def test_impossible_bundles_are_refused(
    browser: Client,
    cohort: Cohort,
    upload: Callable[..., Artifact],
    foreign_project: Project,
    link: Link,
) -> None:
    first, second = upload("main", "1"), upload("main", "2")
    with ArtifactWriter() as writer:
        writer.write(b"theirs")
        blob = writer.finish()
    theirs = create_artifact(
        project=foreign_project, blob=blob, package="main", version="1", actor=Actor.system("tests")
    )
    for artifacts, words in [
        ([""], "cannot be empty"),
        ([first.public_id, second.public_id], "more than one artifact of package main"),
        ([theirs.public_id], "not one of the available choices"),
        (["\x00"], "not one of the available choices"),
    ]:
        for answer in (
            browser.get(link("deployment-review", cohort.public_id), {"artifacts": artifacts}),
            browser.post(link("deployment-start", cohort.public_id), {"artifacts": artifacts, "seen": ""}),
        ):
            assert answer.status_code in {400, 409}, artifacts
            assert words in answer.text.lower(), artifacts
    assert not Deployment.objects.exists()


def test_a_cohort_without_devices_and_deployments_has_its_pages(browser: Client, cohort: Cohort, link: Link) -> None:
    assert "Nothing was deployed yet" in browser.get(link("cohort-detail", cohort.public_id)).text
    assert "No devices in this cohort" in browser.get(link("cohort-devices", cohort.public_id)).text
    assert "There is nothing to deploy yet" in browser.get(link("deployment-prepare", cohort.public_id)).text


def test_the_history_says_what_each_deployment_changed(
    browser: Client, cohort: Cohort, upload: Callable[..., Artifact], operator: Actor, link: Link
) -> None:
    older, newer, extra = upload("main", "1.9.0"), upload("main", "1.10.0"), upload("modem", "1")
    for bundle in ([older], [newer, extra], [older, extra], [extra]):
        start_deployment(cohort=cohort, artifacts=bundle, actor=operator)
    rows = browser.get(link("cohort-detail", cohort.public_id)).text.split("<tr>")[2:]
    words = ["Removed", "Lowered", "Raised", "Added"]
    for row, word in zip(rows, words, strict=True):
        assert f'<span class="visually-hidden">{word}</span>' in row
    assert "Active" in rows[0]
    assert not any("Active" in row for row in rows[1:])


def test_a_viewer_may_do_nothing(
    signed_in: Callable[[Role], Client], cohort: Cohort, device: Device, project: Project, link: Link
) -> None:
    viewer = signed_in(Role.VIEWER)
    key = cohort.public_id
    acts = {
        link("cohort-create"): {"name": "mine"},
        link("cohort-rename", key): {"name": "mine"},
        link("cohort-delete", key): {},
        link("cohort-add", key): {"device": device.public_id},
        link("cohort-remove", key): {"device": device.public_id},
        link("deployment-start", key): {"artifacts": "0" * 24},
        reverse("devices:device-assign", args=(project.slug, device.public_id)): {"cohort": ""},
    }
    before = AuditEntry.objects.count()
    for url, form in acts.items():
        assert viewer.post(url, form).status_code == 403, url
    assert AuditEntry.objects.count() == before
    cohort.refresh_from_db()
    device.refresh_from_db()
    assert (cohort.name, cohort.deleted_at, device.cohort) == ("field", None, cohort)
