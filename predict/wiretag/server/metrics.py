"""What is counted, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """The counters of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("wiretag_requests", "Requests, by route and status.", ("route", "status"), registry=self.registry)
        self.seconds = Histogram("wiretag_request_seconds", "Time of a request, by route.", ("route",), registry=self.registry)
        self.items = Counter("wiretag_items", "Items tagged.", registry=self.registry)
        self.waiting = Gauge("wiretag_requests_waiting", "Requests that are tagged or wait for it.", registry=self.registry)
        self.model = Gauge("wiretag_model_info", "1 for the model in use.", ("version",), registry=self.registry)

    def use_model(self, version: str) -> None:
        """Say which model is in use."""
        self.model.clear()
        self.model.labels(version).set(1)
