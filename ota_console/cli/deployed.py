"""What a cohort's devices should run, and what they said they run."""

from functools import cached_property
from typing import Any

from ota_console.cli import resolve
from ota_console.cli.session import Session
from ota_console.cli.wire import Object


class Deployed:
    """The active deployment of one cohort beside the reports of its devices, fetched as they are needed."""

    def __init__(self, session: Session, cohort: Object) -> None:
        self._session = session
        self._cohort_id: str = cohort["cohortId"]
        self._deployment_id: str | None = cohort.get("activeDeploymentId")

    @cached_property
    def deployment(self) -> Object | None:
        if not self._deployment_id:
            return None
        where = ("cohorts", self._cohort_id, "deployments", self._deployment_id)
        return self._session.client.get(self._session.in_organization(*where))

    @property
    def artifacts(self) -> list[Object]:
        """Of the active deployment, in its order."""
        return list(self.deployment["artifacts"]) if self.deployment else []

    @property
    def labels(self) -> list[str]:
        return [resolve.label(artifact) for artifact in self.artifacts]

    def devices(self, state: str | None = None, limit: int | None = None) -> list[Object]:
        """All of them, or those with that `progress`."""
        where = self._session.in_organization("cohorts", self._cohort_id, "devices")
        return self._session.client.collection(where, {"state": state}, limit)

    def rows(self, devices: list[Object]) -> list[dict[str, Any]]:
        """One row per device and package: those deployed, and others it reported; one without if there is none."""
        return [row for device in devices for row in self._rows_of(device)]

    def _rows_of(self, device: Object) -> list[dict[str, Any]]:
        reports = reported(device)
        wanted = {artifact["package"]: artifact["version"] for artifact in self.artifacts}
        packages = [*wanted, *sorted(reports.keys() - wanted.keys())] or [None]
        return [_row(device, package, wanted.get(package), reports.get(package, {})) for package in packages]

    @property
    def progress(self) -> str:
        """As `progress_of` says it, or "" while nothing is deployed."""
        progress = (self.deployment or {}).get("progress")
        return progress_of(progress) if progress else ""


def progress_of(progress: Object) -> str:
    """For example "3 of 5 devices run it, 1 updating, 1 waiting"."""
    parts = [f"{progress['upToDate']} of {total(progress)} devices run it"]
    parts += [f"{progress[kind]} {kind}" for kind in ("updating", "failed", "waiting") if progress[kind]]
    return ", ".join(parts)


def total(progress: Object) -> int:
    return sum(int(count) for count in progress.values())


def reported(device: Object) -> dict[str, Object]:
    """The last report of each package (`metadata.update` of the API)."""
    return (device.get("metadata") or {}).get("update") or {}


def firmware(device: Object) -> str:
    return ", ".join(f"{package}@{report.get('version') or ''}" for package, report in reported(device).items())


def last_seen(device: Object) -> object:
    """When it last spoke; a server that does not say tells when it connected."""
    metadata = device.get("metadata") or {}
    return metadata.get("lastSeen") or metadata.get("lastSeenOnline")


def _row(device: Object, package: str | None, wanted: str | None, report: Object) -> dict[str, Any]:
    return {
        "deviceId": device["id"],
        "deviceName": device["name"],
        "package": package,
        "currentVersion": report.get("version") or None,
        "targetVersion": wanted or report.get("target") or None,
        "state": report.get("state"),
        "reason": report.get("reason"),
        "lastReport": report.get("timestamp"),
        "progress": device.get("progress"),
    }
