"""Seven people with a story each, and the questions that tell five of them.

Each answers a pain that people report of other systems: a score that fell without a reason, a past
that was written over, a sanction that stays on the record after it was quashed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from api.demo.discipline import Known, objection_row, ruling_row, sanction_row
from api.demo.person import FUNGSIONAL, LOADED_ON, PELAKSANA, PNS, PPPK, Person, Row
from api.demo.places import PLACES
from api.demo.record import document

FALLEN, LATE, DISPUTED, QUASHED, FALSE, MISTYPED, RENUMBERED = range(90_000, 90_007)
_ANALYST = "Analis Kebijakan"
_CLERK = "Pengelola Kepegawaian"
_DATA = "Analis Data dan Informasi"


@dataclass(frozen=True, slots=True)
class Question:
    """One question to the ledger.

    Attributes:
        known_on: ask as known at the end of this day; None asks as known now.
        without: key of a fact to leave out; the answer is then stamped hypothetical.
    """

    as_of: date
    known_on: date | None = None
    without: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A person, what happened, and the questions in the order in which they tell it."""

    title: str
    nip: str
    questions: tuple[Question, ...]


# Number, place, role, NIP, name, trade, education.
_CAST = (
    (FALLEN, "BKD", FUNGSIONAL, "198503122010012990", "Kenanga Senja Contoh", _ANALYST, "S1"),
    (LATE, "SETDA-ORG", PELAKSANA, "198807042012011991", "Damar Hulu Rekaan", _CLERK, "S1"),
    (DISPUTED, "DKISP", PELAKSANA, "198111302006041992", "Cemara Badai Misalan", _DATA, "S2"),
    (QUASHED, "DINKES", PELAKSANA, "197906182005012993", "Teratai Riam Umpama", _CLERK, "S1"),
    (FALSE, "ITPROV", FUNGSIONAL, "198302092009031994", "Sengon Karang Contoh", "Auditor", "S1"),
    (MISTYPED, "DISDIKBUD", PELAKSANA, "199004252015032995", "Pinang Telaga Rekaan", _CLERK, "D3"),
    (
        RENUMBERED,
        "RSUD",
        FUNGSIONAL,
        "199208152021211996",
        "Selasih Muara Misalan",
        "Perawat",
        "D4",
    ),
)


def cast() -> dict[int, Person]:
    """The people of the stories, by their numbers."""
    places = {place.code: place for place in PLACES}
    people = {}
    for index, code, role, nip, name, trade, education in _CAST:
        pppk = nip[12:14] == "21"
        people[index] = Person(
            index=index,
            place=places[code],
            section=None,
            role=role,
            employment=PPPK if pppk else PNS,
            nip=nip,
            name=name,
            born_on=date(int(nip[:4]), int(nip[4:6]), int(nip[6:8])),
            entered_on=date(int(nip[8:12]), 3 if pppk else int(nip[12:14]), 1),
            education=education,
            trade=trade,
            leaves_on=None,
            diligence=50,
        )
    return people


def _training(
    person: Person, on: date, *, hours: int, title: str, category: str = "TEKNIS", key: str = ""
) -> Row:
    return person.row(
        "competency",
        on,
        category=category,
        hours=hours,
        to=on.isoformat(),
        title=title,
        certificate_no=f"DEMO/CERITA/{person.index}/{on:%Y%m%d}",
        key=key or None,
    )


def _seminar(person: Person, on: date) -> Row:
    title = f"Seminar Nasional ASN {on.year}"
    return _training(person, on, hours=8, title=title, category="SEMINAR")


def _functional(person: Person, on: date) -> Row:
    title = f"Pelatihan Fungsional {person.trade}"
    return _training(person, on, hours=120, title=title, category="FUNGSIONAL")


def _fallen(person: Person) -> Iterator[Known]:
    """Training of 2023 that nothing followed, and a reprimand."""
    yield LOADED_ON, _functional(person, date(2014, 10, 3))
    on = date(2023, 5, 16)
    yield date(2023, 6, 1), _training(person, on, hours=24, title="Analisis Kebijakan Publik")
    yield date(2023, 8, 20), _seminar(person, date(2023, 8, 9))
    decided_on = date(2025, 3, 3)
    row = sanction_row(person, decided_on, name="HD-JATUH", level="RINGAN", kind="TEGURAN_TERTULIS")
    yield date(2025, 3, 10), row


def _late(person: Person) -> Iterator[Known]:
    """A certificate that came half a year late, after the decree was signed."""
    yield date(2023, 3, 1), _seminar(person, date(2023, 2, 14))
    on = date(2023, 11, 21)
    row = _training(person, on, hours=40, title="Manajemen Arsip", key="pelatihan-terlambat")
    yield date(2024, 5, 10), row | {"learned_on": "2024-05-10"}


def _disputed(person: Person) -> Iterator[Known]:
    """A sanction that counts, against which an objection is open."""
    on = date(2026, 3, 11)
    yield date(2026, 3, 30), _training(person, on, hours=32, title="Keamanan Informasi")
    decided_on = date(2026, 8, 3)
    row = sanction_row(person, decided_on, name="HD-SENGKETA", level="SEDANG", kind="PENUNDAAN_KGB")
    yield date(2026, 8, 7), row
    # Filed after the day of effect, so nothing is suspended until it is ruled upon.
    yield date(2026, 9, 11), objection_row(person, date(2026, 9, 9), name="HD-SENGKETA")


def _quashed(person: Person) -> Iterator[Known]:
    """A sanction that counted for half a year and then never was."""
    on = date(2022, 6, 8)
    yield date(2022, 6, 20), _training(person, on, hours=40, title="Pengelolaan Kepegawaian")
    decided_on = date(2022, 9, 20)
    row = sanction_row(
        person, decided_on, name="HD-BATAL", level="SEDANG", kind="PENUNDAAN_KENAIKAN_PANGKAT"
    )
    yield date(2022, 9, 27), row
    filed_on = date(2022, 10, 28)
    yield date(2022, 11, 1), objection_row(person, filed_on, name="HD-BATAL")
    ruling = ruling_row(person, date(2023, 3, 6), name="HD-BATAL", outcome="DIBATALKAN")
    yield date(2023, 3, 10), ruling


def _false(person: Person) -> Iterator[Known]:
    """A certificate that its organiser never issued."""
    yield LOADED_ON, _functional(person, date(2012, 5, 9))
    yield date(2024, 3, 1), _seminar(person, date(2024, 2, 20))
    on = date(2024, 7, 2)
    row = _training(person, on, hours=40, title="Audit Investigatif", key="sertifikat-palsu")
    yield date(2024, 7, 15), row
    annulled_on = date(2025, 2, 12)
    yield (
        date(2025, 2, 14),
        person.row(
            "annul",
            annulled_on,
            target="sertifikat-palsu",
            reason="Penyelenggara menyatakan sertifikat tidak pernah diterbitkan.",
            document=document("BERITA_ACARA", "700/DEMO/BA/2025", annulled_on),
        ),
    )


def _mistyped(person: Person) -> Iterator[Known]:
    """Hours that lost a zero, and their correction."""
    yield date(2024, 3, 1), _seminar(person, date(2024, 2, 20))
    on = date(2024, 4, 18)
    wrong = _training(person, on, hours=4, title="Pengelolaan BOS", key="jam-salah-ketik")
    yield date(2024, 5, 2), wrong
    corrected_on = date(2024, 9, 9)
    right = _training(person, on, hours=40, title="Pengelolaan BOS")
    replacement = {name: value for name, value in right.items() if name != "nip"}
    yield (
        date(2024, 9, 11),
        person.row(
            "correct",
            corrected_on,
            target="jam-salah-ketik",
            replacement=replacement,
            reason="Jam pelajaran salah ketik: 4 seharusnya 40.",
            document=document("SERTIFIKAT", "DEMO/BOS/2024/77", on),
        ),
    )


def _renumbered(person: Person) -> Iterator[Known]:
    """A PPPK who becomes CPNS, gets another number and keeps his history."""
    on = date(2024, 6, 1)
    yield date(2024, 6, 20), person.row("identity", on, new_nip="199208152024062996")
    yield date(2024, 6, 21), person.row("employment", on, employment="CPNS")
    yield date(2025, 6, 16), person.row("employment", date(2025, 6, 1), employment="PNS")


_PLOTS: dict[int, Callable[[Person], Iterator[Known]]] = {
    FALLEN: _fallen,
    LATE: _late,
    DISPUTED: _disputed,
    QUASHED: _quashed,
    FALSE: _false,
    MISTYPED: _mistyped,
    RENUMBERED: _renumbered,
}


def plot(person: Person) -> Iterator[Known]:
    """What happened to a person of the cast, beside an ordinary career."""
    return _PLOTS[person.index](person)


def predicate(person: Person) -> str:
    """The predicate of every year: steady, so that only the story moves the score."""
    return "SANGAT_BAIK" if person.index == QUASHED else "BAIK"


def stories() -> tuple[Story, ...]:
    """The stories that `asn-ledger demo` tells, in order."""
    people = cast()
    ends = {year: date(year, 12, 31) for year in (2022, 2023, 2024, 2025)}
    return (
        Story(
            "Why did this score fall?",
            people[FALLEN].nip,
            (Question(ends[2023]), Question(ends[2025])),
        ),
        Story(
            "What did we know when this was signed?",
            people[LATE].nip,
            (Question(ends[2023], known_on=date(2024, 2, 29)), Question(ends[2023])),
        ),
        Story(
            "What if the sanction had not been?",
            people[DISPUTED].nip,
            (
                Question(date(2026, 10, 30)),
                Question(date(2026, 10, 30), without="HD-SENGKETA"),
            ),
        ),
        Story(
            "A quashed sanction never was, but it was believed",
            people[QUASHED].nip,
            (Question(ends[2022], known_on=date(2023, 1, 31)), Question(ends[2022])),
        ),
        Story(
            "A false certificate, annulled",
            people[FALSE].nip,
            (Question(ends[2024], known_on=date(2025, 1, 31)), Question(ends[2024])),
        ),
    )
