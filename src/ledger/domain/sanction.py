"""What objections, appeals and rulings make of a sanction: when it is in force, at which level.

Pure: the facts given are those known at some position, annulled ones already left out. Days are
legal days; what was known later never enters. Read so (docs/facts.md, "A sanction is in force"):

* nothing filed: in force from its effective day (TMT; PP 94/2021, PerBKN 6/2022 Pasal 50);
* filed before that day: not until ruled, then from the ruling's day;
* filed on or after it: in force, unless the regime's parameter says that filing suspends;
* DIPERINGAN, DIPERBERAT, DIUBAH: the ruled level from the ruling's day on; a ruling that does not
  state the level leaves it unknown, within what its outcome allows;
* DIBATALKAN: never in force, once known, whatever its day and whatever was ruled besides;
* DIPERKUAT, TIDAK_DAPAT_DITERIMA (not admitted), DICABUT (withdrawn): the level stays as it was.

A filing is answered by a ruling on it, or by a final ruling on the same sanction from its day of
filing on. A sanction is open while a filing is unanswered or its newest ruling is not final; a
final DIBATALKAN closes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.domain.facts import Fact
from ledger.vocabulary import RulingOutcome, SanctionLevel

LADDER = (SanctionLevel.RINGAN.value, SanctionLevel.SEDANG.value, SanctionLevel.BERAT.value)
FILINGS = ("objection", "appeal")
RULING = "ruling"
_NEW_LEVEL = (RulingOutcome.DIPERINGAN, RulingOutcome.DIPERBERAT, RulingOutcome.DIUBAH)


@dataclass(frozen=True, slots=True)
class InForce:
    """Days [since, until) at one level; several levels when the ruling left it unsaid which."""

    since: date
    until: date | None
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """One sanction as known at some position.

    Attributes:
        sanction: the fact itself; the end of its term is its `until` and plays no part here.
        periods: when it is in force, in order, without overlap; empty when suspended or quashed.
        quashed: a ruling DIBATALKAN is known.
        open_since: the day from which an open matter may still change it; None when none is open.
        matters: its filings and rulings by legal day.
    """

    sanction: Fact
    periods: tuple[InForce, ...]
    quashed: bool
    open_since: date | None
    matters: tuple[Fact, ...]

    @property
    def first(self) -> date | None:
        """The first day on which it was in force."""
        return self.periods[0].since if self.periods else None

    def levels_on(self, on: date) -> tuple[str, ...]:
        """The level on a day, several when unknown which, none when not in force."""
        for period in self.periods:
            if period.since <= on and (period.until is None or on < period.until):
                return period.levels
        return ()

    def may_change_by(self, on: date) -> bool:
        """Whether an open matter may still give it another level on that day."""
        return self.open_since is not None and self.open_since <= on


def effects(
    sanctions: Sequence[Fact],
    *,
    filings: Sequence[Fact],
    rulings: Sequence[Fact],
    late_filing_suspends: bool,
) -> tuple[Effect, ...]:
    """What became of each sanction. `filings` are objections and appeals, of whatever target."""
    return tuple(
        _effect(one, filings, rulings, late_filing_suspends=late_filing_suspends)
        for one in sanctions
    )


def _effect(
    sanction: Fact,
    filings: Sequence[Fact],
    rulings: Sequence[Fact],
    *,
    late_filing_suspends: bool,
) -> Effect:
    filed = [one for one in filings if one.fields["target"] == sanction.root]
    named = {one.root for one in filed} | {sanction.root, sanction.fields.get("case")}
    ruled = sorted((one for one in rulings if one.fields["of"] in named), key=_order)
    matters = tuple(sorted([*filed, *ruled], key=_order))
    quashed = [one for one in ruled if one.fields["outcome"] == RulingOutcome.DIBATALKAN]
    open_since = _open_since(filed, ruled, quashed)
    if quashed:
        return Effect(sanction, (), quashed=True, open_since=open_since, matters=matters)
    early = [one for one in filed if _filed_on(one) < sanction.effective_on]
    answered = [_answered_on(one, ruled) for one in early]
    start = max((on for on in answered if on), default=sanction.effective_on)
    if None in answered:
        return Effect(sanction, (), quashed=False, open_since=open_since, matters=matters)
    late = [one for one in filed if one not in early] if late_filing_suspends else []
    gaps = [(_filed_on(one), _answered_on(one, ruled)) for one in late]
    periods = tuple(_periods(sanction, start, ruled, gaps))
    return Effect(sanction, periods, quashed=False, open_since=open_since, matters=matters)


_Gap = tuple[date, date | None]


def _periods(
    sanction: Fact, start: date, ruled: Sequence[Fact], gaps: Sequence[_Gap]
) -> Iterator[InForce]:
    """Between each two days on which something changes, the state on the first of them."""
    days = {start, *(one.effective_on for one in ruled)}
    days |= {on for gap in gaps for on in gap if on is not None}
    breaks = sorted(on for on in days if on >= start)
    since: date | None = None
    levels: tuple[str, ...] = ()
    for on in breaks:
        suspended = any(a <= on and (b is None or on < b) for a, b in gaps)
        now = () if suspended else _levels(sanction, ruled, on)
        if now != levels:
            if since is not None and levels:
                yield InForce(since, on, levels)
            since, levels = on, now
    if since is not None and levels:
        yield InForce(since, None, levels)


def _levels(sanction: Fact, ruled: Sequence[Fact], on: date) -> tuple[str, ...]:
    levels: tuple[str, ...] = (sanction.fields["level"],)
    for ruling in ruled:
        if ruling.effective_on <= on and ruling.fields["outcome"] in _NEW_LEVEL:
            stated = ruling.fields.get("level")
            levels = (stated,) if stated else _unsaid(levels, ruling.fields["outcome"])
    return levels


def _unsaid(before: tuple[str, ...], outcome: str) -> tuple[str, ...]:
    """The levels an outcome allows where the ruling states none."""
    steps = [LADDER.index(level) for level in before if level in LADDER]
    if outcome == RulingOutcome.DIPERINGAN and steps:
        return LADDER[: max(steps) + 1]
    if outcome == RulingOutcome.DIPERBERAT and steps:
        return LADDER[min(steps) :]
    return LADDER


def _open_since(
    filed: Sequence[Fact], ruled: Sequence[Fact], quashed: Sequence[Fact]
) -> date | None:
    if any(one.fields["final"] for one in quashed):
        return None
    since = [_filed_on(one) for one in filed if _answered_on(one, ruled) is None]
    if ruled and not ruled[-1].fields["final"]:
        since.append(ruled[-1].effective_on)
    return min(since, default=None)


def _answered_on(filing: Fact, ruled: Sequence[Fact]) -> date | None:
    """The day of the first ruling that answers a filing; `ruled` is in order of legal days."""
    for ruling in ruled:
        final_since = ruling.fields["final"] and ruling.effective_on >= _filed_on(filing)
        if ruling.fields["of"] == filing.root or final_since:
            return ruling.effective_on
    return None


def _filed_on(filing: Fact) -> date:
    return date.fromisoformat(filing.fields["filed_on"])


def _order(fact: Fact) -> tuple[date, int]:
    return fact.effective_on, fact.position
