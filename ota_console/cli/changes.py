"""What one bundle of artifacts has that another has not, package by package."""

from ota_console.cli.wire import Object

CHANGE_COLUMNS = ["PACKAGE", "FROM", "TO", "CHANGE"]


def compare(before: list[Object], after: list[Object]) -> list[Object]:
    """As the API's dry run says it, but for `downgrade`; another artifact of the same version is a change too."""
    old = {artifact["package"]: artifact for artifact in before}
    new = {artifact["package"]: artifact for artifact in after}
    return [_change(package, old.get(package), new.get(package)) for package in old | new]


def _change(package: str, old: Object | None, new: Object | None) -> Object:
    return {
        "package": package,
        "from": old["version"] if old else None,
        "to": new["version"] if new else None,
        "change": _kind(old, new),
    }


def _kind(old: Object | None, new: Object | None) -> str:
    if old is None or new is None:
        return "added" if old is None else "removed"
    return "unchanged" if old["id"] == new["id"] else "changed"


def change_rows(changes: list[Object]) -> list[list[object]]:
    return [[change["package"], change["from"], change["to"], _words(change)] for change in changes]


def _words(change: Object) -> str:
    return f"{change['change']}, lower" if change.get("downgrade") else str(change["change"])
