"""The whole province as facts-file rows, in the order in which they became known.

Equal arguments give equal rows on every machine: nothing here reads a clock or draws true chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, groupby

from api.demo import (
    career,
    casework,
    discipline,
    further,
    mending,
    open_cases,
    printed,
    record,
    stories,
)
from api.demo.dice import Dice
from api.demo.discipline import Known
from api.demo.person import (
    ADMINISTRATOR,
    FUNGSIONAL,
    HEAD,
    LAST_DAY,
    LOADED_ON,
    PELAKSANA,
    PENGAWAS,
    TRAINING_EXEMPT,
    Person,
    Row,
    draw_person,
)
from api.demo.places import (
    CLOSED,
    FOUNDED_ON,
    HEALTH,
    REFORMED_ON,
    RENAMED,
    RENAMED_TO,
    SCHOOL,
    SECTIONS,
    SUCCESSOR,
    Place,
    School,
    places_of,
    schools_of,
    section_code,
)
from api.demo.supervision import NAMED_SINCE, Hierarchy
from ledger.errors import Misuse
from ledger.values import month_end

SIZES = {"small": 150, "province": 5000}
# How often each plot of an open case is told.
CASES = {"small": 1, "province": 3}
SECTIONS_FROM = 8
_PER_ADMINISTRATOR = 24
_PER_PENGAWAS = 16
_LEVELS = ("TERAMPIL", "MAHIR", "PENYELIA", "AHLI_PERTAMA", "AHLI_MUDA", "AHLI_MADYA")


@dataclass(frozen=True, slots=True)
class Batch:
    """What became known in one month: one import, made on `known_on`, the month's last day."""

    known_on: date
    rows: tuple[Row, ...]


def rows(size: str) -> Iterator[Row]:
    """Every row of the demo of this size ("small": 150 people, "province": 5,000).

    Raises:
        Misuse: when there is no such size.
    """
    return (row for batch in batches(size) for row in batch.rows)


def batches(size: str) -> Iterator[Batch]:
    """The same rows, month by month; the first batch is the load of all that was known before.

    Raises:
        Misuse: when there is no such size.
    """
    if size not in SIZES:
        raise Misuse(
            f"There is no demo of the size {size!r}.",
            next_step="Use one of: " + ", ".join(SIZES) + ".",
        )
    known = sorted(_known(size), key=lambda pair: pair[0])
    for (year, month), group in groupby(known, key=lambda pair: (pair[0].year, pair[0].month)):
        yield Batch(month_end(year, month), tuple(row for _, row in group))


def _known(size: str) -> Iterator[Known]:
    people = tuple(people_of(size))
    crowded = _crowded(people)
    for row in chain(_references(size), _units(size, crowded)):
        yield max(LOADED_ON, date.fromisoformat(row["on"]) + timedelta(days=10)), row
    yield from _unit_appraisals(size)
    everybody = (*people, *stories.cast().values())
    above = Hierarchy.of(people)
    for person in people:
        yield from _life(person, above)
    for person in stories.cast().values():
        yield from _told_life(person, above)
    for person, row in above.rows():
        yield _on_time(person, row)
    yield from printed.results(people)
    yield from casework.calendars()
    cast = stories.cast()
    yield from casework.old_case(cast[stories.MISTYPED])
    yield from casework.new_case(cast[stories.RENUMBERED])
    yield from open_cases.of_people(people, each=CASES[size])
    yield from further.of_people(everybody)
    yield from further.of_places(place for place in places_of(size) if place is not CLOSED)


def people_of(size: str) -> Iterator[Person]:
    """The people of a demo of this size, without the cast of the stories."""
    places, schools = places_of(size), schools_of(size)
    wanted = SIZES[size]
    total = sum(place.weight for place in places)
    index = given = passed = 0
    for place in places:
        # Cumulative shares, so that roundings never add up to more or fewer people than wanted.
        passed += place.weight
        count = wanted * passed // total - given
        given += count
        for seat in range(count):
            yield _seat(index, place, schools, seat=seat, count=count)
            index += 1


def _seat(index: int, place: Place, schools: Sequence[School], *, seat: int, count: int) -> Person:
    # One leads a section or branch, at most three supervise in it.
    parts = len(SECTIONS) + len(_branches(place, schools))
    leads = 1 + min(max(1, count // _PER_ADMINISTRATOR), parts)
    supervises = leads + min(max(1, count // _PER_PENGAWAS), 3 * parts)
    if seat == 0:
        role = HEAD
    elif seat < leads:
        role = ADMINISTRATOR
    elif seat < supervises:
        role = PENGAWAS
    else:
        share = 800 if place.trade in {SCHOOL, HEALTH} else 560
        functional = Dice(f"asn-demo/1:{index}:role").chance(share)
        role = FUNGSIONAL if functional else PELAKSANA
    section = _section(place, schools, role=role, seat=seat) if count >= SECTIONS_FROM else None
    return draw_person(index, place, role=role, section=section)


def _section(place: Place, schools: Sequence[School], *, role: str, seat: int) -> str | None:
    """Where in his place somebody works: a teacher in a school, who leads in a cabang dinas too."""
    if role == HEAD:
        return None
    if place.trade == SCHOOL and (role == FUNGSIONAL or (role == PELAKSANA and seat % 3)):
        taught = [one.section for one in schools if one.branch is not None]
        return taught[seat % len(taught)]
    parts = [section for section, _, _ in SECTIONS]
    if role == ADMINISTRATOR:
        parts += _branches(place, schools)
    return parts[seat % len(parts)]


def _branches(place: Place, schools: Sequence[School]) -> list[str]:
    if place.trade != SCHOOL:
        return []
    return [one.section for one in schools if one.branch is None]


def _crowded(people: tuple[Person, ...]) -> frozenset[str]:
    """Codes of the places that have sections."""
    return frozenset(person.place.code for person in people if person.section)


def _life(person: Person, above: Hierarchy) -> Iterator[Known]:
    dice = person.dice("knowledge")
    drawn = chain(
        career.education(person),
        career.ranks(person),
        career.posts(person),
        career.standings(person),
        record.leading_courses(person),
        record.trainings(person),
        record.appraisals(person),
        record.honours(person),
        record.plans(person),
    )
    for row in career.registration(person):
        yield _on_time(person, row)
    for row in drawn:
        for known_on, one in _as_known(person, dice, _appraised(person, row, above)):
            yield from mending.as_stated(person, known_on, one)
    for known_on, row in discipline.sanctions(person):
        yield max(known_on, person.known_from), row


def _told_life(person: Person, above: Hierarchy) -> Iterator[Known]:
    """An ordinary career without chance trainings or sanctions, and the story on top of it."""
    drawn = chain(
        career.registration(person),
        career.education(person),
        career.ranks(person),
        career.posts(person),
        record.steady_appraisals(person, stories.predicate(person)),
        record.plans(person),
    )
    for row in drawn:
        yield _on_time(person, _appraised(person, row, above))
    yield from stories.plot(person)


def _appraised(person: Person, row: Row, above: Hierarchy) -> Row:
    """An appraisal with who made it, since e-Kinerja names him; another row as it is."""
    on = date.fromisoformat(row["on"])
    if row["fact"] != "appraisal" or on.year < NAMED_SINCE:
        return row
    appraiser = above.appraiser(person, on)
    return row if appraiser is None else row | {"appraiser": appraiser.nip}


def _on_time(person: Person, row: Row) -> Known:
    stated = date.fromisoformat(row["on"]) + timedelta(days=20)
    return min(max(stated, person.known_from), LAST_DAY), row


def _as_known(person: Person, dice: Dice, row: Row) -> Iterator[Known]:
    """The day on which a row becomes known; one in sixteen comes late and says so."""
    on = date.fromisoformat(row["on"])
    late = dice.chance(60)
    delay = dice.between(70, 420) if late else dice.between(2, 25)
    known_on = max(on + timedelta(days=delay), person.known_from)
    if known_on > LAST_DAY:
        return
    if late and known_on > max(LOADED_ON, person.known_from):
        row = row | {"learned_on": known_on.isoformat()}
    yield known_on, row


def _references(size: str) -> Iterator[Row]:
    """What titles mean, because a profile says only "struktural"; and who needs no training."""
    titles = [
        ("Sekretaris Dinas", "ADMINISTRATOR", "III.a"),
        ("Kepala Bidang", "ADMINISTRATOR", "III.b"),
        (career.HEAD_OF_BRANCH, "ADMINISTRATOR", "III.b"),
        ("Kepala Subbagian Umum dan Kepegawaian", "PENGAWAS", "IV.a"),
    ]
    for place in places_of(size):
        eselon = "II.b" if place.kind in {"BIRO", "RSUD"} else "II.a"
        titles.append((place.head, "JPT_PRATAMA", eselon))
    for title, kind, eselon in titles:
        yield {
            "fact": "position_ref",
            "on": "2013-04-22",
            "title": title,
            "kind": kind,
            "eselon": eselon,
        }
    for trade in TRAINING_EXEMPT:
        for level in _LEVELS:
            yield {
                "fact": "position_ref",
                "on": "2013-04-22",
                "title": f"{trade} {level.replace('_', ' ').title()}",
                "kind": "FUNGSIONAL",
                "functional_level": level,
                "training_exempt": True,
            }


def _units(size: str, crowded: frozenset[str]) -> Iterator[Row]:
    for place in places_of(size):
        yield _unit(place.code, place.name, kind=place.kind, parent=place.parent)
        if place.code in crowded:
            for section, name, kind in SECTIONS:
                code = section_code(place, section)
                yield _unit(code, f"{name} {place.name}", kind=kind, parent=place.code)
        if place.trade == SCHOOL:
            for school in schools_of(size):
                above = place.code if school.branch is None else section_code(place, school.branch)
                code = section_code(place, school.section)
                yield _unit(code, school.name, kind=school.kind, parent=above)
    yield _unit(RENAMED, RENAMED_TO, kind="BADAN", on=REFORMED_ON)
    yield {
        "fact": "unit_closed",
        "unit": CLOSED.code,
        "on": REFORMED_ON.isoformat(),
        "successors": [SUCCESSOR],
    }


def _unit(
    code: str, name: str, *, kind: str, parent: str | None = None, on: date = FOUNDED_ON
) -> Row:
    row: Row = {"fact": "unit", "code": code, "on": on.isoformat(), "name": name, "kind": kind}
    return row if parent is None else row | {"parent": parent}


def _unit_appraisals(size: str) -> Iterator[Known]:
    """Predikat kinerja organisasi of every place and year since 2022."""
    for place in places_of(size):
        dice = Dice(f"asn-demo/1:{place.code}:unit")
        for year in range(2022, LAST_DAY.year):
            predicate = dice.weigh(((12, "ISTIMEWA"), (80, "BAIK"), (8, "BUTUH_PERBAIKAN")))
            if place is not CLOSED:
                yield (
                    date(year + 1, 2, 20),
                    {
                        "fact": "unit_appraisal",
                        "unit": place.code,
                        "on": f"{year}-12-31",
                        "period": str(year),
                        "predicate": predicate,
                        "set_by": "GUBERNUR",
                    },
                )
