"""What every page of a project shares: sign-in, the project behind the URL, the layout's context.

A view under `@project_page` gets a Scope in place of the slug. A project that the actor may not see is a 404, a
role too small a 403; other refusals of the domain are for the view's form to show.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from ota_console.core.actors import REQUIRED_ROLE, Actor
from ota_console.core.errors import DomainError, Kind
from ota_console.tenancy import selectors
from ota_console.tenancy.models import Project, User

Arguments = ParamSpec("Arguments")


class PageRequest(HttpRequest):
    """A request behind sign-in and the htmx middleware."""

    user: User
    htmx: HtmxDetails


@dataclass(frozen=True)
class Scope:
    """The project a page is about, and who looks at it."""

    project: Project
    actor: Actor

    @cached_property
    def can(self) -> dict[str, dict[str, bool]]:
        """What the actor may do here, for templates: `can.deployments.start`."""
        allowed: dict[str, dict[str, bool]] = {}
        for action in REQUIRED_ROLE:
            area, verb = action.split(".")
            allowed.setdefault(area, {})[verb] = self.actor.can(action, project=self.project.pk)
        return allowed


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """`views` are the view names, without their verb, under which the entry is marked as current."""

    label: str
    icon: str
    url_name: str
    views: tuple[str, ...]


NAVIGATION = (
    NavigationEntry("Overview", "layout-dashboard", "console:project-overview", ("console:project",)),
    NavigationEntry("Devices", "cpu", "devices:device-list", ("devices:device",)),
    NavigationEntry("Packages", "package", "deployments:package-list", ("deployments:package",)),
    NavigationEntry(
        "Cohorts", "users-group", "deployments:cohort-list", ("deployments:cohort", "deployments:deployment")
    ),
    NavigationEntry("Events", "activity", "devices:event-list", ("devices:event",)),
)

View = Callable[Concatenate[PageRequest, Scope, Arguments], HttpResponseBase]
SignedInView = Callable[Concatenate[PageRequest, Arguments], HttpResponseBase]


def signed_in(view: SignedInView[Arguments]) -> SignedInView[Arguments]:
    """Send a visitor to the sign-in page; htmx is told to move the whole page there, not the partial."""

    @wraps(view)
    def guarded(request: PageRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if not request.htmx:
            return redirect_to_login(request.get_full_path())
        back = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}")

    return guarded


def project_page(view: View[Arguments]) -> Callable[..., HttpResponseBase]:
    """The URL's `project` becomes a Scope; the domain's "not found" and "forbidden" become pages."""

    @signed_in
    @wraps(view)
    def page(request: PageRequest, /, project: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = selectors.operator(request.user, address=request.META.get("REMOTE_ADDR", ""))
        try:
            scope = Scope(selectors.visible_project(project, actor=actor), actor)
            return view(request, scope, *args, **kwargs)
        except DomainError as error:
            if error.kind is Kind.NOT_FOUND:
                raise Http404(error.message) from error
            if error.kind is Kind.FORBIDDEN:
                raise PermissionDenied(error.message) from error
            raise

    return page


def render_page(
    request: PageRequest,
    scope: Scope,
    template: str,
    context: Mapping[str, Any],
    *,
    partial: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, or only its partial when htmx asks for one."""
    wants_partial = partial and request.htmx and not request.htmx.history_restore_request
    name = f"{template}#{partial}" if wants_partial else template
    shared: dict[str, Any] = {"project": scope.project, "can": scope.can}
    if not wants_partial:
        shared |= {"navigation": NAVIGATION, "projects": Project.objects.visible_to(scope.actor)}
    response = render(request, name, {**shared, **context}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    patch_cache_control(response, private=True, no_cache=True)
    return response
