"""What the rest of the instruments read: checks, assessments, credits, activities, formations.

Handed over at the end of the demo in one file, so that everything before keeps its position. About
one in eight of each is missing, as in any real record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from api.demo.career import functional_level
from api.demo.dice import Dice
from api.demo.discipline import Known
from api.demo.person import FUNGSIONAL, LAST_DAY, PNS, PPPK, Person, Row
from api.demo.places import Place

YEAR = 2025
_END = date(YEAR, 12, 31)
_THERE = 875
_DIMENSIONS = {
    "KELENGKAPAN": ("PENDIDIKAN", "PANGKAT", "JABATAN", "KELUARGA"),
    "KONSISTENSI": ("NAMA", "TANGGAL_LAHIR", "TMT_PANGKAT"),
    "KETEPATAN_WAKTU": ("SKP", "DIKLAT"),
    "AKURASI": ("NIK", "IJAZAH", "UNIT"),
}
_CULTURE = ("INTEGRITAS", "KOMITMEN", "KHASANAH", "LOYALITAS", "AKUNTABILITAS", "MOTIVASI")
# Angka kredit that a year at Baik brings, by jenjang (PermenPANRB 1/2023).
_CREDIT = {
    "TERAMPIL": "5",
    "MAHIR": "12.5",
    "PENYELIA": "25",
    "AHLI_PERTAMA": "12.5",
    "AHLI_MUDA": "25",
    "AHLI_MADYA": "37.5",
}
_COMPONENTS = {
    "UTAMA": ("TUPOKSI", "MANAJEMEN_KEUANGAN", "MANAJEMEN_ASET"),
    "PENUNJANG": ("TRANSPARAN", "AKUNTABEL", "PELAYANAN_PUBLIK", "KONDISI_KANTOR"),
    "SELF_ASSESSMENT": (
        "BUDAYA_KERJA",
        "INTEGRITAS",
        "KOMPETENSI",
        "LOYALITAS",
        "AKUNTABILITAS",
        "SEMANGAT_MOTIVASI",
    ),
}


def of_people(people: Iterable[Person]) -> Iterator[Known]:
    """The further facts of everybody who serves at the end of the year."""
    for person in people:
        if person.serves_on(_END):
            for row in _of_person(person):
                yield LAST_DAY, row


def of_places(places: Iterable[Place]) -> Iterator[Known]:
    """Assessments, a target and a formation of each place."""
    for place in places:
        for row in _of_place(place):
            yield LAST_DAY, row


def _of_person(person: Person) -> Iterator[Row]:
    dice = person.dice("further")
    made = (
        _record_check(person, dice),
        person.row(
            "culture",
            _END,
            period=str(YEAR),
            scores={name: _score(person, dice) for name in _CULTURE},
        ),
        person.row(
            "potential", _END, period=str(YEAR), assessor="ASESOR", score=_score(person, dice)
        ),
        person.row("self_assessment", _END, period=str(YEAR), score=_score(person, dice)),
        _activity(person, dice),
        _attendance(person, dice),
    )
    for row in made:
        if dice.chance(_THERE):
            yield row
    if person.employment == PPPK:
        stretch = {"contract_from": person.entered_on.isoformat()}
        yield person.row("employment", person.entered_on, employment=PPPK, **stretch)
    if person.employment == PNS:
        yield from _of_official(person, dice)


def _score(person: Person, dice: Dice) -> int:
    """Of a hundred; the diligent have more."""
    return dice.between(50, 75) + person.diligence // 4


def _record_check(person: Person, dice: Dice) -> Row:
    elements = {
        name: {"dimension": dimension, "ok": dice.chance(700 + 2 * person.diligence)}
        for dimension, names in _DIMENSIONS.items()
        for name in names
    }
    return person.row("record_check", date(YEAR, 11, 14), elements=elements)


def _activity(person: Person, dice: Dice) -> Row:
    planned = dice.between(6, 20)
    return person.row(
        "activity",
        _END,
        period=f"{YEAR}-Q4",
        planned=planned,
        done=planned - dice.below(3),
        quality=_score(person, dice),
        on_time=dice.chance(850),
        contributes_to="IKU-1" if dice.chance(700) else None,
        verdict="DITERIMA",
    )


def _attendance(person: Person, dice: Dice) -> Row:
    late = dice.below(90)
    return person.row(
        "attendance",
        _END,
        month=f"{YEAR}-12",
        working=21,
        present=21 - dice.below(3),
        late_minutes=late,
    )


def _of_official(person: Person, dice: Dice) -> Iterator[Row]:
    """Periodic pay of a PNS; angka kredit and uji kompetensi of who holds a functional post."""
    if dice.chance(_THERE):
        yield person.row("periodic_pay", date(YEAR, dice.between(1, 12), 1))
    if person.role != FUNGSIONAL:
        return
    for year in range(2023, YEAR + 1):
        first, last = date(year, 1, 1), date(year, 12, 31)
        if person.entered_on < first and dice.chance(_THERE):
            value = _CREDIT[functional_level(person, last)]
            stretch = {"from": first.isoformat(), "to": last.isoformat()}
            yield person.row("credit", last, kind="KONVERSI", value=value, **stretch)
    if person.entered_on < date(2022, 1, 1):
        last = date(2022, 12, 31)
        stretch = {"from": person.entered_on.isoformat(), "to": last.isoformat()}
        value = str(dice.between(30, 180))
        yield person.row("credit", last, kind="INTEGRASI", value=value, **stretch)
    if dice.chance(150):
        on = _END - timedelta(days=dice.between(20, 200))
        level = functional_level(person, _END)
        yield person.row("competency_test", on, level=level, passed=dice.chance(800))


def _of_place(place: Place) -> Iterator[Row]:
    dice = Dice(f"asn-demo/1:{place.code}:further")
    about: Row = {"unit": place.code, "on": _END.isoformat(), "period": str(YEAR)}
    for aspect, components in _COMPONENTS.items():
        for component in components:
            own = aspect == "SELF_ASSESSMENT"
            row = about | {
                "fact": "assessment",
                "aspect": aspect,
                "component": component,
                "score": dice.between(62, 98),
                "assessor": "SELF" if own else "BIRO_ORGANISASI",
                "stage": "DITETAPKAN",
            }
            if dice.chance(990):
                yield row
    target = dice.between(80, 100)
    yield about | {
        "fact": "target",
        "indicator": "IKU-1",
        "target": target,
        "realised": target - dice.below(25),
    }
    yield {
        "fact": "formation",
        "unit": place.code,
        "on": f"{YEAR}-01-02",
        "position": "Analis Kebijakan Ahli Muda",
        "kind": "FUNGSIONAL",
        "vacancies": dice.below(4),
    }
