"""Addresses that are not ours: what the compatible interface has beside over-the-air updates, and what nobody has."""

import re
from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from ota_console.api.views import ApiView, ProjectView
from ota_console.core.errors import NotFound

#: What follows `/v1/projects/{project}/`, or `/v1/organizations/{organization}/` for what belongs there.
_NOT_OURS = re.compile(
    r"projects/[^/]+/(settings|pipelines|secrets|pki|networks|integrations|policies|users|outputs|stream|lightdb)(/|$)"
    r"|projects/[^/]+/devices/[^/]+/(settings|rpc|data|stream|logs|networks)(/|$)"
    r"|organizations/[^/]+/(users|policies|pki|integrations|usage)(/|$)"
)


class Unimplemented(APIException):
    status_code = 501
    default_detail = "this server does over-the-air updates only; there is nothing at this address"


class DeviceLogList(ProjectView):
    """Logs of devices are no part of updates."""

    def get(self, request: Request, **ids: Any) -> Response:
        """Always empty, for clients that look here."""
        return Response({"list": []})


class Elsewhere(ApiView):
    """Every other address below /v1."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if _NOT_OURS.match(kwargs["rest"]):
            raise Unimplemented
        raise NotFound("there is no such address")
