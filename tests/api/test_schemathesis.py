"""Requests made from the description: no mistake of ours, and no reply that the description does not allow."""

from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ota_console.api.docs import DESCRIPTION
from ota_console.asgi import http_application
from tests.api.client import Api
from tests.api.test_access import furnish

EXAMPLES = 8  # of each operation
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
DESCRIBED = schemathesis.openapi.from_path(str(DESCRIPTION))
DESCRIBED.app = http_application


@pytest.fixture
def ids(api: Api) -> Mapping[str, str]:
    return furnish(api, "main")


@DESCRIBED.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_replies_are_as_described(case: schemathesis.Case, admin_api: Api, ids: Mapping[str, str]) -> None:
    _point_at_what_exists(case, ids)
    case.call_and_validate(headers={"x-api-key": admin_api.key}, checks=CHECKS)


def _point_at_what_exists(case: Any, ids: Mapping[str, str]) -> None:
    """Made-up ids are a 404 each: the addresses of real things show more."""
    for name in case.path_parameters or {}:
        case.path_parameters[name] = ids.get(name, case.path_parameters[name])
