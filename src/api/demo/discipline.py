"""Sanctions of the invented few, with objections and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from api.demo.dice import Dice
from api.demo.person import LAST_DAY, Person, Row
from api.demo.record import document
from ledger.values import shift_months

# (day on which the ledger learns it, row)
Known = tuple[date, Row]

NEW_REGIME_ON = date(2021, 8, 31)  # PP 94/2021 in force
_LEVELS = ((600, "RINGAN"), (310, "SEDANG"), (90, "BERAT"))
_KINDS_PP53 = {
    "RINGAN": ("TEGURAN_LISAN", "TEGURAN_TERTULIS", "PERNYATAAN_TIDAK_PUAS"),
    "SEDANG": ("PENUNDAAN_KGB", "PENUNDAAN_KENAIKAN_PANGKAT", "PENURUNAN_PANGKAT"),
    "BERAT": ("PENURUNAN_PANGKAT", "PENURUNAN_JABATAN"),
}
_KINDS_PP94 = {
    "RINGAN": ("TEGURAN_LISAN", "TEGURAN_TERTULIS", "PERNYATAAN_TIDAK_PUAS"),
    "SEDANG": ("PENUNDAAN_KGB", "PENUNDAAN_KENAIKAN_PANGKAT", "PENURUNAN_PANGKAT"),
    "BERAT": ("PENURUNAN_JABATAN", "PEMBEBASAN_JABATAN"),
}
_OUTCOMES = (
    (40, "DIPERKUAT"),
    (30, "DIPERINGAN"),
    (25, "DIBATALKAN"),
    (5, "TIDAK_DAPAT_DITERIMA"),
)


def sanctions(person: Person) -> Iterator[Known]:
    """At most one sanction a person; a few object, and of those a few win."""
    dice = person.dice("discipline")
    if not dice.chance(60 if person.diligence < 30 else 12):
        return
    decided_on = dice.day(date(2016, 2, 1), date(2026, 5, 31))
    level = dice.weigh(_LEVELS)
    if not person.serves_on(decided_on) or decided_on < person.permanent_on:
        return
    kinds = _KINDS_PP94 if decided_on >= NEW_REGIME_ON else _KINDS_PP53
    name = f"HD-{person.index:05d}"
    row = sanction_row(person, decided_on, name=name, level=level, kind=dice.pick(kinds[level]))
    yield decided_on + timedelta(days=6), row
    if dice.chance(200):
        yield from _objection(person, dice, decided_on, name=name, level=level)


def sanction_row(person: Person, decided_on: date, *, name: str, level: str, kind: str) -> Row:
    """A sanction that takes effect some three weeks after its receipt."""
    received_on = decided_on + timedelta(days=4)
    effective_on = received_on + timedelta(days=21)
    until = None if level == "RINGAN" else shift_months(effective_on, 12).isoformat()
    return person.row(
        "sanction",
        effective_on,
        id=name,
        key=name,
        level=level,
        kind=kind,
        decided_on=decided_on.isoformat(),
        received_on=received_on.isoformat(),
        until=until,
        document=document("SK", f"800/{person.index}/HD/{decided_on.year}", decided_on),
    )


def objection_row(person: Person, filed_on: date, *, name: str) -> Row:
    """An objection against the sanction of that name."""
    return person.row(
        "objection", filed_on, id=f"KB-{name}", target=name, filed_on=filed_on.isoformat()
    )


def ruling_row(
    person: Person, on: date, *, name: str, outcome: str, level: str | None = None
) -> Row:
    """What the superior ruled on the objection against the sanction of that name."""
    return person.row(
        "ruling",
        on,
        of=f"KB-{name}",
        forum="ATASAN",
        outcome=outcome,
        level=level,
        final=True,
        document=document("SK", f"800/{person.index}/KB/{on.year}", on),
    )


def _objection(
    person: Person, dice: Dice, decided_on: date, *, name: str, level: str
) -> Iterator[Known]:
    filed_on = decided_on + timedelta(days=dice.between(8, 18))
    yield filed_on + timedelta(days=2), objection_row(person, filed_on, name=name)
    ruled_on = filed_on + timedelta(days=dice.between(20, 90))
    outcome = dice.weigh(_OUTCOMES)
    if outcome == "DIPERINGAN" and level == "RINGAN":
        outcome = "DIPERKUAT"
    milder = {"SEDANG": "RINGAN", "BERAT": "SEDANG"}[level] if outcome == "DIPERINGAN" else None
    if ruled_on + timedelta(days=5) <= LAST_DAY:
        row = ruling_row(person, ruled_on, name=name, outcome=outcome, level=milder)
        yield ruled_on + timedelta(days=5), row
