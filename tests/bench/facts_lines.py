"""Facts files of any size for benchmarks: invented people, seeded, as a province would send them.

Lines come kind by kind, as exports do, so that the facts of one person lie far apart.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson

SEED = 20_261_122
FIRST_NAMES = [
    "Adi",
    "Budi",
    "Citra",
    "Dewi",
    "Eko",
    "Fitri",
    "Gita",
    "Hadi",
    "Indah",
    "Joko",
    "Kartika",
    "Lukman",
    "Maya",
    "Nanda",
    "Oki",
]
LAST_NAMES = [
    "Saputra",
    "Lestari",
    "Wijaya",
    "Pratama",
    "Utami",
    "Santoso",
    "Hidayat",
    "Rahayu",
    "Nugroho",
    "Halim",
    "Siregar",
]
UNITS = [
    f"Dinas Umpama {number:02d} - Bidang {letter}" for number in range(1, 31) for letter in "ABC"
]
TITLES = [
    "Pengelola Data",
    "Analis Kepegawaian",
    "Arsiparis",
    "Guru",
    "Perawat",
    "Penyusun Program",
]
COURSES = [
    "Pengelolaan Arsip",
    "Pengadaan Barang",
    "Laporan Kinerja",
    "Pelayanan Prima",
    "Keuangan",
]
RANKS = ["III/a", "III/b", "III/c", "III/d", "IV/a", "IV/b"]
LEVELS = ["SLTA", "D3", "S1", "S1", "S2"]
RATINGS = ["DI_ATAS", "SESUAI", "SESUAI", "DI_BAWAH"]
Row = dict[str, Any]


def nip_of(index: int) -> str:
    """The number of a person; valid, and different for each below a million."""
    born = date(1965, 1, 1) + timedelta(days=index * 37 % 11_000)
    start = born.year + 25 + index % 5
    return f"{born:%Y%m%d}{start}{1 + index % 12:02d}{1 + index % 2}{1 + index // 12 % 999:03d}"


class _Draw:
    """One seeded source of chance for a whole file."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)

    def day(self, first: int, last: int) -> date:
        return date(first, 1, 1) + timedelta(days=self.random.randrange(365 * (last - first + 1)))


def rows(facts: int, people: int) -> Iterator[Row]:
    """Exactly so many facts about so many people; everybody has at least his registration."""
    draw = _Draw()
    numbers = list(dict.fromkeys(nip_of(index) for index in range(people * 2)))[:people]
    if len(numbers) < people or facts < 3 * people:
        raise ValueError("too few numbers or facts for so many people")
    kinds = [_registered, _employment, _golongan, _qualification, _position]
    kinds += [_appraisal, _competency, _golongan, _competency, _appraisal, _position, _award]
    kinds += [_competency, _appraisal, _sanction]
    left, turn = facts, 0
    while left > 0:
        kind = kinds[turn] if turn < len(kinds) else _LATER[turn % len(_LATER)]
        for index, number in enumerate(numbers):
            if left > 0 and _has(kind, index, turn):
                yield kind(draw, number, turn)
                left -= 1
        turn += 1


def _has(kind: Any, index: int, turn: int) -> bool:
    """Awards are for every fourth, sanctions for every fiftieth."""
    share = {_award: 4, _sanction: 50}.get(kind, 1)
    return (index + turn) % share == 0


def write_lines(path: Path, facts: int, people: int) -> Path:
    """A facts file of so many lines about so many people."""
    return write_rows(path, rows(facts, people))


def write_rows(path: Path, lines: Iterable[Row]) -> Path:
    """A facts file of these lines."""
    with path.open("wb") as out:
        for row in lines:
            out.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    return path


def _registered(draw: _Draw, number: str, _turn: int) -> Row:
    name = f"{draw.random.choice(FIRST_NAMES)} {draw.random.choice(LAST_NAMES)}"
    on = f"{number[8:12]}-{number[12:14]}-01"
    return {"fact": "registered", "nip": number, "on": on, "name": name, "employment": "CPNS"}


def _employment(draw: _Draw, number: str, _turn: int) -> Row:
    on = f"{int(number[8:12]) + 1}-{number[12:14]}-01"
    return {"fact": "employment", "nip": number, "on": on, "employment": "PNS"}


def _golongan(draw: _Draw, number: str, turn: int) -> Row:
    rank = RANKS[turn // 4 % len(RANKS)]
    on = f"{2010 + turn}-04-01"
    return {"fact": "golongan", "nip": number, "on": on, "golongan": rank}


def _qualification(draw: _Draw, number: str, turn: int) -> Row:
    return {
        "fact": "qualification",
        "nip": number,
        "on": draw.day(1990, 2010).isoformat(),
        "level": draw.random.choice(LEVELS),
        "field": "Administrasi Publik",
        "institution": "Universitas Umpama",
        "diploma_no": f"IJ/{turn}/{draw.random.randrange(10**8):08d}",
    }


def _position(draw: _Draw, number: str, turn: int) -> Row:
    return {
        "fact": "position",
        "nip": number,
        "on": f"{2012 + turn // 2}-{draw.random.randrange(1, 13):02d}-01",
        "kind": "PELAKSANA",
        "title": draw.random.choice(TITLES),
        "unit": draw.random.choice(UNITS),
    }


def _appraisal(draw: _Draw, number: str, turn: int) -> Row:
    year = 2022 - turn // 3
    row: Row = {"fact": "appraisal", "nip": number, "period": str(year)}
    if year >= 2022:
        row["work_result"] = draw.random.choice(RATINGS)
        row["work_behaviour"] = draw.random.choice(RATINGS)
    else:
        row["score"] = f"{draw.random.randrange(7000, 9900) / 100:.2f}"
    return row


def _competency(draw: _Draw, number: str, turn: int) -> Row:
    day = draw.day(2017, 2022).isoformat()
    return {
        "fact": "competency",
        "nip": number,
        "category": "TEKNIS" if turn % 3 else "SEMINAR",
        "hours": draw.random.choice([4, 8, 10, 20, 24, 40]),
        "to": day,
        "title": f"Pelatihan {draw.random.choice(COURSES)} Angkatan {turn}",
        "organiser": "Lembaga Umpama",
        "certificate_no": f"{turn}/SERT/{draw.random.randrange(10**8):08d}",
    }


def _attendance(draw: _Draw, number: str, turn: int) -> Row:
    month = f"{2010 + turn // 12}-{1 + turn % 12:02d}"
    present = draw.random.randrange(15, 22)
    return {"fact": "attendance", "nip": number, "month": month, "working": 21, "present": present}


def _activity(draw: _Draw, number: str, turn: int) -> Row:
    period = f"{2010 + turn // 12}-{1 + turn % 12:02d}"
    done = draw.random.randrange(10, 25)
    return {"fact": "activity", "nip": number, "period": period, "planned": 20, "done": done}


# What comes month after month, once the career is told.
_LATER = (_attendance, _activity, _competency, _attendance)


def _award(draw: _Draw, number: str, turn: int) -> Row:
    return {
        "fact": "award",
        "nip": number,
        "on": f"{2015 + turn % 8}-08-17",
        "kind": "SATYALANCANA_X",
        "document": {"kind": "KEPPRES", "number": f"{turn}/TK/{number[-6:]}", "date": "2015-08-01"},
    }


def _sanction(draw: _Draw, number: str, turn: int) -> Row:
    day = draw.day(2018, 2022).isoformat()
    return {
        "fact": "sanction",
        "nip": number,
        "on": day,
        "level": "RINGAN",
        "kind": "TEGURAN_TERTULIS",
        "decided_on": day,
        "document": {"kind": "SK", "number": f"{turn}/HD/{number[-6:]}", "date": day},
    }


def one_person(facts: int) -> Iterator[Row]:
    """One person with a long record: what a career leaves behind, then trainings without end."""
    draw = _Draw()
    number = nip_of(0)
    yield _registered(draw, number, 0)
    yield _employment(draw, number, 0)
    yield _qualification(draw, number, 0)
    made = 3
    for turn in range(facts):
        for kind, last in ((_competency, facts), (_appraisal, 12), (_position, 10), (_award, 8)):
            if turn < last and made < facts:
                yield kind(draw, number, 3 * turn if kind is _appraisal else turn)
                made += 1
