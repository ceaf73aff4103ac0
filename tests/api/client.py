"""A plain HTTP client on the very application that the web process serves, and what the store holds."""

import base64
from dataclasses import dataclass
from typing import Any

import httpx

from deployments.models import Artifact, Blueprint, Cohort, Deployment, Package, Version
from deployments.storage import artifact_storage
from devices.models import Certificate, Change, Credential, Device, HardwareId, Release, ReleaseTag, Tag
from ota_console.api.models import KeptReply
from ota_console.asgi import http_application
from ota_console.tenancy.models import ApiKey, AuditEntry, Membership, Organization, Project

STORED = (
    ApiKey,
    Artifact,
    AuditEntry,
    Blueprint,
    Certificate,
    Change,
    Cohort,
    Credential,
    Deployment,
    Device,
    HardwareId,
    KeptReply,
    Membership,
    Organization,
    Package,
    Release,
    ReleaseTag,
    Tag,
    Version,
)


@dataclass(frozen=True)
class Api:
    """`key` may only act in the project that it belongs to; the paths are those of `project`."""

    key: str
    project: Project

    @property
    def in_project(self) -> str:
        return f"/v1/projects/{self.project.slug}"

    @property
    def in_organization(self) -> str:
        return f"/v1/organizations/{self.project.organization.slug}/projects/{self.project.slug}"

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        with httpx.Client(
            transport=httpx.WSGITransport(app=http_application, raise_app_exceptions=False),
            base_url="http://testserver",
            headers={"x-api-key": self.key},
        ) as http:
            return http.request(method, path, **request)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a reply that must be a success."""
        return _success(self.ask("GET", path, params=query))

    def post(self, path: str, **body: Any) -> Any:
        return _success(self.ask("POST", path, json=body))["data"]

    def put(self, path: str, **body: Any) -> Any:
        return _success(self.ask("PUT", path, json=body))["data"]

    def patch(self, path: str, **body: Any) -> Any:
        return _success(self.ask("PATCH", path, json=body))["data"]

    def delete(self, path: str) -> Any:
        return _success(self.ask("DELETE", path))

    def upload(self, package: str, version: str, content: bytes = b"firmware", **more: Any) -> Any:
        encoded = base64.b64encode(content).decode()
        fields = {"projectId": self.project.slug, "content": encoded, "version": version, "package": package}
        return self.post("/v1/artifacts", **fields | more)

    def cohort(self, name: str = "field") -> Any:
        return self.post(f"{self.in_organization}/cohorts", name=name)

    def device(self, name: str = "d1", **more: Any) -> Any:
        return self.post(f"{self.in_project}/devices", **{"name": name, "hardwareIds": [f"{name}-hw"]} | more)


def _success(reply: httpx.Response) -> Any:
    assert reply.status_code == 200, reply.text
    return reply.json()


def refused(reply: httpx.Response, status: int, code: int, *words: str) -> None:
    """The reply is an error of the contract's shape whose message holds the words."""
    body = reply.json()
    assert (reply.status_code, body["code"], body["details"]) == (status, code, []), reply.text
    assert body.keys() == {"code", "message", "details"}
    assert all(word in body["message"] for word in words), body["message"]


def store() -> dict[str, int]:
    """How many rows and files there are; equal before and after when a request left nothing behind."""
    rows = {model.__name__: model._default_manager.count() for model in STORED}
    storage: Any = artifact_storage()
    return rows | {"files": len(storage.listing())}
