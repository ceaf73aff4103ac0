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

    @cached_property
    def artifacts(self) -> list[Object]:
        """Of the active deployment, in its order."""
        ids: list[str] = self.deployment["artifactIds"] if self.deployment else []
        found = resolve.artifacts_by_id(self._session, ids)
        return [found[one] for one in ids if one in found]

    @property
    def labels(self) -> list[str]:
        return [resolve.label(artifact) for artifact in self.artifacts]

    @cached_property
    def devices(self) -> list[Object]:
        return self._session.client.collection(self._session.in_project("devices"), {"cohortId": self._cohort_id})

    def rows(self) -> list[dict[str, Any]]:
        """One row per device and package: those deployed, and others it reported; one without if there is none."""
        return [row for device in self.devices for row in self._rows_of(device)]

    def _rows_of(self, device: Object) -> list[dict[str, Any]]:
        reports = reported(device)
        wanted = {artifact["package"]: artifact["version"] for artifact in self.artifacts}
        packages = [*wanted, *sorted(reports.keys() - wanted.keys())] or [None]
        return [_row(device, package, wanted.get(package), reports.get(package, {})) for package in packages]

    @property
    def progress(self) -> str:
        """For example "3 of 5 devices run it"."""
        done = sum(self._runs_it(device) for device in self.devices)
        return f"{done} of {len(self.devices)} devices run it"

    def _runs_it(self, device: Object) -> bool:
        reports = reported(device)
        return all(
            reports.get(artifact["package"], {}).get("version") == artifact["version"] for artifact in self.artifacts
        )


def reported(device: Object) -> dict[str, Object]:
    """The last report of each package (`metadata.update` of the API)."""
    return (device.get("metadata") or {}).get("update") or {}


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
    }
