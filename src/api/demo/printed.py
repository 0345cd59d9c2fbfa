"""What SIASN is told to have printed for 2022, where it differs from ours: a difference a cause.

Handed over at the end of the demo in one file, so that everything before keeps its position.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from api.demo import record
from api.demo.discipline import Known
from api.demo.person import LAST_DAY, PELAKSANA, PNS, Person
from api.demo.stories import (
    DISPUTED,
    FALLEN,
    FALSE,
    LATE,
    MISTYPED,
    QUASHED,
    RENUMBERED,
    cast,
)

YEAR = 2022
PRINTED_ON = date(2023, 2, 1)
_NAMES = ("kualifikasi", "kompetensi", "kinerja", "disiplin")
# Of each of the cast: the four measures and the total, as printed.
_CAST = {
    FALLEN: ("15 30 30 5", "80"),  # a training nobody sent here, and another predicate
    LATE: ("15 0 25 5", "45"),  # the same as ours
    DISPUTED: ("15 7 25 5", "52"),  # the diploma of S2 is not with them; and a number without sense
    QUASHED: ("15 22.5 30 2", "69.5"),  # printed before the sanction was quashed
    FALSE: ("15 0 25 5", "45"),  # the functional training is not with them
    MISTYPED: ("10 0 25 5", "65"),  # kinerja was added twice
    RENUMBERED: ("15 22.5 25 5", "67.5"),  # was PPPK, whom the instrument does not measure
}
# Hours of the only technical training of a year: what a clerk's share of the points comes to
# without a seminar, and with one.
_SHARES = {8: ("9", "26.5"), 16: ("18", "35.5")}
_NO_PLAN = "TIDAK_MEMBUAT_SKP"


def results(people: Iterable[Person]) -> Iterator[Known]:
    """The printed results: of the cast, of who made no SKP, and of one with too few hours."""
    for index, person in cast().items():
        points, total = _CAST[index]
        yield _row(person, dict(zip(_NAMES, points.split(), strict=True)), total)
    shared = False
    for person in people:
        if person.employment == PNS and _made_no_plan(person):
            yield _row(person, {"kinerja": "1"}, None)
        elif not shared and (share := _share(person)) is not None:
            shared = True
            yield _row(person, {"kompetensi": share}, None)


def _row(person: Person, measures: dict[str, str], total: str | None) -> Known:
    row = person.row(
        "published_score",
        date(YEAR, 12, 31),
        instrument="ip-asn",
        period=str(YEAR),
        measures=measures,
        total=total,
        learned_on=PRINTED_ON.isoformat(),
    )
    return LAST_DAY, row


def _made_no_plan(person: Person) -> bool:
    year = str(YEAR)
    told = [one for one in record.appraisals(person) if one["period"] == year]
    return [one.get("state") for one in told] == [_NO_PLAN]


def _share(person: Person) -> str | None:
    """The share of the points that SIASN may give a clerk for too few hours, if he has no more."""
    if person.employment != PNS or person.role != PELAKSANA:
        return None
    courses = [one for one in record.trainings(person) if one["on"].startswith(str(YEAR))]
    lasting = [one for one in record.trainings(person) if one["on"].startswith(str(YEAR - 1))]
    seminar = any(one["category"] == "SEMINAR" for one in (*courses, *lasting))
    technical = [one.get("hours", 0) for one in courses if one["category"] == "TEKNIS"]
    shares = _SHARES.get(technical[0]) if len(technical) == 1 else None
    return None if shares is None else shares[seminar]
