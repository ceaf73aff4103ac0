"""The settings, .env.example and the page for operators name the same variables."""

import re

import pytest

from ota_console.run.configuration import BASE_DIR

CONFIGURATION_PAGE = BASE_DIR / "docs/operations/configuration.md"


def _variables_of_settings() -> set[str]:
    """First arguments of `env.<type>(…)` and `_secret(…)`."""
    text = (BASE_DIR / "ota_console/settings.py").read_text()
    return set(re.findall(r'(?:\benv\.\w+|\b_secret)\(\s*"([A-Z_]+)"', text))


def _variables_of_example() -> list[str]:
    return re.findall(r"^#([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), flags=re.MULTILINE)


def test_env_example_lists_exactly_what_the_settings_read() -> None:
    listed = _variables_of_example()

    assert set(listed) == _variables_of_settings()
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("variable", _variables_of_example())
def test_configuration_page_explains_the_variable(variable: str) -> None:
    assert f"| `{variable}` |" in CONFIGURATION_PAGE.read_text()
