"""Numbers, days, instants, periods and personnel numbers as they are read in Indonesia."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web import formats
from api.web.formats import Lang

WITA = ZoneInfo("Asia/Makassar")


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        ("1234567.5", "1.234.567,5", "1,234,567.5"),
        (Decimal(85), "85", "85"),
        (5000, "5.000", "5,000"),
        ("-27.50", "\u221227,50", "\u221227.50"),
        ("0.05", "0,05", "0.05"),
        (Decimal("1E+3"), "1.000", "1,000"),
        (None, "\u2013", "\u2013"),
    ],
)
def test_a_number_keeps_every_digit(value: object, indonesian: str, english: str) -> None:
    """Point and comma change places; nothing is rounded, and unknown is no number."""
    assert formats.number(value, Lang.ID) == indonesian  # type: ignore[arg-type]
    assert formats.number(value, Lang.EN) == english  # type: ignore[arg-type]


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9
    )
)
def test_a_written_number_reads_back(value: Decimal) -> None:
    """What is written holds the same value."""
    text = formats.number(value, Lang.ID).replace(".", "").replace(",", ".").replace("\u2212", "-")
    assert Decimal(text) == value


def test_a_difference_shows_its_sign() -> None:
    """A rise has a plus, a fall a true minus, none neither."""
    assert [formats.signed(one) for one in ("15", "-2", "0", None)] == [
        "+15",
        "\u22122",
        "0",
        "\u2013",
    ]


def test_days_are_written_out() -> None:
    """The month stands as a word, its parts held together."""
    assert formats.day("2024-06-30") == "30\u00a0Juni\u00a02024"
    assert formats.day(date(2024, 8, 1), Lang.EN) == "1\u00a0August\u00a02024"
    assert formats.day_short("2024-08-01") == "1\u00a0Agu\u00a02024"


def test_instants_are_in_the_agencys_zone() -> None:
    """An instant in UTC is the next day in Tarakan, and says the zone."""
    at = "2026-10-31T16:30:00.001347Z"
    assert formats.instant(at, WITA) == "1\u00a0November\u00a02026 pukul 00.30\u00a0WITA"
    assert formats.instant_short(datetime(2026, 1, 2, tzinfo=UTC), WITA, Lang.EN) == (
        "2\u00a0Jan\u00a02026, 08:00\u00a0WITA"
    )
    assert formats.instant_day(at, WITA) == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2023", "2023"),
        ("2024-H1", "Semester I 2024"),
        ("2024-Q3", "Triwulan III 2024"),
        ("2023-06", "Juni 2023"),
        ("2023-W07", "Minggu ke-7 2023"),
        ("2023-13", "2023-13"),
        ("2023-01-01/2023-03-31", "2023-01-01/2023-03-31"),
        (None, "\u2013"),
    ],
)
def test_periods_are_read_out(value: str | None, words: str) -> None:
    """Halves, quarters, weeks and months have their names; anything else stands as it is."""
    assert formats.period(value) == words


def test_a_number_of_a_person_is_grouped() -> None:
    """Eighteen digits are read as birth, appointment, sex and order; others stand as they are."""
    assert formats.nip("198503122010012990") == "19850312\u00a0201001\u00a02\u00a0990"
    assert formats.nip("123") == "123"
    assert formats.nip(None) == "\u2013"
