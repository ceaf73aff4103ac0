"""Addresses under /v1 that belong to no app."""

from django.urls import path

from ota_console.api.projects import ProjectDetail, ProjectList

urlpatterns = [
    path("projects", ProjectList.as_view(), name="project-list"),
    path("projects/<str:project>", ProjectDetail.as_view(), name="project-detail"),
]
