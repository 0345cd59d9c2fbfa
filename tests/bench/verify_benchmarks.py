"""What verifying costs, as rows of the table: a long log, by one process and by two."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.bench.measuring import Figure

Place = Callable[[str], AbstractContextManager[dict[str, str]]]
InChild = Callable[..., Any]
EACH_SECOND = 100_000
ON_TWO = 1.7
MEMORY_MAX_MB = 400


@dataclass(frozen=True)
class VerifySizes:
    """How much is measured."""

    events: int
    streams: int
    rounds: int

    @classmethod
    def scaled(cls, scale: float) -> VerifySizes:
        """A share of the sizes of the table."""
        return cls(
            events=max(int(1_000_000 * scale), 300),
            streams=max(int(20_000 * scale), 20),
            rounds=3 if scale >= 1 else 1,
        )


def verifying(
    sizes: VerifySizes, database: str, place: Place, in_child: InChild, tell: Callable[[str], None]
) -> Figure:
    """A log made once; then one process and two take turns at it."""
    runs: dict[int, list[dict[str, Any]]] = {1: [], 2: []}
    with place(database) as ledger:
        made = in_child("verify make", **ledger, events=sizes.events, streams=sizes.streams)
        tell(f"{made['events']:,} events made in {made['seconds']:.0f} s")
        for turn in range(sizes.rounds):
            for jobs, found in runs.items():
                found.append(in_child("verify", url=ledger["url"], jobs=jobs))
            tell(f"{database} round {turn + 1}: {[found[turn] for found in runs.values()]}")
    rates = {
        jobs: median(run["events"] / run["seconds"] for run in found)
        for jobs, found in runs.items()
    }
    pairs = zip(runs[1], runs[2], strict=True)
    ratio = median(one["seconds"] / two["seconds"] for one, two in pairs)
    peak = max(run["peak_mb"] for found in runs.values() for run in found)
    return Figure(
        work=f"verify {sizes.events:,} events of {sizes.streams:,} streams, half of them sealed,"
        f" {database}",
        measured={
            "one process": f"{rates[1]:,.0f} events/s",
            "two": f"{rates[2]:,.0f} events/s",
            "times one": f"{ratio:.2f}",
            "largest process": f"{peak:.0f} MB",
        },
        target=f"{EACH_SECOND:,} events a second a core, {ON_TWO} times that on two, constant memory",
        reached=rates[1] >= EACH_SECOND and ratio >= ON_TWO and peak < MEMORY_MAX_MB,
        raw={"runs": runs},
    )
