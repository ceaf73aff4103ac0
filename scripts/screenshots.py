"""Refresh docs/screenshots: `python scripts/screenshots.py`. The browser test takes them on its way."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
JOURNEY = "tests/e2e/test_journeys.py::test_from_sign_in_to_updated_devices"


def main() -> int:
    """Run the journey from the sign-in to updated devices; its exit code is ours."""
    environment = {**os.environ, "OTA_SCREENSHOTS": str(ROOT / "docs" / "screenshots")}
    command = [sys.executable, "-m", "pytest", "-q", JOURNEY]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
