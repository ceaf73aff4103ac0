"""Waits until no device of a cohort has a deployment still before it."""

from dataclasses import dataclass
from time import monotonic, sleep

from ota_console.cli.deployed import progress_of, reported, total
from ota_console.cli.errors import Faulty, OtaError, Unreachable
from ota_console.cli.formats import reason
from ota_console.cli.progress import Tell, counting
from ota_console.cli.session import Session
from ota_console.cli.wire import Object

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0  # seconds between two looks: longer while nothing moves
PATIENCE = 120.0  # seconds that a server may be away, which is enough for its upgrade
NAMED = 10  # devices that a message names


@dataclass
class Rollout:
    """One deployment on its way; a device that is offline waits, and so does this."""

    session: Session
    cohort: Object
    deployment_id: str
    timeout: float  # seconds, or infinity

    def finish(self) -> Object:
        """The deployment as it stands in the end. Raise OtaError when its devices failed, or it was not done."""
        with counting(self.session.screen, self.cohort["name"]) as tell:
            deployment, done = self._watch(tell)
        problems = [] if done else [self._undone(deployment)]
        if deployment["progress"] and deployment["progress"]["failed"]:
            problems.append(f"Failed: {self._named('failed', deployment['progress']['failed'])}.")
        if problems:
            self.session.screen.show_json(deployment)
            raise OtaError(" ".join(problems))
        return deployment

    def _watch(self, tell: Tell) -> tuple[Object, bool]:
        """Look again and again, until nothing more can happen (True) or no more time is left (False)."""
        deadline = monotonic() + self.timeout
        pause, before = FIRST_PAUSE, None
        while True:
            deployment = self._look()
            progress = deployment["progress"]
            if not progress:
                return deployment, False
            tell(progress["upToDate"], total(progress), progress_of(progress))
            if not (progress["updating"] or progress["waiting"]):
                return deployment, True
            pause = FIRST_PAUSE if progress != before else min(1.5 * pause, LONGEST_PAUSE)
            if monotonic() + pause > deadline:
                return deployment, False
            before = progress
            sleep(pause)

    def _look(self) -> Object:
        where = self.session.in_organization("cohorts", self.cohort["cohortId"], "deployments", self.deployment_id)
        given_up = monotonic() + PATIENCE
        while True:
            try:
                return self.session.client.get(where)
            except (Unreachable, Faulty):
                if monotonic() > given_up:
                    raise
            sleep(LONGEST_PAUSE)

    def _undone(self, deployment: Object) -> str:
        progress = deployment["progress"]
        if not progress:
            return f"Another deployment took the place of {deployment['name']}."
        left = [self._named(state, progress[state]) for state in ("updating", "waiting") if progress[state]]
        return f"Not done after {self.timeout:g} s: {progress_of(progress)}. Left: {', '.join(left)}."

    def _named(self, state: str, count: int) -> str:
        where = self.session.in_organization("cohorts", self.cohort["cohortId"], "devices")
        devices = self.session.client.collection(where, {"state": state}, NAMED)
        named = ", ".join(device["name"] + _why(device) for device in devices)
        return named + (f" and {count - len(devices)} more" if count > len(devices) else "")


def _why(device: Object) -> str:
    """Reasons up to 1 explain nothing (contract/coap.md §7)."""
    reports = reported(device).items()
    why = ", ".join(f"{package}: {reason(report['reason'])}" for package, report in reports if report["reason"] > 1)
    return f" ({why})" if why else ""
