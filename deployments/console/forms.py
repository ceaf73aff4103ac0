"""Forms about packages, cohorts and deployments."""

from collections.abc import Iterable
from typing import Any

from django import forms

from deployments.models import Artifact, Blueprint
from ota_console.console.forms import ConsoleForm
from ota_console.console.pages import Scope

LONGEST = 255


class SearchForm(ConsoleForm):
    """One word to look for, as the URL holds it."""

    q = forms.CharField(label="Search", required=False, max_length=LONGEST, widget=forms.SearchInput)

    def __init__(self, *args: Any, placeholder: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.attrs["placeholder"] = placeholder

    @property
    def term(self) -> str:
        """What to look for; empty for everything, and for what cannot be understood."""
        return str(self.cleaned_data["q"]).strip() if self.is_valid() else ""


class UploadForm(ConsoleForm):
    """An artifact. The file itself is received by deployments.uploads while the form is read."""

    domain_names = {"packageId": "package", "blueprintId": "blueprint"}
    package = forms.CharField(
        max_length=LONGEST,
        help_text="Letters, digits and . _ - + ~ without spaces. A new name creates the package.",
    )
    version = forms.CharField(max_length=LONGEST, help_text="What the device reports once it runs this file.")
    blueprint = forms.ModelChoiceField(
        Blueprint.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label="Any hardware",
        help_text="Only if several files share this version, one per kind of hardware.",
    )
    content = forms.FileField(
        label="File", required=False, allow_empty_file=True, help_text="1 byte to 2 GiB. It cannot be changed later."
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        blueprints = Blueprint.objects.visible_to(scope.actor).filter(project=scope.project)
        self.fields["blueprint"].queryset = blueprints  # type: ignore[attr-defined]
        self.fields["package"].widget.attrs |= {"list": "packages", "autocomplete": "off"}


class CohortForm(ConsoleForm):
    """The name of a cohort."""

    name = forms.CharField(max_length=LONGEST)


class BundleForm(ConsoleForm):
    """The artifacts of a new deployment, one or none per package, named by their public ids."""

    domain_names = {"artifactIds": "artifacts"}
    artifacts = forms.MultipleChoiceField(
        label="Versions", error_messages={"required": "Choose at least one version: a deployment cannot be empty."}
    )
    name = forms.CharField(
        max_length=LONGEST,
        required=False,
        help_text="For people; without one it is named after its versions.",
    )
    seen = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)

    def __init__(self, *args: Any, artifacts: Iterable[Artifact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_id = {artifact.public_id: artifact for artifact in artifacts}
        self.fields["artifacts"].choices = [(key, key) for key in self.by_id]  # type: ignore[attr-defined]

    @property
    def bundle(self) -> list[Artifact]:
        return [self.by_id[key] for key in self.cleaned_data["artifacts"]]
