"""Finding packages by their metadata, on PostgreSQL and on SQLite."""

import json
from collections.abc import Mapping
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, TextField, Value

from deployments.models.packages import PackageQuerySet


class TextAt(Func):
    """The text under one key of a JSON object. Django's own look-up takes a key made of digits for a position."""

    function = "jsonb_extract_path_text"
    output_field = TextField()

    def __init__(self, field: str, key: str) -> None:
        super().__init__(F(field), Value(key))
        self.key = key

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        field, _ = self.get_source_expressions()
        path = Value(f"$.{json.dumps(self.key)}")
        return compiler.compile(Func(field, path, function="JSON_EXTRACT", output_field=TextField()))


def with_metadata(packages: PackageQuerySet, wanted: Mapping[str, str]) -> PackageQuerySet:
    """Those that have every one of these values under these keys."""
    for number, (key, value) in enumerate(wanted.items()):
        packages = packages.annotate(**{f"_metadata_{number}": TextAt("metadata", key)})
        packages = packages.filter(**{f"_metadata_{number}": value})
    return packages
