"""One invented person: birth, entry into the service, education, and the role held today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from api.demo.dice import Dice
from api.demo.names import name_of
from api.demo.places import AUDIT, DIGITAL, FOUNDED_ON, HEALTH, OFFICE, SCHOOL, Place
from ledger.values import shift_months

Row = dict[str, Any]

# The demo knows nothing before its first load and nothing after its last day.
LOADED_ON = date(2019, 1, 31)
LAST_DAY = date(2026, 10, 31)
# No real number ends so high: serials are given from 001 for one birth date and month of entry.
FIRST_SERIAL = 900
SERIALS = 100

HEAD = "HEAD"
ADMINISTRATOR = "ADMINISTRATOR"
PENGAWAS = "PENGAWAS"
FUNGSIONAL = "FUNGSIONAL"
PELAKSANA = "PELAKSANA"
STRUCTURAL = (HEAD, ADMINISTRATOR, PENGAWAS)

PNS = "PNS"
CPNS = "CPNS"
PPPK = "PPPK"

_AGES = {HEAD: (48, 56), ADMINISTRATOR: (42, 55), PENGAWAS: (37, 52)}
_AGES_ELSE = (25, 57)
_EDUCATION = {
    HEAD: ((8, "S3"), (72, "S2"), (20, "S1")),
    ADMINISTRATOR: ((45, "S2"), (55, "S1")),
    PENGAWAS: ((20, "S2"), (75, "S1"), (5, "D3")),
    FUNGSIONAL: ((12, "S2"), (62, "S1"), (6, "D4"), (18, "D3"), (2, "SLTA")),
    PELAKSANA: ((3, "S2"), (50, "S1"), (17, "D3"), (28, "SLTA"), (2, "SLTP")),
}
_ENTRY_AGE = {"SLTP": 20, "SLTA": 20, "D3": 22, "D4": 23, "S1": 23, "S2": 24, "S3": 25}
_TRADES = {
    SCHOOL: ("Guru",),
    HEALTH: ("Perawat", "Bidan", "Dokter", "Apoteker"),
    AUDIT: ("Auditor", "Pengawas Penyelenggaraan Urusan Pemerintahan Daerah"),
    DIGITAL: ("Pranata Komputer", "Statistisi", "Sandiman"),
    OFFICE: ("Analis Kebijakan", "Analis SDM Aparatur", "Perencana", "Arsiparis"),
}
# Posts whose functional training counts as done (one district's practice, as the reference states).
TRAINING_EXEMPT = ("Guru", "Perawat", "Bidan", "Dokter", "Apoteker")
_CLERKS = (
    "Pengadministrasi Umum",
    "Pengelola Kepegawaian",
    "Penata Laporan Keuangan",
    "Analis Data dan Informasi",
    "Pengelola Barang Milik Negara",
    "Pengemudi",
)


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is; everything else is drawn from his own dice.

    Attributes:
        entered_on: TMT CPNS, or the first day of a PPPK contract.
        leaves_on: the first day of retirement, or None within the years of the demo.
        diligence: 0 to 99; moves training, appraisals and sanctions the same way.
    """

    index: int
    place: Place
    section: str | None
    role: str
    employment: str
    nip: str
    name: str
    born_on: date
    entered_on: date
    education: str
    trade: str
    leaves_on: date | None
    diligence: int

    @property
    def known_from(self) -> date:
        """The day from which the ledger knows the person."""
        return max(LOADED_ON, self.entered_on + timedelta(days=14))

    @property
    def permanent_on(self) -> date:
        """TMT PNS: a year after that of CPNS."""
        return shift_months(self.entered_on, 12)

    def serves_on(self, on: date) -> bool:
        """Whether the person is in service on a day."""
        return self.entered_on <= on and (self.leaves_on is None or on < self.leaves_on)

    def dice(self, matter: str) -> Dice:
        """Draws of this person for one matter, so that a new matter moves no other."""
        return Dice(f"asn-demo/1:{self.index}:{matter}")

    def row(self, fact: str, on: date, **fields: Any) -> Row:
        """A facts-file row about this person; fields that are None are left out."""
        given = {name: value for name, value in fields.items() if value is not None}
        return {"fact": fact, "nip": self.nip, "on": on.isoformat(), **given}


def _born(dice: Dice, role: str, entry_age: int) -> date:
    youngest, oldest = _AGES.get(role, _AGES_ELSE)
    age = max(dice.between(youngest, oldest), entry_age + 2)
    return dice.day(date(2022 - age, 1, 1), date(2022 - age, 12, 28))


def _retired_on(born_on: date, role: str) -> date | None:
    """The first of the month after the birthday: the 60th of heads, the 58th of the rest."""
    years = 60 if role == HEAD else 58
    birthday = shift_months(born_on, 12 * years)
    retired = shift_months(birthday.replace(day=1), 1)
    return retired if retired <= LAST_DAY else None


def _entered(dice: Dice, employment: str, born_on: date, entry_age: int) -> date:
    if employment == PPPK:
        return date(dice.between(2021, 2024), dice.pick((1, 3, 6)), 1)
    if employment == CPNS:
        return date(2026, dice.pick((3, 4, 6)), 1)
    latest = min(born_on.year + entry_age + 7, 2020)
    year = dice.between(min(born_on.year + entry_age, latest), latest)
    return date(year, dice.pick((1, 3, 12)), 1)


def _employment(dice: Dice, role: str) -> str:
    if role in STRUCTURAL:
        return PNS
    return dice.weigh(((820, PNS), (150 if role == FUNGSIONAL else 60, PPPK), (20, CPNS)))


def _number(born_on: date, entered_on: date, *, employment: str, digit: str, serial: int) -> str:
    start = f"{entered_on:%Y}21" if employment == PPPK else f"{entered_on:%Y%m}"
    return f"{born_on:%Y%m%d}{start}{digit}{serial:03d}"


def draw_person(index: int, place: Place, *, role: str, section: str | None) -> Person:
    """The person with this number, placed and with a role; equal arguments give equal persons."""
    dice = Dice(f"asn-demo/1:{index}:person")
    employment = _employment(dice, role)
    education = dice.weigh(_EDUCATION[role])
    entry_age = _ENTRY_AGE[education]
    born_on = _born(dice, role, entry_age)
    if employment == CPNS:
        born_on = dice.day(date(1996, 1, 1), date(2002, 12, 28))
    entered_on = _entered(dice, employment, born_on, entry_age)
    return Person(
        index=index,
        place=place,
        section=section,
        role=role,
        employment=employment,
        nip=_number(
            born_on,
            entered_on,
            employment=employment,
            digit=dice.pick("12"),
            serial=FIRST_SERIAL + index % SERIALS,
        ),
        name=name_of(index),
        born_on=born_on,
        entered_on=entered_on,
        education=education,
        trade=dice.pick(_TRADES[place.trade] if role == FUNGSIONAL else _CLERKS),
        leaves_on=_retired_on(born_on, role),
        diligence=dice.below(100),
    )


def years_served(person: Person, first: int) -> Iterator[int]:
    """Calendar years from `first` in which the person served at the end or until leaving."""
    for year in range(max(first, person.entered_on.year), LAST_DAY.year + 1):
        if person.leaves_on is None or year < person.leaves_on.year:
            yield year


def since_founding(on: date) -> date:
    """The later of a day and the founding of the province: no post there is older."""
    return max(on, FOUNDED_ON)
