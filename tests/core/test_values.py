"""Small values: numbers of persons, days, periods, decimals, as foreign files write them."""

from __future__ import annotations

import calendar
import itertools
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import values
from ledger.errors import BadValue
from ledger.vocabulary import Precision, Sex

PNS = "197002032005031004"  # the synthetic examples of docs/regulations.md
WOMAN = "199001152020122003"
PPPK = "199001152021212001"


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A NIP by the rules: birth date, start, sex, serial."""
    born = draw(st.dates(date(1930, 1, 1), date(2008, 12, 31)))
    start = draw(st.one_of(st.integers(1, 12).map(lambda month: f"{month:02d}"), st.just("21")))
    year, serial = draw(st.integers(1950, 2030)), draw(st.integers(1, 999))
    return f"{born:%Y%m%d}{year}{start}{draw(st.sampled_from('12'))}{serial:03d}"


def code_of(fault: BadValue) -> object:
    """The stable code of a row's error."""
    return fault.details["code"]


# ------------------------------------------------------------------------------------------- NIP


def test_a_nip_tells_birth_start_and_sex() -> None:
    """Digits 1-8 are the birth date, 9-14 the start as CPNS, 15 the sex."""
    number = values.nip(PNS)
    assert (number.birth_date, number.start_year, number.start_month) == (
        date(1970, 2, 3),
        2005,
        3,
    )
    assert (number.sex, number.is_pppk) == (Sex.PRIA, False)
    assert values.nip(WOMAN).sex is Sex.WANITA


def test_a_pppk_number_carries_its_mark_instead_of_a_month() -> None:
    """Digits 13 and 14 are 21: the only month beyond 12 that a number may have."""
    number = values.nip(PPPK)
    assert (number.is_pppk, number.start_year, number.start_month) == (True, 2021, None)


@given(numbers(), st.sampled_from(["", " ", "'", "`", "\u2019", "\u00a0"]))
def test_every_number_by_the_rules_is_read(number: str, noise: str) -> None:
    """With the printed groups 8 6 1 3, or an apostrophe before it, it is the same number."""
    grouped = noise.join((number[:8], number[8:14], number[14], number[15:]))
    assert values.nip(number).text == number
    assert values.nip(noise + grouped + " ").text == number
    assert values.nip(number).birth_date.strftime("%Y%m%d") == number[:8]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (PNS[:17], "17 digits"),
        (PNS + "1", "19 digits"),
        ("", "something other than digits"),
        ("bukan nip", "something other than digits"),
        ("19900231" + PNS[8:], "not a date that exists"),
        (PNS[:12] + "13" + PNS[14:], "neither a month nor the PPPK mark"),
        (PNS[:12] + "00" + PNS[14:], "neither a month nor the PPPK mark"),
        (PNS[:14] + "3" + PNS[15:], "Digit 15"),
        (PNS[:15] + "000", "serial number"),
        ("\u0661" * 18, "something other than digits"),
        (None, "not text"),
        ([PNS], "not text"),
    ],
)
def test_a_malformed_nip_is_refused_with_what_is_wrong(raw: object, words: str) -> None:
    """The message says which digits are wrong and never repeats the number."""
    with pytest.raises(BadValue, match=words) as caught:
        values.nip(raw)
    assert code_of(caught.value) == "NIP_MALFORMED"
    assert PNS not in str(caught.value)


@pytest.mark.parametrize("raw", [int(PNS), float(PNS), Decimal(PNS)])
def test_a_nip_kept_as_a_number_is_refused(raw: object) -> None:
    """Its last digits are gone in any program that keeps numbers as binary fractions."""
    with pytest.raises(BadValue, match="last digits are gone") as caught:
        values.nip(raw)
    assert code_of(caught.value) == "NIP_IS_NUMBER"


@given(st.text("0123456789abc", max_size=30))
def test_whatever_is_read_as_a_nip_keeps_the_rules(text: str) -> None:
    """No text slips through with a date that does not exist or a wrong length."""
    try:
        number = values.nip(text)
    except BadValue:
        return
    assert len(number.text) == 18
    assert date.fromisoformat(number.birth_date.isoformat()) == number.birth_date
    assert number.is_pppk or 1 <= (number.start_month or 0) <= 12


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (PNS, True),
        ("no. " + PNS + ".", True),
        ("3201234567890123", True),
        ("123456789012345", False),
        ("800/123/2022", False),
        ("1" * 30, True),
    ],
)
def test_runs_of_identity_digits_are_seen(text: str, *, held: bool) -> None:
    """16 to 18 digits in a row are a NIK or NIP wherever they stand."""
    assert values.holds_identity_number(text) is held


def test_identity_digits_are_left_out_of_a_name() -> None:
    """Of a sheet that is called after somebody; other names stay as they are."""
    assert values.without_identity_numbers(f"Lembar {PNS}") == "Lembar …"
    assert values.without_identity_numbers("1" * 25) == "…"
    assert values.without_identity_numbers("Sheet 2022-12") == "Sheet 2022-12"


# ------------------------------------------------------------------------------------------ days


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_a_day_reads_the_same_in_every_spelling(on: date) -> None:
    """ISO, day first with dash, stroke or point, and with the Indonesian month."""
    month = values._MONTH_NAMES[on.month - 1]
    spellings = [
        on.isoformat(),
        f"{on.day:02d}-{on.month:02d}-{on.year}",
        f"{on.day}/{on.month}/{on.year}",
        f"{on.day}.{on.month}.{on.year}",
        f"{on.day} {month.capitalize()} {on.year}",
        f" {on.day} {month.upper()} {on.year} ",
    ]
    assert {values.day(text) for text in spellings} == {on}
    assert values.day(on) == on


@pytest.mark.parametrize(
    "raw",
    ["31-02-1990", "2022-13-01", "2022-00-10", "12-2022", "kemarin", "", "31 Maretember 2022", 5],
)
def test_a_day_that_does_not_exist_is_refused(raw: object) -> None:
    """With the code that the sender's workbook shows."""
    with pytest.raises(BadValue, match="not a day that exists") as caught:
        values.day(raw)
    assert code_of(caught.value) == "NOT_A_DATE"


@pytest.mark.parametrize(
    ("raw", "day", "precision"),
    [
        ("2022", "2022-12-31", Precision.YEAR),
        (2022, "2022-12-31", Precision.YEAR),
        ("2020-02", "2020-02-29", Precision.MONTH),
        ("2021-02", "2021-02-28", Precision.MONTH),
        ("2022-06-15", "2022-06-15", None),
        ("15-06-2022", "2022-06-15", None),
    ],
)
def test_a_year_or_month_means_its_last_day(
    raw: object, day: str, precision: Precision | None
) -> None:
    """A year alone is 31 December, a month alone its last day, and how exact it was is kept."""
    assert values.day_with_precision(raw) == (date.fromisoformat(day), precision)


@pytest.mark.parametrize("raw", ["0000", "2022-13", "2022-00", True, 22, None, "2022-6"])
def test_what_is_no_legal_day_is_refused(raw: object) -> None:
    """Neither a year, a month nor a day."""
    with pytest.raises(BadValue) as caught:
        values.day_with_precision(raw)
    assert code_of(caught.value) == "NOT_A_DATE"


# --------------------------------------------------------------------------------------- periods


@pytest.mark.parametrize(
    ("raw", "first", "last"),
    [
        ("2023", "2023-01-01", "2023-12-31"),
        (2023, "2023-01-01", "2023-12-31"),
        ("2023-H1", "2023-01-01", "2023-06-30"),
        ("2023-H2", "2023-07-01", "2023-12-31"),
        ("2023-Q1", "2023-01-01", "2023-03-31"),
        ("2023-Q4", "2023-10-01", "2023-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-W01", "2023-01-02", "2023-01-08"),
        ("2023-W07", "2023-02-13", "2023-02-19"),
        ("2020-W53", "2020-12-28", "2021-01-03"),
        ("2023-06-05", "2023-06-05", "2023-06-05"),
    ],
)
def test_a_period_has_a_first_and_a_last_day(raw: object, first: str, last: str) -> None:
    """Years, halves, quarters, months, ISO weeks and days."""
    assert values.period(raw) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "raw",
    [
        "2023-H3",
        "2023-Q0",
        "2023-Q5",
        "2023-13",
        "2021-W53",
        "2023-02-30",
        "23",
        "",
        None,
        2.5,
        "2023-h1",
        "2023/06",
        "٢٠٢٣",
    ],
)
def test_what_is_no_period_is_refused(raw: object) -> None:
    """Nothing is guessed, and the accepted forms are told."""
    with pytest.raises(BadValue, match="2023-Q1") as caught:
        values.period(raw)
    assert code_of(caught.value) == "NOT_A_PERIOD"


@given(st.integers(1900, 2200))
def test_the_parts_of_a_year_fill_it(year: int) -> None:
    """Halves, quarters and months each follow each other without gap or overlap."""
    for parts in (
        [f"{year}-H{part}" for part in (1, 2)],
        [f"{year}-Q{part}" for part in range(1, 5)],
        [f"{year}-{part:02d}" for part in range(1, 13)],
    ):
        spans = [values.period(part) for part in parts]
        assert (spans[0][0], spans[-1][1]) == values.period(str(year))
        for before, after in itertools.pairwise(spans):
            assert values.next_day(before[1]) == after[0]


# --------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (10, "10"),
        ("10", "10"),
        ("10.50", "10.5"),
        ("10,5", "10.5"),
        (" 7 ", "7"),
        ("+3", "3"),
        ("-5", "-5"),
        (".5", "0.5"),
        (Decimal("1E+2"), "100"),
    ],
)
def test_a_number_is_read_exactly(raw: object, value: str) -> None:
    """A decimal comma is understood; nothing goes through a binary fraction."""
    assert values.number(raw) == Decimal(value)


@pytest.mark.parametrize(
    "raw", ["", "1e3", "1.234,5", "1,2,3", "0x10", "NaN", "sepuluh", True, None, Decimal("NaN")]
)
def test_what_is_no_number_is_refused(raw: object) -> None:
    """Exponents, two separators and words are not guessed at."""
    with pytest.raises(BadValue) as caught:
        values.number(raw)
    assert code_of(caught.value) == "NOT_A_NUMBER"


@given(st.decimals(-(10**9), 10**9, places=6), st.integers(0, 4))
def test_rounding_is_half_away_from_zero(value: Decimal, decimals: int) -> None:
    """As the rules of the law state it, and not to the even neighbour."""
    rounded = values.round_half_up(value, decimals)
    step = Decimal(1).scaleb(-decimals)
    assert rounded == (value / step).to_integral_value(ROUND_HALF_UP) * step
    assert abs(rounded - value) <= step / 2


@pytest.mark.parametrize(
    ("value", "rounded"), [("5.625", "5.63"), ("28.125", "28.13"), ("18.745", "18.75")]
)
def test_halves_go_up(value: str, rounded: str) -> None:
    """The cases of the official slides, in which half-even would differ."""
    assert values.round_half_up(Decimal(value), 2) == Decimal(rounded)


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(-600, 600))
def test_months_are_shifted_and_clamped(on: date, months: int) -> None:
    """The same day some months away, or the last one of a shorter month."""
    shifted = values.shift_months(on, months)
    assert (shifted.year * 12 + shifted.month) - (on.year * 12 + on.month) == months
    assert shifted.day == min(on.day, calendar.monthrange(shifted.year, shifted.month)[1])


def test_the_next_day_is_the_next() -> None:
    """Also over the end of February."""
    assert values.next_day(date(2024, 2, 28)) - timedelta(1) == date(2024, 2, 28)
    assert values.next_day(date(2024, 2, 29)) == date(2024, 3, 1)
