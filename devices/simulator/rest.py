"""The few calls of the public REST API with which a script sets up a fleet (contract/rest.md)."""

import base64
from types import TracebackType
from typing import Any, Self

import httpx

from devices.simulator.credentials import PresharedKey


class RestError(Exception):
    """The server refused, or does not answer; the text is the server's own."""


class Rest:
    """One project, reached with an API key. Everything `ensure_…` uses what is there and makes what is missing."""

    def __init__(self, *, url: str, api_key: str, organization: str, project: str) -> None:
        self._http = httpx.AsyncClient(base_url=f"{url}/v1", headers={"x-api-key": api_key}, timeout=30)
        self._project_id = project
        self._project = f"/projects/{project}"
        self._organization = f"/organizations/{organization}/projects/{project}"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def project(self) -> dict[str, Any]:
        return dict(await self._call("GET", self._project))

    async def ensure_cohort(self, name: str) -> str:
        """Its id."""
        cohorts = await self._call("GET", f"{self._organization}/cohorts")
        for cohort in cohorts:
            if cohort["name"] == name:
                return str(cohort["cohortId"])
        created = await self._call("POST", f"{self._organization}/cohorts", {"name": name})
        return str(created["cohortId"])

    async def ensure_artifact(self, package: str, version: str, content: bytes) -> str:
        """The id of the artifact with this version; `content` counts only when it is new."""
        query = {"package": package, "version": version}
        for artifact in await self._call("GET", f"{self._project}/artifacts", query=query):
            if (artifact["package"], artifact["version"]) == (package, version) and not artifact.get("blueprintId"):
                return str(artifact["id"])
        body = {"projectId": self._project_id, **query, "content": base64.b64encode(content).decode()}
        return str((await self._call("POST", "/artifacts", body))["id"])

    async def ensure_device(self, name: str) -> str:
        """Its id."""
        for device in await self._call("GET", f"{self._project}/devices", query={"deviceName": name}):
            return str(device["id"])
        return str((await self._call("POST", f"{self._project}/devices", {"name": name, "hardwareIds": [name]}))["id"])

    async def ensure_credential(self, device_id: str, identity: str) -> PresharedKey:
        path = f"{self._project}/devices/{device_id}/credentials"
        credential = next(iter(await self._call("GET", path)), None) or await self._call(
            "POST", path, {"type": "PRE_SHARED_KEY", "identity": identity}
        )
        return PresharedKey(credential["identity"], credential["preSharedKey"])

    async def move_device(self, device_id: str, cohort_id: str | None) -> None:
        await self._call("PATCH", f"{self._project}/devices/{device_id}", {"cohortId": cohort_id})

    async def deploy(self, cohort_id: str, name: str, artifact_ids: list[str]) -> str:
        """The id of the deployment."""
        path = f"{self._organization}/cohorts/{cohort_id}/deployments"
        return str((await self._call("POST", path, {"name": name, "artifactIds": artifact_ids}))["deploymentId"])

    async def events(self, device_id: str, *, limit: int = 100) -> list[dict[str, Any]]:
        """The device's newest OTA events, newest first."""
        query = {"deviceId": device_id, "limit": str(limit)}
        return list(await self._call("GET", f"{self._organization}/ota-events", query=query))

    async def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, query: dict[str, str] | None = None
    ) -> Any:
        """What is in the envelope: the object or the list. Raise RestError."""
        try:
            response = await self._http.request(method, path, json=body, params=query)
            content = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise RestError(f"{self._http.base_url.host}:{self._http.base_url.port} does not answer") from error
        if not response.is_success:
            raise RestError(f"{method} {path}: {content.get('message', response.status_code)}")
        return content["data"] if "data" in content else content.get("list", {})
