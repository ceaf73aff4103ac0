"""Changes to organizations, members, projects and API keys, and the audit row that every event leaves."""

from ota_console.tenancy.services.apikeys import NewApiKey, create_api_key, revoke_api_key, update_api_key
from ota_console.tenancy.services.audit import record_audit
from ota_console.tenancy.services.members import add_member, change_member, remove_member, require_administrator
from ota_console.tenancy.services.organizations import create_organization
from ota_console.tenancy.services.projects import HIGHEST_SEQUENCE_NUMBER, create_project, next_sequence_number

__all__ = [
    "HIGHEST_SEQUENCE_NUMBER",
    "NewApiKey",
    "add_member",
    "change_member",
    "create_api_key",
    "create_organization",
    "create_project",
    "next_sequence_number",
    "record_audit",
    "remove_member",
    "require_administrator",
    "revoke_api_key",
    "update_api_key",
]
