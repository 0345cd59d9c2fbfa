"""How somebody entered, rose, moved and left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from api.demo.dice import Dice
from api.demo.person import (
    ADMINISTRATOR,
    CPNS,
    FUNGSIONAL,
    HEAD,
    LAST_DAY,
    PELAKSANA,
    PENGAWAS,
    PNS,
    PPPK,
    Person,
    Row,
    since_founding,
)
from api.demo.places import BRANCH, CLOSED, SUCCESSOR, section_code
from ledger.values import shift_months

_LADDER = (
    "I/a I/b I/c I/d II/a II/b II/c II/d III/a III/b III/c III/d IV/a IV/b IV/c IV/d IV/e"
).split()
_ENTRY = {
    "SLTP": "I/c",
    "SLTA": "II/a",
    "D3": "II/c",
    "D4": "III/a",
    "S1": "III/a",
    "S2": "III/b",
    "S3": "III/c",
}
_CEILING = {
    "SLTP": "II/c",
    "SLTA": "III/b",
    "D3": "III/c",
    "D4": "III/d",
    "S1": "III/d",
    "S2": "IV/a",
    "S3": "IV/b",
}
_LEADS = {HEAD: "IV/c", ADMINISTRATOR: "IV/b", PENGAWAS: "III/d"}
_CONTRACT = {"SLTA": "V", "D3": "VII", "D4": "IX", "S1": "IX", "S2": "X", "S3": "XI", "SLTP": "IV"}
_FIELDS = ("Administrasi Publik", "Manajemen", "Hukum", "Akuntansi", "Informatika", "Pemerintahan")
_SCHOOLS = ("Universitas Contoh Utara", "Institut Rekaan Nusantara", "Politeknik Umpama")
_SKILLED = ("SLTP", "SLTA", "D3")
STEP_MONTHS = 48
HEAD_OF_BRANCH = "Kepala Cabang Dinas"


def registration(person: Person) -> Iterator[Row]:
    """Registered, and the status from entry on."""
    employment = PPPK if person.employment == PPPK else CPNS
    yield person.row("registered", person.entered_on, name=person.name, employment=employment)
    yield person.row("standing", person.entered_on, standing="AKTIF")
    if person.employment == PNS and person.permanent_on <= LAST_DAY:
        yield person.row("employment", person.permanent_on, employment=PNS)
    if person.leaves_on is not None:
        yield person.row("left", person.leaves_on, reason="PENSIUN")


def education(person: Person) -> Iterator[Row]:
    """The diploma of entry, and for some a higher one during service."""
    dice = person.dice("education")
    graduated = min(person.entered_on - timedelta(days=200), person.entered_on.replace(month=1))
    yield _diploma(person, dice, level=person.education, on=graduated, recognised=None)
    higher = {"SLTA": "S1", "D3": "S1", "S1": "S2", "D4": "S2"}.get(person.education)
    if higher and person.employment == PNS and dice.chance(120):
        on = dice.day(date(2019, 3, 1), date(2026, 6, 30))
        if person.serves_on(on) and on > shift_months(person.permanent_on, 36):
            yield _diploma(person, dice, level=higher, on=on, recognised=True)


def _diploma(person: Person, dice: Dice, *, level: str, on: date, recognised: bool | None) -> Row:
    return person.row(
        "qualification",
        on,
        level=level,
        field=dice.pick(_FIELDS),
        institution=dice.pick(_SCHOOLS),
        diploma_no=f"DEMO/{level}/{on.year}/{person.index:05d}",
        recognised=recognised,
    )


def ranks(person: Person) -> Iterator[Row]:
    """Every golongan from entry on; a step takes four years and ends at the ceiling."""
    if person.employment == PPPK:
        yield person.row("golongan", person.entered_on, golongan=_CONTRACT[person.education])
        return
    dice = person.dice("ranks")
    step = _LADDER.index(_ENTRY[person.education])
    last = max(
        _LADDER.index(_CEILING[person.education]), _LADDER.index(_LEADS.get(person.role, "I/a"))
    )
    on = person.entered_on
    while person.serves_on(on) and on <= LAST_DAY:
        # What lies far back stands in one row: the profile export knows only the latest.
        if shift_months(on, STEP_MONTHS) > date(2017, 1, 1) or step == last:
            yield person.row("golongan", on, golongan=_LADDER[step])
        if step == last:
            return
        step += 1
        on = shift_months(on, STEP_MONTHS + 6 * dice.below(3)).replace(day=1)


def golongan_after(years: int, level: str) -> str:
    """The golongan somebody of this education has after so many years, for titles of posts."""
    first, last = _LADDER.index(_ENTRY[level]), _LADDER.index(_CEILING[level])
    return _LADDER[min(first + years // 4, last)]


def functional_level(person: Person, on: date) -> str:
    """Jenjang of a functional post by education and golongan on a day."""
    rank = golongan_after(on.year - person.entered_on.year, person.education)
    if person.education in _SKILLED:
        return "TERAMPIL" if rank < "III" else "MAHIR" if rank <= "III/b" else "PENYELIA"
    if rank in {"III/a", "III/b"}:
        return "AHLI_PERTAMA"
    return "AHLI_MUDA" if rank in {"III/c", "III/d"} else "AHLI_MADYA"


def _first_post(person: Person, on: date, unit: str) -> Row:
    """What somebody begins with: a clerk, or a functional post if that is his trade."""
    if person.role == FUNGSIONAL:
        return functional_post(person, on, unit)
    title = person.trade if person.role == PELAKSANA else "Pengadministrasi Umum"
    return person.row("position", on, kind="PELAKSANA", title=title, unit=unit)


def functional_post(person: Person, on: date, unit: str, trade: str | None = None) -> Row:
    """A functional post of the level that fits the day."""
    level = functional_level(person, on)
    title = f"{trade or person.trade} {level.replace('_', ' ').title()}"
    return person.row(
        "position", on, kind="FUNGSIONAL", functional_level=level, title=title, unit=unit
    )


def leading_post(person: Person, on: date, unit: str) -> Row:
    """A structural post. Its row states no kind, as in SIASN's profile, which says "struktural"."""
    section = person.section or ""
    bureau = "Sekretaris Dinas" if section == "SEKR" else "Kepala Bidang"
    title = {
        HEAD: person.place.head,
        ADMINISTRATOR: HEAD_OF_BRANCH if section.startswith(BRANCH) else bureau,
        PENGAWAS: "Kepala Subbagian Umum dan Kepegawaian",
    }[person.role]
    return person.row("position", on, title=title, unit=unit)


def posts(person: Person) -> Iterator[Row]:
    """Posts held: the first one, a leading one for some, a move for a few, acting for heads."""
    dice = person.dice("posts")
    home = _unit_at_first(person)
    first_on = since_founding(person.entered_on)
    yield _first_post(person, first_on, home)
    if person.role in {HEAD, ADMINISTRATOR, PENGAWAS}:
        on = dice.day(date(2016, 1, 4), date(2021, 12, 20))
        yield leading_post(person, on, home)
        if person.role == HEAD and dice.chance(150):
            yield _acting(person, dice)
        if person.role == PENGAWAS and dice.chance(550):
            # Penyetaraan jabatan: on one day many supervisors became functional officials.
            yield functional_post(person, date(2021, 12, 31), home, trade="Analis Kebijakan")
    elif person.role == FUNGSIONAL:
        risen = first_on
        for year in range(2018, LAST_DAY.year + 1):
            on = date(year, 4, 1)
            if on > risen and functional_level(person, on) != functional_level(person, risen):
                yield functional_post(person, on, home)
                risen = on
    elif dice.chance(80):
        on = dice.day(date(2020, 2, 1), date(2025, 10, 1))
        yield person.row(
            "position", on, kind="PELAKSANA", title=person.trade, unit=person.place.code
        )
    if person.place.code == CLOSED.code and dice.chance(700):
        yield person.row(
            "position", date(2022, 2, 1), kind="PELAKSANA", title=person.trade, unit=SUCCESSOR
        )


def _unit_at_first(person: Person) -> str:
    place = person.place
    return section_code(place, person.section) if person.section else place.code


def _acting(person: Person, dice: Dice) -> Row:
    """A head acts for a while as head of a biro too; shown, never scored."""
    on = dice.day(date(2022, 3, 1), date(2025, 3, 1))
    return person.row(
        "position",
        on,
        assignment="PLT",
        kind="JPT_PRATAMA",
        eselon="II.b",
        title="Plt. Kepala Biro Organisasi",
        unit="SETDA-ORG",
        until=shift_months(on, 6).isoformat(),
    )


def standings(person: Person) -> Iterator[Row]:
    """A few study full time, fewer take unpaid leave; both end."""
    dice = person.dice("standings")
    if person.employment != PNS or person.role == HEAD or not dice.chance(25):
        return
    on = date(dice.between(2019, 2024), 9, 1)
    if person.permanent_on < on and person.serves_on(shift_months(on, 24)):
        standing = "TUGAS_BELAJAR" if dice.chance(750) else "CLTN"
        until = shift_months(on, 24).isoformat()
        yield person.row("standing", on, standing=standing, until=until)
