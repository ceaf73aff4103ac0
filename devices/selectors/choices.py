"""Many devices, picked for one act: by ids, by names, or by a filter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from devices.models import Device
from devices.selectors.listing import DeviceFilter, devices_matching
from ota_console.core.actors import Actor
from ota_console.core.errors import Invalid
from ota_console.tenancy.models import Project

MOST_DEVICES = 100_000
_AT_ONCE = 5_000  # values of one statement
_NAMED = 100  # of those picked one by one, this many are named in the audit trail


@dataclass(frozen=True, slots=True)
class Choice:
    """`pks` are primary keys, each once; `words` says for the audit trail how they were chosen."""

    pks: Sequence[int]
    words: Mapping[str, Any]


def devices_by_id(*, project: Project, ids: Sequence[str], actor: Actor) -> Choice:
    """Raise Invalid, field `deviceIds`, naming one that the project does not have."""
    return _picked(project, "public_id", "deviceIds", ids, actor)


def devices_by_name(*, project: Project, names: Sequence[str], actor: Actor) -> Choice:
    """Raise Invalid, field `deviceNames`, naming one that the project does not have."""
    return _picked(project, "name", "deviceNames", names, actor)


def devices_by_filter(*, project: Project, where: DeviceFilter, actor: Actor) -> Choice:
    """Raise Invalid, field `filter`, when more match than one act may take."""
    matching = devices_matching(project=project, actor=actor, where=where).order_by()
    pks = list(matching.values_list("pk", flat=True)[: MOST_DEVICES + 1])
    _require_number(pks, "filter")
    said = {name: value for name, value in asdict(where).items() if value is not None and value != ()}
    return Choice(pks, {"filter": said or {"all": True}})


def _picked(project: Project, column: str, field: str, values: Sequence[str], actor: Actor) -> Choice:
    wanted = list(dict.fromkeys(values))
    _require_number(wanted, field)
    found: dict[str, int] = {}
    for part in _parts(wanted):
        devices = Device.objects.visible_to(actor).filter(project=project, **{f"{column}__in": part})
        found.update(devices.order_by().values_list(column, "pk"))
    for value in wanted:
        if value not in found:
            raise Invalid(f"{field}: there is no device {value[:255]} in the project", field=field)
    return Choice(list(found.values()), {field: wanted[:_NAMED]})


def _require_number(chosen: Sequence[Any], field: str) -> None:
    if len(chosen) > MOST_DEVICES:
        raise Invalid(f"{field}: more than {MOST_DEVICES} devices at once", field=field)


def _parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
