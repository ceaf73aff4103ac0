"""Addresses under /v1 that belong to no app, and what answers where there is none."""

from django.urls import path, re_path

from ota_console.api import apikeys, audit, docs, organizations, projects, whoami
from ota_console.api.elsewhere import DeviceLogList, Elsewhere

_IN_ORGANIZATION = "organizations/<str:organization>"
_IN_PROJECT = "projects/<str:project>"

urlpatterns = [
    path("whoami", whoami.WhoAmI.as_view(), name="whoami"),
    path("organizations", organizations.OrganizationList.as_view(), name="organization-list"),
    path(_IN_ORGANIZATION, organizations.OrganizationDetail.as_view(), name="organization-detail"),
    path(f"{_IN_ORGANIZATION}/members", organizations.MemberList.as_view(), name="member-list"),
    path(f"{_IN_ORGANIZATION}/members/<str:username>", organizations.MemberDetail.as_view(), name="member-detail"),
    path("projects", projects.ProjectList.as_view(), name="project-list"),
    path(_IN_PROJECT, projects.ProjectDetail.as_view(), name="project-detail"),
    path(f"{_IN_PROJECT}/apikeys", apikeys.ApiKeyList.as_view(), name="apikey-list"),
    path(f"{_IN_PROJECT}/apikeys/<str:apikey>", apikeys.ApiKeyDetail.as_view(), name="apikey-detail"),
    path(f"{_IN_PROJECT}/audit", audit.AuditList.as_view(), name="audit-list"),
    path(f"{_IN_PROJECT}/logs", DeviceLogList.as_view(), name="log-list"),
]
docs_urlpatterns = [
    path("openapi.yaml", docs.description, name="description"),
    path("docs", docs.swagger, name="swagger"),
    path("docs/redoc", docs.redoc, name="redoc"),
]
elsewhere_urlpatterns = [re_path(r"^(?P<rest>.*)$", Elsewhere.as_view(), name="elsewhere")]
