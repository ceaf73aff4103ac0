"""Signing in and out."""

import pytest
from django.conf import settings
from django.test import Client

from ota_console.tenancy.models import Project, User

LOGIN = "/accounts/login/"


def test_signing_in_leads_back_to_the_page_asked_for(client: Client, user: User, project: Project) -> None:
    target = f"/projects/{project.slug}/devices/"
    assert f'name="next" value="{target}"' in client.get(f"{LOGIN}?next={target}").text
    form = {"login": "olga", "password": "correct horse", "next": target}
    answer = client.post(LOGIN, form, follow=True)
    assert answer.redirect_chain == [(target, 302)]
    assert answer.status_code == 200


def test_a_wrong_password_is_refused_without_saying_which_half_was_wrong(client: Client, user: User) -> None:
    known = client.post(LOGIN, {"login": "olga", "password": "wrong"})
    unknown = client.post(LOGIN, {"login": "nobody", "password": "wrong"})
    for answer in (known, unknown):
        assert answer.status_code == 200
        assert "password you specified are not correct" in answer.text


def test_too_many_failures_lock_the_name_and_say_so(client: Client, user: User) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post(LOGIN, {"login": "olga", "password": "wrong"})
    assert "Too many failed sign-ins" in answer.text
    locked = client.post(LOGIN, {"login": "olga", "password": "correct horse"})
    assert "Too many failed sign-ins" in locked.text
    assert "_auth_user_id" not in client.session


def test_signing_out_ends_the_session(browser: Client) -> None:
    assert "Sign out?" in browser.get("/accounts/logout/").text
    browser.post("/accounts/logout/")
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize("path", ["signup", "password/reset", "email", "password/change"])
def test_accounts_are_not_made_or_changed_here(browser: Client, path: str) -> None:
    assert browser.get(f"/accounts/{path}/").status_code == 404


def test_an_expired_form_explains_itself(user: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(LOGIN, {"login": "olga", "password": "correct horse"})
    assert answer.status_code == 403
    assert "This page has expired" in answer.text
