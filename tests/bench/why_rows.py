"""The rows about differences, series and every shipped instrument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.bench.measuring import Figure

FACTS_A_PERSON = 60
HISTORY_FACTS = 200
SERIES_MS, DIFF_MS, HISTORY_MS, INSTRUMENT_MS = 3_000, 2_000, 60, 1_000

Run = Callable[..., Any]
Tell = Callable[[str], None]


def unit_series(run: Run, people: int, times: int, tell: Tell) -> Figure:
    """36 months of the mean IP-ASN of every unit."""
    found = run("unit months", people=people, facts_each=FACTS_A_PERSON, times=times)
    tell(f"{found}")
    return Figure(
        work=f"mean IP-ASN of every unit, {found['months']} months, {found['units']} units,"
        f" {people:,} people, {found['facts']:,} facts",
        measured={
            "series": f"{found['series_ms']:.0f} ms",
            "everybody's answers of each month": f"{found['answers_ms']:.0f} ms",
            "times": f"{found['answers_ms'] / found['series_ms']:.1f}",
            "peak": f"{found['peak_mb']:.0f} MB",
        },
        target="under 3 s",
        reached=found["series_ms"] < SERIES_MS,
        raw=found,
    )


def difference(run: Run, people: int, times: int, tell: Tell) -> Figure:
    """Why everybody's IP-ASN moved over a year, by class of cause."""
    found = run("everybody differs", people=people, facts_each=FACTS_A_PERSON, times=times)
    tell(f"{found}")
    return Figure(
        work=f"difference of everybody's IP-ASN by class of cause, {people:,} people,"
        f" {found['facts']:,} facts",
        measured={
            "difference": f"{found['diff_ms']:.0f} ms",
            "both sides' answers": f"{found['answers_ms']:.0f} ms",
            "share": f"{found['diff_ms'] / found['answers_ms']:.1f}",
            "peak": f"{found['peak_mb']:.0f} MB",
        },
        target="under 2 s",
        reached=found["diff_ms"] < DIFF_MS,
        raw=found,
    )


def one_history(run: Run, people: int, every_days: int, tell: Tell) -> Figure:
    """Every day of ten years on which one person's IP-ASN changed."""
    found = run("history", people=people, facts_each=HISTORY_FACTS, every_days=every_days)
    tell(f"{found}")
    return Figure(
        work=f"every change of one person's IP-ASN in {found['days']:,} days, {HISTORY_FACTS} facts,"
        f" median of {found['people']} people",
        measured={
            "history": f"{found['history_ms']:.1f} ms",
            "the slowest person": f"{found['worst_ms']:.1f} ms",
            "days of change": f"{found['days_of_change']:.0f}",
            "day by day": f"{found['day_by_day_ms']:.0f} ms",
            "times": f"{found['day_by_day_ms'] / found['history_ms']:.0f}",
            "peak": f"{found['peak_mb']:.0f} MB",
        },
        target="under 60 ms",
        reached=found["history_ms"] < HISTORY_MS,
        raw=found,
    )


def every_instrument(run: Run, people: int, times: int, tell: Tell) -> Figure:
    """Everybody under each shipped instrument, drafts included."""
    found = run("instruments", people=people, facts_each=FACTS_A_PERSON, times=times)
    again = sorted(found["again"].items(), key=lambda one: -one[1])
    for name, took in again:
        tell(f"{name}: first {found['first'][name]:.0f} ms, again {took:.0f} ms")
    slowest = [
        f"{took:.0f} ms ({name.rpartition('/')[2].removesuffix('.yaml')})" for name, took in again
    ]
    return Figure(
        work=f"everybody under each of {len(again)} shipped instruments, {people:,} people,"
        f" {found['facts']:,} facts",
        measured={
            "slowest": slowest[0],
            "then": slowest[1],
            "all together": f"{sum(took for _, took in again):.0f} ms",
            "slowest when first asked": f"{max(found['first'].values()):.0f} ms",
            "peak": f"{found['peak_mb']:.0f} MB",
        },
        target="each under 1 s",
        reached=again[0][1] < INSTRUMENT_MS,
        raw=found,
    )
