"""What never changes once it is stored."""

from typing import Any, Never, TypeVar

from django.db import models

T = TypeVar("T", bound=models.Model)


class ImmutableQuerySet(models.QuerySet[T]):
    def update(self, **kwargs: Any) -> Never:
        raise TypeError(f"{self.model._meta.verbose_name_plural} never change")


class ImmutableModel(models.Model):
    """Rows are created and deleted, never updated: devices resume downloads and compare hashes days later."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{self._meta.verbose_name_plural} never change")
        super().save(*args, **kwargs)
