"""/metrics: how many requests of which route, how long they took, and how the ledger stands."""

from __future__ import annotations

import os
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from api.desk import Desk
from ledger.checkpoints.checkpoint_store import last_checkpoint

_SHARED = "PROMETHEUS_MULTIPROC_DIR"
_STEPS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The numbers of one process; with several workers they are put together on reading."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "asn_ledger_requests",
            "Requests by method, route and status.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "asn_ledger_answer_seconds",
            "Seconds until the answer was sent, by route.",
            ["route"],
            buckets=_STEPS,
            registry=self._registry,
        )

    def observe(self, method: str, route: str, status: int, took: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(took)

    def text(self, desk: Desk) -> bytes:
        """All numbers in Prometheus' text form.

        Append rate is the rate of `asn_ledger_position`; the rest is as of now.
        """
        standing = CollectorRegistry()
        for name, (says, value) in _standing(desk).items():
            Gauge(name, says, registry=standing).set_function(_always(value))
        if os.environ.get(_SHARED):
            shared = CollectorRegistry()
            MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
            return generate_latest(shared) + generate_latest(standing)
        return generate_latest(self._registry) + generate_latest(standing)


def _always(value: float) -> Callable[[], float]:
    return lambda: value


def _standing(desk: Desk) -> dict[str, tuple[str, float]]:
    head = desk.ledger.store.head()
    found: dict[str, tuple[str, float]] = {
        "asn_ledger_position": ("The last position recorded.", head.position)
    }
    held = desk.held_position()
    if held is not None:
        found["asn_ledger_table_lag"] = (
            "Events recorded since everybody's scores were last asked for; added before an answer.",
            head.position - held,
        )
    newest = last_checkpoint(desk.ledger.store)
    covered = 0 if newest is None else newest.size
    found["asn_ledger_checkpoint_lag"] = (
        "Events since the last checkpoint.",
        head.position - covered,
    )
    if newest is not None:
        age = (desk.now() - desk.recorded_at(newest.size)).total_seconds()
        found["asn_ledger_checkpoint_age_seconds"] = ("Since the last checkpoint.", age)
    return found
