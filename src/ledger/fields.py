"""What a field of an event may hold, how it is read from a file, stored and loaded again.

A field is declared once, as the annotation of a frozen event class. From it follow: how a facts
file's value is read (`read`: foreign value -> canonical JSON-ready value), how a stored value
becomes a typed one (`load`) and back (`dump`), and whether it is sealed. Reference values (persons,
units, targets) are read as given and resolved to ids when the fact is recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from string import hexdigits
from typing import Annotated, Any
from uuid import UUID

from ledger import values
from ledger.canonical import clean_text, decimal_text
from ledger.errors import BadValue

IDENTITY = "identity"
RESTRICTED = "restricted"
MAX_TEXT = 4_000
MAX_OPEN_TEXT = 200
_NUMBERS_KEPT = 4_096
_NUMBER_KEPT = 12  # characters

# Older or foreign words that mean a member of a closed list (FACTS: appraisal predicate).
ALIASES: dict[str, dict[str, str]] = {
    "PerformancePredicate": {"CUKUP": "BUTUH_PERBAIKAN", "BURUK": "SANGAT_KURANG"},
    "OrganisationPredicate": {"CUKUP": "BUTUH_PERBAIKAN"},
}


@dataclass(frozen=True, slots=True)
class FieldType:
    """How values of one kind are read, stored and loaded.

    Attributes:
        name: for docs and templates: "text", "day", "number", "count", "flag", "code", …
        read: value of a facts file -> JSON-ready canonical value; raises BadValue.
        load: stored value -> typed value.
        dump: typed value -> stored value.
        sealed: None for an open field, else its key class.
        choices: members of a closed list.
        reference: "person", "unit" or "target" when the value names something to be resolved.
        inner: of an object, what each of its values is.
    """

    name: str
    read: Callable[[object], Any]
    load: Callable[[Any], Any]
    dump: Callable[[Any], Any]
    sealed: str | None = None
    choices: tuple[str, ...] = ()
    reference: str | None = None
    inner: FieldType | None = None


def _same(value: Any) -> Any:
    return value


def _bad(message: str, next_step: str, code: str) -> BadValue:
    return BadValue(message, next_step=next_step, code=code)


def _text(raw: object, *, limit: int) -> str:
    if not isinstance(raw, str):
        raise _bad("This must be text.", "Write it in quotes.", "NOT_TEXT")
    text = raw.strip()
    if 0 < len(text) <= limit and text.isascii() and text.isprintable():
        return text  # what clean_text would give: nearly all text of a file
    try:
        text = clean_text(raw)
    except BadValue as fault:
        raise _bad(fault.message, fault.next_step, "TEXT_UNREADABLE") from None
    if not text:
        raise _bad("The text is empty.", "Leave the field out or fill it.", "EMPTY")
    if len(text) > limit:
        raise _bad(f"The text is longer than {limit} characters.", "Shorten it.", "TOO_LONG")
    return text


def read_sealed_text(raw: object) -> str:
    """Free text, which is always sealed."""
    return _text(raw, limit=MAX_TEXT)


def read_sender_text(raw: object) -> str:
    """A sender's own id of a row: kept as a keyed hash only, so it may hold a person's number."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    return _text(raw, limit=MAX_OPEN_TEXT)


def read_open_text(raw: object) -> str:
    """Short open text: an id or a number of a document, never a person's number."""
    text = read_sender_text(raw)
    if values.holds_identity_number(text):
        raise _bad(
            "An open field holds 16 to 18 digits, as a NIP or NIK has.",
            "Name the person in the field nip only.",
            "DIGITS_IN_OPEN_FIELD",
        )
    return text


def read_code_word(raw: object) -> str:
    """A word in UPPER_SNAKE that is data and not a closed list, as a kind of award or unit."""
    text = read_open_text(raw)
    word = "_".join(text.upper().replace("-", " ").split())
    if not word.replace("_", "").isalnum() or not word.isascii():
        raise _bad("This is not a code word.", "Use A-Z, 0-9 and _.", "NOT_A_CODE")
    return word


def _read_day(raw: object) -> str:
    return values.day(raw).isoformat()


def _read_flag(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    raise _bad("This must be true or false.", "Write true or false.", "NOT_A_FLAG")


def _read_period(raw: object) -> str:
    values.period(raw)
    return str(raw).strip()


def _read_month(raw: object) -> str:
    text = _read_period(raw)
    if not text[5:].isdecimal() or len(text) != len("2023-06"):
        raise _bad("This is not a month.", "Write it as 2023-06.", "NOT_A_PERIOD")
    return text


def _read_sha256(raw: object) -> str:
    text = _text(raw, limit=MAX_OPEN_TEXT).lower()
    if len(text) != len(sha256().hexdigest()) or set(text) - set(hexdigits):
        raise _bad("This is no SHA-256 digest.", "Write its 64 hexadecimal digits.", "NOT_A_DIGEST")
    return text


def _read_reference(raw: object) -> str:
    return str(read_open_text(raw))


def _read_person(raw: object) -> str:
    try:
        return values.nip(raw).text
    except BadValue:
        if isinstance(raw, str):
            try:
                return UUID(raw).hex
            except ValueError:
                pass
        raise


def code(enum: type[StrEnum]) -> FieldType:
    """A member of a closed list; older words are understood, anything else is refused with the
    list.
    """
    members = {member.value: member.value for member in enum}
    members |= ALIASES.get(enum.__name__, {})
    choices = tuple(member.value for member in enum)

    def read(raw: object) -> str:
        if isinstance(raw, str):
            if raw in members:
                return members[raw]
            word = "_".join(raw.strip().upper().replace("-", " ").split())
            if word in members:
                return members[word]
        raise _bad(
            "This is not in the list.",
            "Use one of: " + ", ".join(choices) + ".",
            "VALUE_NOT_LISTED",
        )

    return FieldType("code", read, enum, str, choices=choices)


def amount(low: str | None = None, high: str | None = None, name: str = "number") -> FieldType:
    """An exact decimal within bounds, both inside."""
    least = None if low is None else Decimal(low)
    most = None if high is None else Decimal(high)

    def read(raw: object) -> str:
        value = values.number(raw)
        _bounded(value, least, most)
        if len(value.as_tuple().digits) > 28:
            raise _bad("The number has too many digits.", "Give at most 28.", "OUT_OF_RANGE")
        return decimal_text(value)

    known = lru_cache(maxsize=_NUMBERS_KEPT)(read)

    def read_again(raw: object) -> str:
        """Hours and scores are few numbers written often; text of any length is not kept."""
        kind = type(raw)
        short = kind is int or (kind is str and len(str(raw)) <= _NUMBER_KEPT)
        return known(raw) if short else read(raw)

    return FieldType(name, read_again, Decimal, decimal_text)


def count(low: int, high: int) -> FieldType:
    """A whole number within bounds, both inside."""

    def read(raw: object) -> int:
        value = values.number(raw)
        if value != value.to_integral_value():
            raise _bad("This must be a whole number.", "Leave out the fraction.", "NOT_WHOLE")
        _bounded(value, Decimal(low), Decimal(high))
        return int(value)

    return FieldType("count", read, int, _same)


def _bounded(value: Decimal, least: Decimal | None, most: Decimal | None) -> None:
    if least is not None and value < least:
        raise _bad(f"The number is below {least}.", "Check the number.", "OUT_OF_RANGE")
    if most is not None and value > most:
        raise _bad(f"The number is above {most}.", "Check the number.", "OUT_OF_RANGE")


def coded_map(keys: Callable[[object], str], inner: FieldType, limit: int = 200) -> FieldType:
    """An object whose keys are code words and whose values are of one kind."""

    def read(raw: object) -> dict[str, Any]:
        if not isinstance(raw, dict) or not raw or len(raw) > limit:
            raise _bad("This must be an object.", 'Write {"KEY": value}.', "NOT_AN_OBJECT")
        return {keys(key): inner.read(value) for key, value in raw.items()}

    def load(raw: dict[str, Any]) -> dict[str, Any]:
        return {key: inner.load(value) for key, value in raw.items()}

    def dump(value: dict[str, Any]) -> dict[str, Any]:
        return {key: inner.dump(part) for key, part in value.items()}

    return FieldType("map", read, load, dump, choices=inner.choices, inner=inner)


def record(**parts: FieldType) -> FieldType:
    """An object with fixed fields, all of them required."""

    def read(raw: object) -> dict[str, Any]:
        if not isinstance(raw, dict) or set(raw) != set(parts):
            raise _bad(
                "This must be an object with fixed fields.",
                "Give exactly: " + ", ".join(parts) + ".",
                "NOT_AN_OBJECT",
            )
        return {key: inner.read(raw[key]) for key, inner in parts.items()}

    def load(raw: dict[str, Any]) -> dict[str, Any]:
        return {key: inner.load(raw[key]) for key, inner in parts.items()}

    def dump(value: dict[str, Any]) -> dict[str, Any]:
        return {key: inner.dump(value[key]) for key, inner in parts.items()}

    return FieldType("record", read, load, dump)


def many(inner: FieldType, limit: int = 100) -> FieldType:
    """A list of values of one kind."""

    def read(raw: object) -> list[Any]:
        if not isinstance(raw, list) or len(raw) > limit:
            raise _bad("This must be a list.", "Write [value, …].", "NOT_A_LIST")
        return [inner.read(part) for part in raw]

    def load(raw: list[Any]) -> tuple[Any, ...]:
        return tuple(inner.load(part) for part in raw)

    def dump(value: tuple[Any, ...]) -> list[Any]:
        return [inner.dump(part) for part in value]

    return FieldType("list", read, load, dump, inner.sealed, inner.choices, inner.reference)


def _iso(value: date) -> str:
    return value.isoformat()


def _hex(value: UUID) -> str:
    return value.hex


TEXT = FieldType("text", read_sealed_text, _same, _same, sealed=IDENTITY)
SECRET = FieldType("text", read_sealed_text, _same, _same, sealed=RESTRICTED)
IDENT = FieldType("ident", read_open_text, _same, _same)
SENDERS = FieldType("key", read_sender_text, _same, _same)
SHA256 = FieldType("sha256", _read_sha256, _same, _same)
WORD = FieldType("word", read_code_word, _same, _same)
DAY = FieldType("day", _read_day, date.fromisoformat, _iso)
SEALED_DAY = FieldType("day", _read_day, date.fromisoformat, _iso, sealed=IDENTITY)
FLAG = FieldType("flag", _read_flag, _same, _same)
PERIOD = FieldType("period", _read_period, _same, _same)
MONTH = FieldType("month", _read_month, _same, _same)
PERSON = FieldType("person", _read_person, UUID, _hex, reference="person")
UNIT = FieldType("unit", _read_reference, UUID, _hex, reference="unit")
TARGET = FieldType("target", read_sender_text, int, _same, reference="target")
SEALED_NIP = FieldType("nip", _read_person, _same, _same, sealed=IDENTITY)
HOURS = amount("0", "100000", "hours")
SCORE = amount("0", "100", "score")
ROW = FieldType("row", _same, _same, _same, sealed=RESTRICTED)
NUMBER = amount()
NOT_NEGATIVE = amount("0")

_ROMAN = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII".split()
_RANKS = {f"{roman}/{letter}" for roman in _ROMAN[:3] for letter in "abcd"}
_RANKS |= {f"IV/{letter}" for letter in "abcde"} | set(_ROMAN)


def golongan(raw: object) -> str:
    """Golongan ruang I/a..IV/e of PNS, or I..XVII of PPPK; III.d and iii/D are understood.

    Raises:
        BadValue: code VALUE_NOT_LISTED.
    """
    if isinstance(raw, str):
        head, _, letter = raw.strip().replace(".", "/").replace(" ", "").partition("/")
        text = f"{head.upper()}/{letter.lower()}" if letter else head.upper()
        if text in _RANKS:
            return text
    raise _bad(
        "This is no golongan.", "Use I/a to IV/e, or I to XVII for PPPK.", "VALUE_NOT_LISTED"
    )


RANK = FieldType("golongan", golongan, _same, _same)

SealedText = Annotated[str, TEXT]
RestrictedText = Annotated[str, SECRET]
Ident = Annotated[str, IDENT]
Word = Annotated[str, WORD]
Day = Annotated[date, DAY]
SealedDay = Annotated[date, SEALED_DAY]
Flag = Annotated[bool, FLAG]
PeriodText = Annotated[str, PERIOD]
MonthText = Annotated[str, MONTH]
PersonId = Annotated[UUID, PERSON]
UnitId = Annotated[UUID, UNIT]
Target = Annotated[int, TARGET]
Hours = Annotated[Decimal, HOURS]
Score = Annotated[Decimal, SCORE]
Number = Annotated[Decimal, NUMBER]
NotNegative = Annotated[Decimal, NOT_NEGATIVE]
Golongan = Annotated[str, RANK]
