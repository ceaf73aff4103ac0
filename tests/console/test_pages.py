"""Every page: who may see it, what it shows, and that it asks the database no more for many rows than for one."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from deployments.models import Artifact, Cohort, Deployment
from deployments.services import create_cohort, start_deployment
from devices.models import Device
from devices.services import Report, create_device, record_reports
from ota_console.core.actors import Actor, Role
from ota_console.tenancy.models import Project


@pytest.fixture
def pages(project: Project, device: Device, deployment: Deployment) -> dict[str, str]:
    """Every page that can be read, by its URL name."""
    cohort_id = deployment.cohort.public_id
    arguments = {
        "console:project-overview": (),
        "devices:device-list": (),
        "devices:device-detail": (device.public_id,),
        "devices:event-list": (),
        "deployments:package-list": (),
        "deployments:package-detail": ("main",),
        "deployments:artifact-upload": (),
        "deployments:cohort-list": (),
        "deployments:cohort-detail": (cohort_id,),
        "deployments:cohort-devices": (cohort_id,),
        "deployments:cohort-settings": (cohort_id,),
        "deployments:deployment-prepare": (cohort_id,),
        "deployments:deployment-detail": (cohort_id, deployment.public_id),
    }
    return {name: reverse(name, args=(project.slug, *rest)) for name, rest in arguments.items()}


def report(device: Device, *, state: int, reason: int = 0, version: str = "", target: str = "") -> None:
    assert record_reports(
        [
            Report(
                device_pk=device.pk,
                device_id=device.public_id,
                project_pk=device.project_id,
                cohort_id=device.cohort.public_id if device.cohort else None,
                deployment_id=None,
                package="main",
                state=state,
                reason=reason,
                version=version,
                target=target,
                received_at=timezone.now(),
                opens_session=False,
            )
        ]
    ) == [None]


def test_every_page_is_shown_whole_and_as_a_partial(browser: Client, pages: dict[str, str]) -> None:
    for name, url in pages.items():
        page = browser.get(url)
        assert page.status_code == 200, name
        assert "<!doctype html>" in page.text, name
        partial = browser.get(url, headers={"hx-request": "true"})
        assert partial.status_code == 200, name
        if "data-live" in page.text:
            assert "<!doctype html>" not in partial.text, name
            assert partial.text.lstrip().startswith("<div id="), name


def test_every_page_asks_a_visitor_to_sign_in(client: Client, pages: dict[str, str]) -> None:
    for name, url in pages.items():
        answer = client.get(url)
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/accounts/login/?next="), name


def test_a_partial_of_an_expired_session_moves_the_whole_page(client: Client, pages: dict[str, str]) -> None:
    url = pages["devices:device-list"]
    answer = client.get(url, headers={"hx-request": "true", "hx-current-url": f"http://testserver{url}?q=x"})
    assert answer["HX-Redirect"] == "/accounts/login/?next=" + "%2Fprojects%2Fsensors%2Fdevices%2F%3Fq%3Dx"


def test_pages_of_a_foreign_project_are_not_found(
    browser: Client, foreign_project: Project, pages: dict[str, str]
) -> None:
    for name, url in pages.items():
        answer = browser.get(url.replace("/projects/sensors/", f"/projects/{foreign_project.slug}/"))
        assert answer.status_code == 404, name
        assert "There is nothing here" in answer.text, name


def test_things_of_a_foreign_project_are_not_found_under_ones_own(
    browser: Client, project: Project, foreign_project: Project
) -> None:
    stranger = Actor.system("tests")
    foreign_device = create_device(project=foreign_project, name="theirs", actor=stranger)
    foreign_cohort = create_cohort(project=foreign_project, name="theirs", actor=stranger)
    for name, key in [
        ("devices:device-detail", foreign_device.public_id),
        ("deployments:cohort-detail", foreign_cohort.public_id),
        ("deployments:cohort-devices", foreign_cohort.public_id),
        ("deployments:deployment-prepare", foreign_cohort.public_id),
    ]:
        assert browser.get(reverse(name, args=(project.slug, key))).status_code == 404, name


def test_a_viewer_sees_pages_but_no_acts(signed_in: Callable[[Role], Client], pages: dict[str, str]) -> None:
    viewer = signed_in(Role.VIEWER)
    refused = {"deployments:artifact-upload", "deployments:deployment-prepare"}
    for name, url in pages.items():
        answer = viewer.get(url)
        assert answer.status_code == (403 if name in refused else 200), name
        if name in refused:
            assert "needs the role operator" in answer.text, name
        else:
            acts = answer.text.count('method="post"')
            assert acts == 1, f"{name}: signing out is the only form"
            assert "/deploy/" not in answer.text, name


def test_an_empty_project_explains_itself(browser: Client, project: Project) -> None:
    page = browser.get(reverse("console:project-overview", args=(project.slug,))).text
    for command in ("ota login --url http://testserver", "ota device create", "coaps://testserver:"):
        assert command in page


def test_home_leads_to_the_project(browser: Client) -> None:
    assert browser.get("/")["Location"] == "/projects/sensors/"


def test_home_of_someone_without_projects_says_so(client: Client, foreign_project: Project, user: object) -> None:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
    assert "You are in no project yet" in client.get("/").text


def test_the_number_of_queries_does_not_grow_with_the_rows(
    browser: Client,
    project: Project,
    operator: Actor,
    cohort: Cohort,
    deployment: Deployment,
    pages: dict[str, str],
    upload: Callable[..., Artifact],
) -> None:
    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(url).status_code == 200
        return len(captured)

    def follow(latest: Deployment) -> None:
        where = (project.slug, cohort.public_id, latest.public_id)
        pages["deployments:deployment-detail"] = reverse("deployments:deployment-detail", args=where)

    report(Device.objects.get(name="meter-1"), state=1, target="1.0.0")
    follow(start_deployment(cohort=cohort, artifacts=[upload("main", "1.1.0")], actor=operator))
    before = {name: queries(url) for name, url in pages.items()}
    for number in range(5):
        other = create_cohort(project=project, name=f"cohort-{number}", actor=operator)
        artifact = upload("main", f"2.{number}")
        bundle = [artifact, upload(f"extra-{number}", "1")]
        follow(start_deployment(cohort=cohort, artifacts=bundle, actor=operator))
        start_deployment(cohort=other, artifacts=[artifact], actor=operator)
        for member in (cohort, other):
            made = create_device(project=project, name=f"{member.name}-{number}", cohort=member, actor=operator)
            report(made, state=1, target="1.0.0")
    after = {name: queries(url) for name, url in pages.items()}
    # One progress query for each of the deployments that the overview lists: a bounded number.
    assert after.pop("console:project-overview") <= before.pop("console:project-overview") + 4
    assert after == before
