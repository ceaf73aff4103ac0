"""Forms about devices."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from deployments.models import Cohort
from devices.models import HardwareId
from devices.models.devices import DeviceQuerySet
from devices.selectors import EventFilter
from devices.vocabulary import STATE_NAMES
from ota_console.console.forms import ConsoleForm
from ota_console.console.pages import Scope

SORTS = {
    "": ("-pk",),
    "name": ("name", "-pk"),
    "-name": ("-name", "-pk"),
    "seen": ("last_seen_at", "-pk"),
    "-seen": ("-last_seen_at", "-pk"),
}
NO_COHORT = "none"


def cohorts_of(scope: Scope) -> QuerySet[Cohort]:
    return Cohort.objects.visible_to(scope.actor).existing().filter(project=scope.project).order_by("name")


def matching(term: str) -> Q:
    """Devices whose name or hardware id contains the term, or whose id it is."""
    by_hardware = HardwareId.objects.filter(value__icontains=term).values("device")
    return Q(name__icontains=term) | Q(public_id=term) | Q(pk__in=by_hardware)


class DeviceFilter(ConsoleForm):
    """Search, filters and order of the device list, as its URL holds them."""

    q = forms.CharField(label="Search", required=False, max_length=255, widget=forms.SearchInput)
    cohort = forms.ChoiceField(label="Cohort", required=False)
    online = forms.ChoiceField(
        label="Connection",
        required=False,
        choices=[("", "Any"), ("online", "Online"), ("offline", "Offline"), ("never", "Never seen")],
    )
    sort = forms.ChoiceField(required=False, choices=[(key, key) for key in SORTS], widget=forms.HiddenInput)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cohorts = cohorts_of(scope).values_list("public_id", "name")
        self.fields["cohort"].choices = [("", "Any"), (NO_COHORT, "No cohort"), *cohorts]  # type: ignore[attr-defined]
        self.fields["q"].widget.attrs["placeholder"] = "Name, id or hardware id"

    def apply(self, devices: DeviceQuerySet) -> DeviceQuerySet:
        """Nothing matches a filter that cannot be understood; its fields say why."""
        if not self.is_valid():
            return devices.none()
        wanted = self.cleaned_data
        if wanted["q"]:
            devices = devices.filter(matching(wanted["q"].strip()))
        if wanted["cohort"]:
            devices = devices.filter(_in_cohort(wanted["cohort"]))
        if wanted["online"] == "never":
            devices = devices.filter(last_seen_at=None)
        elif wanted["online"] == "online":
            devices = devices.online()
        elif wanted["online"]:
            devices = devices.filter(Q(is_online=False), last_seen_at__isnull=False)
        return devices.order_by(*SORTS[wanted["sort"]])


def _in_cohort(value: str) -> Q:
    return Q(cohort=None) if value == NO_COHORT else Q(cohort__public_id=value)


class AssignForm(ConsoleForm):
    """Which cohort a device follows."""

    domain_names = {"cohortId": "cohort"}
    cohort = forms.ModelChoiceField(
        Cohort.objects.none(), to_field_name="public_id", required=False, empty_label="No cohort"
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cohort"].queryset = cohorts_of(scope)  # type: ignore[attr-defined]


class EventFilterForm(ConsoleForm):
    """Filters of the event list, as its URL holds them."""

    package = forms.CharField(label="Package", required=False, max_length=255)
    type = forms.ChoiceField(
        label="Type", required=False, choices=[("", "Any"), *((name, name.lower()) for name in STATE_NAMES.values())]
    )
    device = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)
    cohort = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)
    deployment = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)
    before = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def condition(self) -> EventFilter:
        wanted = {field: value or None for field, value in self.cleaned_data.items()}
        return EventFilter(
            package=wanted["package"],
            event_type=wanted["type"],
            device_id=wanted["device"],
            cohort_id=wanted["cohort"],
            deployment_id=wanted["deployment"],
        )
