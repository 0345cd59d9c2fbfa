"""The time bar: the coordinates of what a page shows, and the ways to other days.

Pure. A page that answers for a day gives `time` to its template, made here from the same object
that its JSON twin carries; base.html then draws the bar, the bands and the links to the twins.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

TWINS: Final = ("json", "csv", "xlsx", "pdf")


@dataclass(frozen=True, slots=True)
class TimeBar:
    """What the bar shows.

    Attributes:
        as_of: legal day asked about, ISO.
        position, known_at: what was known, as its last position and when that was recorded.
        head: the last position of the ledger now.
        days: days on which something changed, ISO, ascending; the slider jumps between them.
        rules: instruments to choose from, as (name, label); empty where there is no choice.
        twins: suffixes under which the same answer is given to machines and paper.
    """

    as_of: str
    position: int
    known_at: str
    today: str
    head: int
    instrument: str | None = None
    decree: str | None = None
    hypothetical: object = None
    days: tuple[str, ...] = ()
    rules: tuple[tuple[str, str], ...] = ()
    twins: tuple[str, ...] = TWINS

    @property
    def past_day(self) -> bool:
        """The legal day lies before today."""
        return self.as_of < self.today

    @property
    def past_knowledge(self) -> bool:
        """More has been recorded since."""
        return self.position < self.head

    @property
    def forecast(self) -> bool:
        """The legal day lies after today."""
        return self.as_of > self.today

    @property
    def before(self) -> str | None:
        """The last day of change before this one."""
        at = bisect_left(self.days, self.as_of)
        return self.days[at - 1] if at else None

    @property
    def after(self) -> str | None:
        """The first day of change after this one."""
        at = bisect_right(self.days, self.as_of)
        return self.days[at] if at < len(self.days) else None


def time_bar(
    shown: Mapping[str, Any],
    *,
    today: str,
    head: int,
    days: Sequence[str] = (),
    rules: Sequence[tuple[str, str]] = (),
    twins: Sequence[str] = TWINS,
) -> TimeBar:
    """From an answer: `as_of`, `position`, `known_at` and, where it has them, `instrument`,
    `decree`, `hypothetical`.
    """
    return TimeBar(
        as_of=shown["as_of"],
        position=shown["position"],
        known_at=shown["known_at"],
        today=today,
        head=head,
        instrument=shown.get("instrument"),
        decree=shown.get("decree"),
        hypothetical=shown.get("hypothetical"),
        days=tuple(sorted(set(days))),
        rules=tuple(rules),
        twins=tuple(twins),
    )
