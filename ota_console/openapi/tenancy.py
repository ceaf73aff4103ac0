"""Who owns what and who may act, and what is kept for other clients."""

from devices.api import certificates, releases
from ota_console.api import apikeys, audit, organizations, projects, whoami
from ota_console.api.fields import Text
from ota_console.api.views import Paging
from ota_console.openapi.operations import NOTHING, Operation, Section, envelope, one, page, whole

SECTIONS = (
    Section(
        "Projects",
        "The border of everything: devices, packages and cohorts belong to exactly one.",
        {
            projects.ProjectList: {
                "get": Operation("List the projects of the key", whole(projects.ProjectOutput), projects.ProjectQuery)
            },
            projects.ProjectDetail: {"get": Operation("Read a project", one(projects.ProjectOutput))},
        },
    ),
    Section(
        "Releases",
        "The predecessor of deployments, kept for clients that know it. They change nothing on a device.",
        {
            releases.ReleaseList: {
                "get": Operation("List releases, newest first", page(releases.ReleaseOutput), Paging),
                "post": Operation("Create a release", one(releases.ReleaseOutput), body=releases.ReleaseBody),
            },
            releases.ReleaseDetail: {
                "get": Operation("Read a release", one(releases.ReleaseOutput)),
                "patch": Operation("Change a release", one(releases.ReleaseOutput), body=releases.ReleaseChanges),
                "delete": Operation("Delete a release", NOTHING),
            },
        },
    ),
    Section(
        "Certificates",
        "Certificates of authorities that sign the certificates of devices.",
        {
            certificates.CertificateList: {
                "get": Operation("List certificates, newest first", page(certificates.CertificateOutput), Paging),
                "post": Operation(
                    "Add a CA certificate", one(certificates.CertificateOutput), body=certificates.CertificateBody
                ),
            },
            certificates.CertificateDetail: {
                "get": Operation("Read a certificate", one(certificates.CertificateOutput)),
                "delete": Operation("Delete a certificate", NOTHING),
            },
        },
    ),
    Section(
        "Access",
        "API keys, members, organizations, and the trail of what they changed.",
        {
            whoami.WhoAmI: {"get": Operation("See whose key this is", one(whoami.WhoAmIOutput))},
            apikeys.ApiKeyList: {
                "get": Operation("List API keys, newest first", page(apikeys.ApiKeyOutput), Paging),
                "post": Operation("Create an API key", one(apikeys.NewApiKeyOutput), body=apikeys.ApiKeyBody),
            },
            apikeys.ApiKeyDetail: {
                "get": Operation("Read about an API key", one(apikeys.ApiKeyOutput)),
                "patch": Operation("Change an API key", one(apikeys.ApiKeyOutput), body=apikeys.ApiKeyChanges),
                "delete": Operation("Revoke an API key", NOTHING),
            },
            organizations.OrganizationList: {
                "get": Operation("List the organization of the key", whole(organizations.OrganizationOutput)),
                "post": Operation(
                    "Create an organization",
                    one(organizations.OrganizationOutput),
                    body=organizations.OrganizationBody,
                ),
            },
            organizations.OrganizationDetail: {
                "get": Operation("Read an organization", one(organizations.OrganizationOutput)),
            },
            organizations.MemberList: {
                "get": Operation("List members, newest first", whole(organizations.MemberOutput)),
                "post": Operation("Add a member", one(organizations.MemberOutput), body=organizations.MemberBody),
            },
            organizations.MemberDetail: {
                "get": Operation("Read a member", one(organizations.MemberOutput)),
                "patch": Operation(
                    "Change a member's role", one(organizations.MemberOutput), body=organizations.MemberChanges
                ),
                "delete": Operation("Remove a member", NOTHING),
            },
            audit.AuditList: {
                "get": Operation(
                    "List what was changed, newest first",
                    envelope("AuditPage", list=audit.AuditOutput(many=True), nextPageToken=Text()),
                    audit.AuditQuery,
                ),
            },
        },
    ),
)
