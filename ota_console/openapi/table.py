"""Every operation of the API. One that is missing has no description, and a test says so."""

from ota_console.openapi import fleet, software, tenancy

SECTIONS = (*fleet.SECTIONS, *software.SECTIONS, *tenancy.SECTIONS)
