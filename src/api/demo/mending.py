"""Slips in data entry, and how they are mended: hours that lost a zero, certificates of others.

A few in a thousand trainings; the wrong row stands until somebody notices, and stays visible.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from api.demo.discipline import Known
from api.demo.person import LAST_DAY, Person, Row
from api.demo.record import document

_MISTYPED = 9
_FALSE = 3
_TENFOLD = 10


def as_stated(person: Person, known_on: date, row: Row) -> Iterator[Known]:
    """A row as it became known, and what mended it later, where that was needed."""
    dice = person.dice(f"mending:{row['fact']}:{row['on']}:{row.get('category')}")
    fate = dice.below(1000)
    noticed_on = known_on + timedelta(days=dice.between(35, 240))
    hours = row.get("hours", 0)
    if row["fact"] != "competency" or hours % _TENFOLD or not hours:
        yield known_on, row
    elif fate < _MISTYPED:
        key = f"jam-{person.index}-{row['on']}"
        yield known_on, row | {"hours": hours // _TENFOLD, "key": key}
        if noticed_on <= LAST_DAY:
            yield noticed_on, _corrected(person, row, key, noticed_on)
    elif fate < _MISTYPED + _FALSE:
        key = f"sertifikat-{person.index}-{row['on']}"
        yield known_on, row | {"key": key}
        if noticed_on <= LAST_DAY:
            yield noticed_on, _annulled(person, key, noticed_on)
    else:
        yield known_on, row


def _corrected(person: Person, row: Row, key: str, on: date) -> Row:
    return person.row(
        "correct",
        on,
        target=key,
        replacement={name: value for name, value in row.items() if name != "nip"},
        reason="Jam pelajaran salah ketik: satu nol hilang.",
        document=document("SERTIFIKAT", row["certificate_no"], date.fromisoformat(row["on"])),
    )


def _annulled(person: Person, key: str, on: date) -> Row:
    return person.row(
        "annul",
        on,
        target=key,
        reason="Sertifikat milik pegawai lain dengan nama serupa.",
        document=document("BERITA_ACARA", f"800/DEMO/BA/{person.index}", on),
    )
