"""docs/guides/access.md says what the code says."""

import re

from ota_console.core.actors import REQUIRED_ROLE, Role
from ota_console.run.configuration import BASE_DIR

GUIDE = BASE_DIR / "docs/guides/access.md"
ROW = re.compile(r"^\| `([a-z.]+)` \| ([^|]+) \|([^|]*)\|([^|]*)\|([^|]*)\|$", re.MULTILINE)


def test_the_guide_lists_every_action_with_the_roles_that_may() -> None:
    rows = {action: marks for action, _, *marks in ROW.findall(GUIDE.read_text())}
    said = {
        action: [role for role, mark in zip(Role, marks, strict=True) if "✓" in mark] for action, marks in rows.items()
    }
    assert said == {action: [role for role in Role if role >= least] for action, least in REQUIRED_ROLE.items()}
