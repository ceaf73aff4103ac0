"""Forms of the console: Tabler's classes on the fields, and the domain's refusals on the field they name."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from ota_console.core.errors import DomainError, Kind

_CSS_CLASS: Mapping[type[forms.Widget], str] = {
    forms.CheckboxInput: "form-check-input",
    forms.CheckboxSelectMultiple: "form-check-input",
    forms.Select: "form-select",
    forms.RadioSelect: "form-check-input",
}
_SHOWN_AS_PAGE = {Kind.NOT_FOUND, Kind.FORBIDDEN}


def style(form: forms.BaseForm) -> None:
    """Give the fields the classes that Tabler asks for."""
    for field in form.fields.values():
        field.widget.attrs.setdefault("class", _CSS_CLASS.get(type(field.widget), "form-control"))


class ConsoleForm(forms.Form):
    """A form whose field names are those that the domain's errors use."""

    #: Names that the domain uses for a field of this form, where the two differ.
    domain_names: Mapping[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)

    def carry_out(self, act: Callable[[], object]) -> bool:
        """Run a service. A refusal becomes an error of its field or of the form, and the answer False."""
        try:
            act()
        except DomainError as error:
            if error.kind in _SHOWN_AS_PAGE:
                raise
            self.refuse(error)
            return False
        return True

    def refuse(self, error: DomainError) -> None:
        field = self.domain_names.get(error.field or "", error.field)
        self.add_error(field if field in self.fields else None, sentence(error))


def sentence(error: DomainError) -> str:
    """The error without the field name it may begin with, and with a capital."""
    text = error.message.removeprefix(f"{error.field}: ")
    return text[:1].upper() + text[1:]
