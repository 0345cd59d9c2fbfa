"""Figures about few people: which stay hidden from whoever may not read their records. Pure.

A figure of one to four people tells of each of them. So does its complement:
where the figure of a unit and those of all its parts but one are shown, the last one follows. So a
hidden part never stands alone: others are hidden beside it until what is missing is at least two
parts with at least five people together, and where there are none to hide, the whole is hidden too.
What is hidden is hidden with all its parts. Whom a reader may read anyway hides nobody.

A distribution has such complements along its row and along the tree at once, and hiding single
cells of it does not hold against that; whoever may not read the people sees none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

FEWEST = 5
TOGETHER = 2
WHOLE = ""  # the key of everybody; its parts are the units with nothing above them
OWN = "/"  # after a unit's key: the people who are in it and in no part of it


@dataclass(frozen=True, slots=True)
class Parts:
    """A tree of wholes and parts, by key; the people directly in a whole are one of its parts."""

    below: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, parents: Mapping[str, str | None]) -> Parts:
        """From the parent of each unit; None where nothing is above it. Units that lie in a circle
        are parts of the whole alone.
        """
        whole = cls._of(parents)
        reached = set(whole.descending())
        return cls._of({one: up if one in reached else None for one, up in parents.items()})

    @classmethod
    def _of(cls, parents: Mapping[str, str | None]) -> Parts:
        below: dict[str, list[str]] = {WHOLE: [], **{unit: [] for unit in parents}}
        for unit in sorted(parents):
            below.setdefault(parents[unit] or WHOLE, []).append(unit)
        return cls({whole: (*parts, whole + OWN) for whole, parts in below.items()})

    def descending(self, top: str = WHOLE) -> list[str]:
        """A whole and all below it, each after what it is a part of."""
        found, place = [top], 0
        while place < len(found):
            found.extend(self.below.get(found[place], ()))
            place += 1
        return found


def hidden(
    parts: Parts, counts: Mapping[str, int], small: AbstractSet[str] = frozenset()
) -> set[str]:
    """The keys whose figures are hidden.

    Args:
        counts: of how many people that the reader may not read each key's figure is, with all below
            it; a key that is not there has none, and is never hidden for itself.
        small: keys that must be hidden though they have enough people.
    """
    order = parts.descending()
    must = {one for one in order if 0 < counts.get(one, 0) < FEWEST or one in small}
    found: set[str] = set()
    for whole in reversed(order):
        group = [one for one in parts.below.get(whole, ()) if counts.get(one, 0)]
        gone = [one for one in group if one in must]
        left = sorted((counts[one], one) for one in group if one not in must)
        while gone and left and not enough(gone, counts):
            gone.append(left.pop(0)[1])
        if gone and not enough(gone, counts):
            must.add(whole)
        found.update(gone)
    if WHOLE in must:
        found.add(WHOLE)
    return {one for top in found for one in parts.descending(top) if counts.get(one, 0)}


def enough(gone: Iterable[str], counts: Mapping[str, int]) -> bool:
    """Whether what is hidden cannot be worked out to few people."""
    sizes = [counts[one] for one in gone]
    return len(sizes) >= TOGETHER and sum(sizes) >= FEWEST


def uncounted(shown: Any) -> Any:
    """A score without how many people of the unit are in which state."""
    if isinstance(shown, dict):
        return {key: uncounted(one) for key, one in shown.items() if key != "counts"}
    return [uncounted(one) for one in shown] if isinstance(shown, list) else shown
