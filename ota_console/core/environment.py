"""The environment and `.env`, read so that every complaint names its variable."""

import logging
from typing import Any

import environ
from environ.compat import ImproperlyConfigured

from ota_console.core.addresses import Address


class Environment(environ.FileAwareEnv):  # type: ignore[misc]
    """NAME, or the content of the file that NAME_FILE names. Raises ImproperlyConfigured for what cannot be read."""

    def get_value(self, var: str, *args: Any, **options: Any) -> Any:
        try:
            value = super().get_value(var, *args, **options)
        except (ValueError, OSError) as error:
            raise ImproperlyConfigured(f"{var}: {error}") from error
        return value.strip() if isinstance(value, str) else value  # files of secrets end with a line end

    def address(self, var: str, *, default: str) -> str:
        """`host:port`."""
        text = str(self.str(var, default=default))
        try:
            Address.parse(text, variable=var)
        except ValueError as error:
            raise ImproperlyConfigured(str(error)) from error
        return text

    def url(self, var: str, *, default: str, schemes: tuple[str, ...]) -> str:
        text = str(self.str(var, default=default))
        if not text.startswith(tuple(f"{scheme}://" for scheme in schemes)):
            raise ImproperlyConfigured(f"{var}: does not begin with {' or '.join(f'{name}://' for name in schemes)}")
        return text

    def database(self, var: str, *, default: str) -> dict[str, Any]:
        config = dict(self.db(var, default=default))
        if not config.get("ENGINE"):
            raise ImproperlyConfigured(f"{var}: is no database, such as postgres://user:password@host:5432/name")
        return config

    def log_level(self, var: str, *, default: str) -> str:
        text = str(self.str(var, default=default)).upper()
        if text not in logging.getLevelNamesMapping():
            raise ImproperlyConfigured(f"{var}: {text!r} is no level, such as INFO or WARNING")
        return text
