"""Laws of reading single cells: days, numbers, words and the numbers of persons."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.intake import cells, dates, numbers, person_number, titles, words
from api.intake.cells import Typed, Unreadable
from ledger.canonical import decimal_text
from ledger.vocabulary import EducationLevel

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
LATER_DAYS = st.dates(date(1955, 1, 1), date(2200, 12, 31))
MONTH_NAMES = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]


def spellings(day: date) -> list[str]:
    name = MONTH_NAMES[day.month - 1]
    return [
        day.isoformat(),
        f"{day.year:04d}/{day.month}/{day.day}",
        f"{day.day:02d}-{day.month:02d}-{day.year:04d}",
        f"{day.day}/{day.month}/{day.year:04d}",
        f"{day.day:02d}.{day.month:02d}.{day.year:04d}",
        f"{day.day} {name} {day.year:04d}",
        f"{day.day} {name.upper()} {day.year:04d}",
        f"{day.day:02d}-{name[:3]}-{day.year:04d}",
        f"Senin, {day.day} {name} {day.year:04d}",
        f"{day.isoformat()} 00:00:00",
        f"{day.isoformat()}T07:30:00",
    ]


@given(DAYS, st.integers(0, 10))
def test_every_spelling_of_a_day_is_that_day(day: date, which: int) -> None:
    """Whatever way a day is written, the same day is read."""
    assert dates.read_day(spellings(day)[which]) == day.isoformat()


@given(LATER_DAYS)
def test_serial_numbers_are_days(day: date) -> None:
    """A day kept as the serial number of a spreadsheet is that day, as a number and as text."""
    serial = str((day - date(1899, 12, 30)).days)
    assert dates.read_day(Typed("n", serial)) == day.isoformat()
    assert dates.read_day(serial) == day.isoformat()
    assert dates.read_day(Typed("n", serial + ".75")) == day.isoformat()


@given(DAYS)
def test_cells_of_days_are_days(day: date) -> None:
    """A cell that the workbook keeps as a day or a moment is that day."""
    assert dates.read_day(Typed("d", day.isoformat())) == day.isoformat()
    assert dates.read_day(Typed("m", f"{day.isoformat()}T10:30:00")) == day.isoformat()


@given(st.text(max_size=30))
def test_no_text_is_a_wrong_day(text: str) -> None:
    """Any text is a day that exists, or is refused; nothing else happens."""
    try:
        found = dates.read_day(text)
    except Unreadable:
        return
    assert date.fromisoformat(found).isoformat() == found


@pytest.mark.parametrize(
    "text",
    ["31-02-1990", "29-02-2023", "12/31/2022", "2022-13-01", "1-1-22", "5 Foo 2022", "besok", "0"],
)
def test_days_that_do_not_exist_are_refused(text: str) -> None:
    """A day that no calendar knows is refused by name."""
    with pytest.raises(Unreadable) as fault:
        dates.read_day(text)
    assert fault.value.code == "NOT_A_DATE"


@pytest.mark.parametrize("text", ["31-12-1899", "01-01-2201"])
def test_days_far_off_are_refused(text: str) -> None:
    """A year beyond any career is a slip of the pen."""
    with pytest.raises(Unreadable) as fault:
        dates.read_day(text)
    assert fault.value.code == "DATE_OUT_OF_RANGE"


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("2004", "2004"),
        (Typed("n", "2004"), "2004"),
        ("2022-06", "2022-06"),
        ("06-2022", "2022-06"),
        ("Juni 2022", "2022-06"),
        ("30 Juni 2022", "2022-06-30"),
        (Typed("d", "2022-06-30"), "2022-06-30"),
    ],
)
def test_a_year_stays_a_year(cell: cells.Cell, found: str) -> None:
    """What says only a year or a month is read as just that."""
    assert dates.read_when(cell) == found


@pytest.mark.parametrize("cell", ["x", True, Typed("t", "10:30:00"), "1899", "2201", "04"])
def test_years_that_are_none_are_refused(cell: cells.Cell) -> None:
    """A year has four digits and lies in living memory."""
    with pytest.raises(Unreadable, match="NOT_A_YEAR"):
        dates.read_year(cell)


@given(st.decimals(-99_999, 99_999, places=2, allow_nan=False, allow_infinity=False))
def test_numbers_read_the_same_with_comma_and_point(value: Decimal) -> None:
    """A decimal comes back exactly, with a comma, with a point and as a number of a workbook."""
    text = format(value, "f")
    assert Decimal(numbers.read_amount(text)) == value
    assert Decimal(numbers.read_amount(text.replace(".", ","))) == value
    assert Decimal(numbers.read_amount(Typed("n", text))) == value
    assert numbers.read_amount(text) == decimal_text(value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10,0", "10"),
        ("40 JP", "40"),
        ("12 jam pelajaran", "12"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234.567", "1234567"),
        (" 7 ", "7"),
        ("0,125", "0.125"),
        (".5", "0.5"),
    ],
)
def test_numbers_as_people_write_them(text: str, found: str) -> None:
    """Thousands, units and spaces are understood."""
    assert numbers.read_amount(text) == found


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1.200", "NUMBER_AMBIGUOUS"),
        ("1,200", "NUMBER_AMBIGUOUS"),
        ("dua", "NOT_A_NUMBER"),
        ("1-2", "NOT_A_NUMBER"),
        ("NaN", "NOT_A_NUMBER"),
        ("1e5", "NOT_A_NUMBER"),
        (True, "NOT_A_NUMBER"),
        (Typed("d", "2022-01-01"), "NOT_A_NUMBER"),
        (Typed("n", "inf"), "NOT_A_NUMBER"),
        (Typed("n", "1e300"), "NOT_A_NUMBER"),
    ],
)
def test_what_is_no_number_is_refused(cell: cells.Cell, code: str) -> None:
    """A number that could be two numbers, or none, is not guessed."""
    with pytest.raises(Unreadable) as fault:
        numbers.read_amount(cell)
    assert fault.value.code == code


def test_counts_are_whole() -> None:
    """Half a month is refused, twelve months are not."""
    assert numbers.read_count("12 bulan") == 12
    with pytest.raises(Unreadable, match="NOT_WHOLE"):
        numbers.read_count("12,5")


NIPS = st.builds(
    lambda born, year, month, sex, serial: f"{born:%Y%m%d}{year}{month}{sex}{serial:03d}",
    st.dates(date(1955, 1, 1), date(2006, 1, 1)),
    st.integers(1980, 2026),
    st.sampled_from([*(f"{n:02d}" for n in range(1, 13)), "21"]),
    st.sampled_from("12"),
    st.integers(1, 999),
)


@given(NIPS, st.sampled_from(["{}", "'{}", "{} ", "\u2019{}", "\u00a0{}", "`{}"]), st.booleans())
def test_a_number_survives_what_exports_do_to_it(number: str, frame: str, spaced: bool) -> None:
    """Apostrophes and the printed spaces of a NIP change nothing."""
    text = f"{number[:8]} {number[8:14]} {number[14]} {number[15:]}" if spaced else number
    assert person_number.read_nip(frame.format(text)) == number


@given(st.text(max_size=24))
def test_no_text_is_a_wrong_number(text: str) -> None:
    """Any text is a NIP of 18 digits, or is refused."""
    try:
        found = person_number.read_nip(text)
    except Unreadable:
        return
    assert len(found) == 18
    assert found.isdigit()


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (Typed("n", "1.99001012015031e+17"), "NIP_IS_NUMBER"),
        (Typed("n", "198209282007121900"), "NIP_IS_NUMBER"),
        ("1,99001E+17", "NIP_IS_NUMBER"),
        ("1.99001012015031e+17", "NIP_IS_NUMBER"),
        ("199001012015031000", "NIP_IS_NUMBER"),
        ("", "NIP_MISSING"),
        (None, "NIP_MISSING"),
        ("-", "NIP_MISSING"),
        ("19900101201503100", "NIP_MALFORMED"),
        ("19900101201503X001", "NIP_MALFORMED"),
        ("199002312015031001", "NIP_MALFORMED"),
        ("199001012015131001", "NIP_MALFORMED"),
        ("199001012015033001", "NIP_MALFORMED"),
    ],
)
def test_numbers_of_nobody_are_refused(cell: cells.Cell, code: str) -> None:
    """Each way in which a NIP is wrong or lost has its code; three zeros at its end are lost."""
    with pytest.raises(Unreadable) as fault:
        person_number.read_nip(cell)
    assert fault.value.code == code


@pytest.mark.parametrize("text", ["", "-", " ", "NULL", "0000-00-00", "\u200b", "N/A", None])
def test_marks_of_nothing_are_blank(text: cells.Cell) -> None:
    """What exports write for nothing is nothing."""
    assert cells.is_blank(text)


@given(st.text(max_size=60))
def test_cleaned_text_is_stable(text: str) -> None:
    """Cleaning twice is cleaning once, and gives one line."""
    once = cells.clean(text)
    assert cells.clean(once) == once
    assert "\n" not in once


def test_long_cells_are_shown_cut() -> None:
    """An error shows enough of a cell to find it, not all of a novel."""
    assert len(cells.shown("x" * 10_000)) == cells.FOUND_MAX
    assert cells.shown(Typed("d", "2022-05-01")) == "01-05-2022"
    assert cells.shown(None) == ""
    assert cells.shown(True) == "YA"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("S-1/Sarjana", "S1"),
        ("S1", "S1"),
        ("Diploma IV", "D4"),
        ("SLTA", "SLTA"),
        ("SLTA Kejuruan", "SLTA_KEJURUAN"),
        ("Diploma III/Sarjana Muda", "D3"),
        ("S-3/Doktor", "S3"),
        ("S-2", "S2"),
        ("Profesi", "PROFESI"),
        ("Spesialis", "SP1"),
        ("SLTP", "SLTP"),
        ("Sekolah Dasar", "SD"),
        ("40", "S1"),
    ],
)
def test_words_of_education(text: str, level: str) -> None:
    """SIASN's words and ids of education are levels."""
    assert words.EDUCATION.read(text) == level


def test_every_level_of_education_has_words() -> None:
    """No level is left out, and no spelling means two levels."""
    members = words.EDUCATION.members
    assert set(members.values()) == {str(level) for level in EducationLevel}
    assert members["d1"] != members["s1"]


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("III/c", "III/c"),
        ("III.d", "III/d"),
        ("IIId", "III/d"),
        ("iv - e", "IV/e"),
        ("3/d", "III/d"),
        ("Penata Tk. I (III/d)", "III/d"),
        ("Pembina Utama, IV/e", "IV/e"),
        ("IX", "IX"),
        ("9", "IX"),
        ("Golongan XI", "XI"),
        ("PPPK VII", "VII"),
    ],
)
def test_spellings_of_golongan(text: str, rank: str) -> None:
    """Ranks of PNS and PPPK are read however they are spelled."""
    assert words.read_golongan(text) == rank


@pytest.mark.parametrize("text", ["V/a", "XVIII", "0", "Penata", "III/a atau III/b", "IV/f"])
def test_ranks_that_do_not_exist_are_refused(text: str) -> None:
    """A rank outside the lists, or two ranks, is not guessed."""
    with pytest.raises(Unreadable, match="VALUE_NOT_LISTED"):
        words.read_golongan(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Teguran lisan", "TEGURAN_LISAN"),
        ("Teguran Tertulis", "TEGURAN_TERTULIS"),
        ("Pernyataan tidak puas secara tertulis", "PERNYATAAN_TIDAK_PUAS"),
        ("Pemotongan tunjangan kinerja 25% selama 6 bulan", "PEMOTONGAN_TUKIN"),
        ("Penundaan KGB selama 1 tahun", "PENUNDAAN_KGB"),
        ("Penundaan kenaikan gaji berkala", "PENUNDAAN_KGB"),
        ("Penundaan kenaikan pangkat 1 tahun", "PENUNDAAN_KENAIKAN_PANGKAT"),
        ("Penurunan pangkat setingkat lebih rendah", "PENURUNAN_PANGKAT"),
        ("Penurunan jabatan setingkat lebih rendah 12 bulan", "PENURUNAN_JABATAN"),
        ("Pemindahan dalam rangka penurunan jabatan", "PENURUNAN_JABATAN"),
        ("Pembebasan dari jabatan menjadi pelaksana", "PEMBEBASAN_JABATAN"),
        ("Pemberhentian dengan hormat tidak atas permintaan sendiri", "PDHTAPS"),
        ("Pemberhentian tidak dengan hormat", "PTDH"),
        ("PENUNDAAN_KGB", "PENUNDAAN_KGB"),
        ("Kerja bakti", "LAINNYA"),
    ],
)
def test_words_of_sanctions(text: str, kind: str) -> None:
    """The words of a decree name its kind; unknown ones are LAINNYA."""
    assert titles.sanction_kind(text) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", "STRUKTURAL"),
        ("Jabatan Struktural", "STRUKTURAL"),
        ("2", "FUNGSIONAL"),
        ("Jabatan Fungsional Tertentu", "FUNGSIONAL"),
        ("4", "PELAKSANA"),
        ("Jabatan Fungsional Umum", "PELAKSANA"),
        ("Administrator", "ADMINISTRATOR"),
        ("JPT Pratama", "JPT_PRATAMA"),
        ("", None),
    ],
)
def test_words_of_posts(text: str, kind: str | None) -> None:
    """Kinds of posts by SIASN's numbers and by name; struktural alone says no kind."""
    assert titles.position_kind(text) == kind


@given(st.integers(0, 60_000))
def test_serial_numbers_never_crash(days: int) -> None:
    """Any number is the day it stands for, or is refused."""
    try:
        found = dates.read_day(Typed("n", str(days)))
    except Unreadable:
        assert days < dates.SERIAL_MIN
        return
    assert date.fromisoformat(found) == date(1899, 12, 30) + timedelta(days=days)
