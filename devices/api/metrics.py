"""A project's numbers for Prometheus, with the API key as its bearer token. Ours, beyond the contract."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from rest_framework.request import Request

from devices.models import Device
from devices.selectors import monthly_usage
from ota_console.api.views import ProjectView


class ProjectMetrics(ProjectView):
    def get(self, request: Request, **ids: Any) -> HttpResponse:
        registry = CollectorRegistry()
        registry.register(_Numbers(self))
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Numbers(Collector):
    def __init__(self, view: ProjectMetrics) -> None:
        self._view = view

    def describe(self) -> list[Metric]:
        """Nothing in advance, so that registering it reads nothing."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Two queries. The counters go on over the months that `usage` tells apart."""
        project, actor = self._view.project, self._view.actor
        months = monthly_usage(project=project, actor=actor)
        online = Device.objects.visible_to(actor).filter(project=project).online().count()
        counters = {
            "ota_delivered_bytes": ("Artifact bytes sent to devices.", sum(month.bytes_delivered for month in months)),
            "ota_devices_updated": ("Updates that devices reported as done.", sum(m.devices_updated for m in months)),
        }
        for name, (meaning, number) in counters.items():
            counter = CounterMetricFamily(name, meaning, labels=["project"])
            counter.add_metric([project.slug], number)
            yield counter
        gauge = GaugeMetricFamily("ota_devices_online", "Devices that are connected now.", labels=["project"])
        gauge.add_metric([project.slug], online)
        yield gauge
