"""Addresses of the pages that belong to no app: sign-in, choosing a project, its overview."""

from allauth.account import views as account
from django.urls import path

from ota_console.console import views

app_name = "console"
urlpatterns = [
    path("", views.home, name="home-detail"),
    path("projects/<slug:project>/", views.project_overview, name="project-overview"),
]

account_urlpatterns = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
]
