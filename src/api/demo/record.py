"""What somebody learned and was appraised for, year by year, and what he was honoured for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from api.demo.dice import Dice
from api.demo.person import (
    ADMINISTRATOR,
    FUNGSIONAL,
    HEAD,
    LAST_DAY,
    PENGAWAS,
    PNS,
    STRUCTURAL,
    Person,
    Row,
    years_served,
)
from ledger.values import shift_months

FIRST_YEAR = 2018
RATED_SINCE = 2022  # PermenPANRB 6/2022; the year before has two halves
# Of a thousand people, how many take a technical training in a year: data entry got better.
_TRAINING = {2018: 430, 2019: 480, 2020: 520, 2021: 600, 2022: 690, 2023: 790, 2024: 830, 2025: 860}
_TRAINING_LAST = 950
PLANNED = 2026
# Of a thousand: who made no SKP, and whose waits for agreement.
_UNPLANNED, _WAITING = 25, 35
_SEMINAR_SHARE = 620
_HOURS = ((6, 8), (8, 16), (26, 20), (20, 24), (20, 32), (14, 40), (6, 60))
_TOPICS = (
    "Pengelolaan Arsip Dinamis",
    "Pengadaan Barang dan Jasa",
    "Penyusunan Laporan Kinerja",
    "Pelayanan Prima",
    "Keamanan Informasi",
    "Pengelolaan Keuangan Daerah",
    "Analisis Jabatan",
    "Manajemen Risiko",
)
_EVENTS = ("Seminar Nasional ASN", "Webinar Core Values", "Bimbingan Teknis SKP", "Workshop Data")
_ORGANISERS = ("BPSDM Contoh", "Lembaga Pelatihan Rekaan", "Pusat Belajar Umpama")
_LEADERSHIP = {
    HEAD: ("PKN_II", "Pelatihan Kepemimpinan Nasional Tingkat II"),
    ADMINISTRATOR: ("PKA", "Pelatihan Kepemimpinan Administrator"),
    PENGAWAS: ("PKP", "Pelatihan Kepemimpinan Pengawas"),
}
_PREDICATES = (
    (70, "SANGAT_BAIK"),
    (830, "BAIK"),
    (70, "BUTUH_PERBAIKAN"),
    (22, "KURANG"),
    (8, "SANGAT_KURANG"),
)
_BANDS_PP46 = {
    "SANGAT_BAIK": (9110, 9780),
    "BAIK": (7620, 9000),
    "BUTUH_PERBAIKAN": (6150, 7490),
    "KURANG": (5110, 6000),
    "SANGAT_KURANG": (4000, 4990),
}
_BANDS_PP30 = {
    "SANGAT_BAIK": (11010, 11900),
    "BAIK": (9010, 10900),
    "BUTUH_PERBAIKAN": (7010, 8900),
    "KURANG": (5110, 6900),
    "SANGAT_KURANG": (4000, 4990),
}
# Result and behaviour that lead to each predicate (PermenPANRB 6/2022).
_RATINGS = {
    "SANGAT_BAIK": (("DI_ATAS", "DI_ATAS"),),
    "BAIK": (("SESUAI", "SESUAI"), ("DI_ATAS", "SESUAI"), ("SESUAI", "DI_ATAS")),
    "BUTUH_PERBAIKAN": (("DI_BAWAH", "SESUAI"), ("DI_BAWAH", "DI_ATAS")),
    "KURANG": (("SESUAI", "DI_BAWAH"), ("DI_ATAS", "DI_BAWAH")),
    "SANGAT_KURANG": (("DI_BAWAH", "DI_BAWAH"),),
}


def leading_courses(person: Person) -> Iterator[Row]:
    """Leadership training of the structural, functional training of the functional."""
    dice = person.dice("courses")
    on = dice.day(date(2015, 2, 1), date(2024, 11, 20))
    if person.role in STRUCTURAL and dice.chance(680):
        level, title = _LEADERSHIP[person.role]
        yield _course(person, dice, category="KEPEMIMPINAN", on=on, title=title, level=level)
    elif person.role == FUNGSIONAL and on > person.entered_on and dice.chance(620):
        title = f"Pelatihan Fungsional {person.trade}"
        yield _course(person, dice, category="FUNGSIONAL", on=on, title=title)


def trainings(person: Person) -> Iterator[Row]:
    """Technical training and seminars, from the diligent more than from the others."""
    dice = person.dice("trainings")
    for year in years_served(person, FIRST_YEAR):
        share = _TRAINING.get(year, _TRAINING_LAST) + 3 * person.diligence - 150
        for category, per_mille, titles in (
            ("TEKNIS", share, _TOPICS),
            ("SEMINAR", share * _SEMINAR_SHARE // 1000, _EVENTS),
        ):
            on = _day_of_year(dice, year)
            hours = dice.weigh(_HOURS) if category == "TEKNIS" else dice.pick((4, 6, 8))
            title = f"{dice.pick(titles)} {year}"
            unknown = dice.chance(15)
            if dice.chance(per_mille) and person.serves_on(on):
                known_hours = None if unknown else hours
                yield _course(
                    person, dice, category=category, on=on, title=title, hours=known_hours
                )


def _day_of_year(dice: Dice, year: int) -> date:
    last = min(date(year, 12, 15), LAST_DAY)
    return dice.day(date(year, 1, 20), last)


def _course(
    person: Person,
    dice: Dice,
    *,
    category: str,
    on: date,
    title: str,
    hours: int | None = None,
    level: str | None = None,
) -> Row:
    return person.row(
        "competency",
        on,
        category=category,
        level=level,
        hours=hours,
        to=on.isoformat(),
        title=title,
        organiser=dice.pick(_ORGANISERS),
        certificate_no=f"DEMO/{category[:3]}/{on:%Y%m%d}/{person.index:05d}",
    )


def appraisals(person: Person) -> Iterator[Row]:
    """One appraisal a year; 2021 in two halves; scores at first, ratings since 2022."""
    dice = person.dice("appraisals")
    for year in years_served(person, FIRST_YEAR):
        if date(year, 12, 31) > LAST_DAY or person.entered_on.year == year:
            continue
        predicate = _predicate(person, dice)
        fate = dice.below(1000)
        if fate < 25:
            continue  # never sent: missing is not zero
        if year < RATED_SINCE:
            yield from _scored(person, dice, year, predicate)
        elif fate < 32:
            yield _appraisal(person, f"{year}", date(year, 12, 31), state="TIDAK_MEMBUAT_SKP")
        else:
            result, behaviour = dice.pick(_RATINGS[predicate])
            ratings = {"work_result": result, "work_behaviour": behaviour}
            yield _appraisal(person, f"{year}", date(year, 12, 31), **ratings)


def plans(person: Person) -> Iterator[Row]:
    """The SKP of the year that runs: most are agreed, some wait, a few were never made."""
    dice = person.dice("plans")
    fate = dice.below(1000)
    first = date(PLANNED, 1, 1)
    if fate < _UNPLANNED or not person.serves_on(first):
        return
    yield person.row(
        "plan",
        first,
        **{"from": first.isoformat(), "to": date(PLANNED, 12, 31).isoformat()},
        state="DIAJUKAN" if fate < _UNPLANNED + _WAITING else "DISETUJUI",
        results=[{"text": f"{dice.pick(_TOPICS)} terlaksana"}, {"text": "Laporan tepat waktu"}],
    )


def steady_appraisals(person: Person, predicate: str) -> Iterator[Row]:
    """The same predicate every year, none missing; for people whose story is another."""
    dice = person.dice("steady")
    for year in years_served(person, FIRST_YEAR):
        on = date(year, 12, 31)
        if year < RATED_SINCE:
            yield from _scored(person, dice, year, predicate)
        elif on <= LAST_DAY:
            yield _appraisal(person, f"{year}", on, predicate=predicate)


def _scored(person: Person, dice: Dice, year: int, predicate: str) -> Iterator[Row]:
    """Appraisals of a year before ratings: a score, or for 2021 one under each regime."""
    on = date(year, 12, 31)
    score = _score(dice, _BANDS_PP46[predicate])
    if year == RATED_SINCE - 1:
        yield _appraisal(person, f"{year}-H1", date(year, 6, 30), score=score)
        score = _score(dice, _BANDS_PP30[predicate])
        yield _appraisal(person, f"{year}-H2", on, score=score)
    else:
        yield _appraisal(person, f"{year}", on, score=score)


def _predicate(person: Person, dice: Dice) -> str:
    drawn = dice.weigh(_PREDICATES)
    if drawn in {"KURANG", "SANGAT_KURANG"} and person.diligence > 40:
        return "BAIK"
    return drawn


def _score(dice: Dice, band: tuple[int, int]) -> str:
    hundredths = dice.between(*band)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _appraisal(person: Person, period: str, on: date, **fields: str) -> Row:
    return person.row("appraisal", on, period=period, **fields)


def honours(person: Person) -> Iterator[Row]:
    """Satyalancana after 10, 20 and 30 years, and the few other awards and innovations."""
    dice = person.dice("honours")
    if person.employment != PNS:
        return
    for years, kind in ((10, "X"), (20, "XX"), (30, "XXX")):
        due = shift_months(person.entered_on, 12 * years)
        on = date(due.year + 1, 8, 17)
        if date(2014, 1, 1) < on <= LAST_DAY and person.serves_on(on) and dice.chance(450):
            yield person.row(
                "award",
                on,
                kind=f"SATYALANCANA_{kind}",
                giver="Presiden Republik Indonesia",
                document=document("KEPPRES", f"DEMO/{kind}/{on.year}/{person.index:05d}", on),
            )
    if person.diligence > 85 and dice.chance(200):
        on = dice.day(date(2020, 3, 1), date(2026, 9, 30))
        if person.serves_on(on):
            yield person.row(
                "innovation",
                on,
                title=f"Layanan {dice.pick(_TOPICS)}",
                scope=dice.pick(("UNIT", "INSTANSI", "PROVINSI")),
                stage=dice.pick(("INISIATIF", "UJI_COBA", "PENERAPAN")),
                role=dice.pick(("KETUA", "ANGGOTA")),
            )


def document(kind: str, number: str, on: date) -> Row:
    """A document as a facts file names it."""
    return {"kind": kind, "number": number, "date": on.isoformat()}
