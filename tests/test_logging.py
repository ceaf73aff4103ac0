"""The log says what happened, with the traceback of what nobody expected."""

import logging
import logging.config
import sys

import pytest
from django.conf import settings


@pytest.fixture
def formatter() -> logging.Formatter:
    """The one that the parts write with."""
    configurator = logging.config.DictConfigurator(settings.LOGGING)
    made: logging.Formatter = configurator.configure_formatter(dict(settings.LOGGING["formatters"]["logfmt"]))
    return made


def test_an_exception_is_logged_with_its_traceback(formatter: logging.Formatter) -> None:
    try:
        raise ZeroDivisionError("nobody expected this")
    except ZeroDivisionError:
        record = logging.getLogger("ota").makeRecord("ota", logging.ERROR, __file__, 1, "it failed", (), sys.exc_info())
    line = formatter.format(record)
    assert "it failed" in line
    assert "Traceback" in line
    assert "nobody expected this" in line
    assert __name__.rpartition(".")[2] in line
