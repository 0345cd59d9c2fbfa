"""Every instrument of the demo at work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from api.cli.common import now, say, warn
from ledger.application import Ledger
from ledger.canonical import decimal_text
from projections.answer import Status
from projections.asking import inquiry
from projections.asking.group import Group
from projections.asking.inquiry import Ask

YEAR_END = date(2025, 12, 31)
# Promotions are only given on the first of a month, so that on another day nobody meets everything.
PROMOTION, PROMOTION_DAY = "kenaikan-pangkat-", date(2025, 12, 1)


def day_of(instrument: str) -> date:
    """The day on which the demo shows an instrument."""
    return PROMOTION_DAY if instrument.startswith(PROMOTION) else YEAR_END


def at_work(ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Every instrument in force on its day, and what everybody comes to under it."""
    table = inquiry.facts_table(ledger, warn)
    for name in ledger.rulebook().names():
        on = day_of(name)
        asked = inquiry.resolve(ledger, Ask(name, on), today=on, now=now())
        group = Group(asked.plan)
        for answer in inquiry.everybody(asked, table):
            group.add(answer)
        yield {
            "instrument": name,
            "as_of": on.isoformat(),
            "subject": asked.plan.subject,
            "measured": group.measured,
            "not_computable": group.of(Status.NOT_COMPUTABLE)[0],
            "not_applicable": group.of(Status.NOT_APPLICABLE)[0],
            "mean": None if group.mean is None else decimal_text(group.mean),
            "bands": dict(sorted(group.bands.items())),
        }


def tell(shown: list[dict[str, Any]]) -> None:
    """One line for each instrument."""
    say("\nEvery instrument at work, the drafts enacted as examples by two people:")
    width = max(len(one["instrument"]) for one in shown)
    say(f"  {'':{width}}  as of       measured  not computable")
    for one in shown:
        say(
            f"  {one['instrument']:{width}}  {one['as_of']}  {one['measured']:8}"
            f"  {one['not_computable']:14}  {_outcome(one)}"
        )


def _outcome(one: dict[str, Any]) -> str:
    if one["mean"] is not None:
        return f"mean {one['mean']}"
    return ", ".join(f"{band} {count}" for band, count in one["bands"].items()) or "-"
