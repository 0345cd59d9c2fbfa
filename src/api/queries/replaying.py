"""A replay: the log read again, the facts table made anew from it, everybody's scores month by
month, each beside those that the standing table gives.

It runs in a process of its own. Nothing of it is stored: that the same log gives the same digests
is what it shows, here or on any laptop that holds a bundle (`score --all`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ledger.application import Ledger, today_in
from ledger.checkpoints import proving
from ledger.checkpoints.checkpoint_store import last_checkpoint
from ledger.domain.rulebook import NoRulesInForce
from ledger.proofs import merkle
from ledger.records import Head
from projections.answer import DigestOfAnswers
from projections.asking import inquiry
from projections.asking.inquiry import Ask, Asked
from projections.cohorts.cohort import cohort
from projections.differences.compare_people import mean_of
from projections.differences.series_people import month_days
from projections.table.facts_table import FactsTable
from projections.table.frame import Frame

Json = dict[str, Any]
_TELL = 2_000


def replay(
    ledger: Ledger, *, instrument: str, first: date, last: date, now: datetime
) -> Iterator[Json]:
    """What a replay comes to, as it goes.

    Gives `{"step": "log", "position", "of"}`, then `{"step": "root", …}`, `{"step": "table", …}`,
    for each month `{"step": "month", "as_of", "people", "measured", "mean", "digest", "same"}`, and
    at last `{"step": "end", "months", "same", "digest"}`.

    Raises:
        EventChanged, LedgerDamaged, InstrumentUnknown, Misuse.
    """
    head = ledger.store.head()
    yield from _log(ledger, head)
    again = FactsTable(ledger.store, None, whole=ledger.store.whole).frame()
    standing = inquiry.facts_table(ledger, lambda _: None).frame()
    yield {"step": "table", "position": again.position, "streams": len(again.streams.hexes)}
    every, months, same = DigestOfAnswers(), 0, True
    for on in month_days(first, last):
        month = _month(ledger, instrument, on, (again, standing), now=now, position=head.position)
        if month["digest"] is not None:
            every.add(month["digest"])
            months, same = months + 1, same and month["same"]
        yield month
    yield {"step": "end", "months": months, "same": same, "digest": every.text()}


def _log(ledger: Ledger, head: Head) -> Iterator[Json]:
    """Every entry made again from its stored parts, its leaf compared, and the root over them: that
    of the last checkpoint, and that which was kept while appending.
    """
    taken = last_checkpoint(ledger.store)
    mark = None if taken is None else taken.size
    frontier, leaves, at = merkle.EMPTY_FRONTIER, list[bytes](), 0
    signed = None
    for recorded in ledger.store.read(1, head.position):
        leaves.append(merkle.leaf_hash(proving.entry_of(recorded)))
        if len(leaves) < _TELL and recorded.position not in (mark, head.position):
            continue
        frontier = merkle.extend(frontier, at, leaves)
        at, leaves = recorded.position, []
        if taken is not None and at == mark:
            signed = merkle.root(frontier, at) == taken.checkpoint.root
        yield {"step": "log", "position": at, "of": head.position}
    root = merkle.root(frontier, at)
    yield {
        "step": "root",
        "size": at,
        "root": root.hex(),
        "same": root == merkle.root(head.frontier, head.position),
        "checkpoint": mark,
        "signed_same": signed,
    }


def _month(
    ledger: Ledger,
    instrument: str,
    on: date,
    frames: tuple[Frame, Frame],
    *,
    now: datetime,
    position: int,
) -> Json:
    today = today_in(str(ledger.founded["timezone"]), now)
    told: Json = {"step": "month", "as_of": on.isoformat(), "digest": None}
    try:
        ask = Ask(instrument, as_of=on, position=position)
        asked = inquiry.resolve(ledger, ask, today=today, now=now)
    except NoRulesInForce:
        return told
    again, standing = (_summed(asked, frame) for frame in frames)
    return {**told, **again, "decree": asked.plan.decree, "same": again == standing}


def _summed(asked: Asked, frame: Frame) -> Json:
    """Everybody's answers of a day: how many, their mean, and the digest of theirs."""
    every, measured, total = DigestOfAnswers(), 0, Decimal(0)
    for one in cohort(asked.plan, frame, asked.question, enacted=asked.enacted).answers():
        every.add(one.as_json(with_facts=False)["digest"])
        if one.total is not None:
            measured, total = measured + 1, total + one.total
    mean = mean_of(total, measured)
    return {
        "people": every.count,
        "measured": measured,
        "mean": None if mean is None else str(mean),
        "digest": every.text(),
    }
