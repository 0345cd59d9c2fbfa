"""What the access log says of one reading of people's records, and the chain that holds it. Pure.

    entry = ["asn-ledger/1 access", number, at, salt, reader, purpose, kind, subject or null,
             question]
    link  = SHA-256(link of the entry before || entry)

Numbers are gap-free from 1; `at` is an instant in UTC with six digits of a second; salt, subject (a
stream) are hexadecimal; `question` is a JSON string that holds canonical text. The link before the
first entry is SHA-256 of `["asn-ledger/1 access", origin]`, so that no log can take the place of
another ledger's. The salt keeps who knows two links from guessing the entry between them.

The head of the log, `number:link`, is committed with each checkpoint (`ledger.heads/1`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from ledger.canonical import canonical_bytes, instant_text
from ledger.errors import invariant
from ledger.vocabulary_agency import ReadingPurpose

FORMAT = "asn-ledger/1 access"
PEOPLE_MAX = 500  # ids in one entry; a longer list is several entries
QUARTER = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LookKind(StrEnum):
    """Whom a reading was about."""

    PERSON = "PERSON"  # one: `subject`
    REFUSED = "REFUSED"  # one, whose record was not shown: `subject`, if it was about a person
    UNIT = "UNIT"  # those of a unit and all below it: `subject`, with the day in the question
    ALL = "ALL"  # everybody on record
    LIST = "LIST"  # those named by id in the question
    NOBODY = "NOBODY"  # a number that led to nobody: its keyed hash is in the question


OF_ONE = frozenset({LookKind.PERSON, LookKind.REFUSED})


@dataclass(frozen=True, slots=True)
class Look:
    """One reading, as it is told to the log.

    Attributes:
        reader: the account; an opaque id, never the number of a person.
        subject: the stream of a person or unit, where there is one.
        question: what was asked: texts and counts, free of personal data.
    """

    reader: str
    purpose: ReadingPurpose
    kind: LookKind
    subject: UUID | None = None
    question: Mapping[str, Any] = field(default_factory=dict)

    @property
    def of_one(self) -> bool:
        """Whether it is about one person, so that what was asked about him does not matter."""
        return self.kind in OF_ONE and self.subject is not None

    def text(self) -> bytes:
        """The canonical text of the question."""
        return canonical_bytes(dict(self.question))

    def sameness(self) -> tuple[str, str, str, UUID | None, bytes]:
        """What makes two readings of a quarter of an hour one entry: of one person, whatever was
        asked about him; of many, the same question.
        """
        text = b"" if self.of_one else self.text()
        return (self.reader, self.purpose.value, self.kind.value, self.subject, text)


class Entry(NamedTuple):
    """One row of the log."""

    number: int
    at: datetime
    reader: str
    purpose: str
    kind: str
    subject: UUID | None
    question: bytes
    salt: bytes
    link: bytes


class AccessHead(NamedTuple):
    """Where the log ends: how many entries, and the link of the last."""

    number: int
    link: bytes

    def text(self) -> str:
        """As checkpoints commit to it."""
        return f"{self.number}:{self.link.hex()}"


def of_person(
    reader: str, purpose: ReadingPurpose, person: UUID, question: Mapping[str, Any]
) -> Look:
    """A reading of one person's record."""
    return Look(reader, purpose, LookKind.PERSON, person, question)


def of_refused(
    reader: str, purpose: ReadingPurpose, person: UUID | None, question: Mapping[str, Any]
) -> Look:
    """A question about one person, or about an id that is nobody's, that was not answered. It is
    an entry of its own, so that a refusal never stands for a reading of the same quarter.

    Args:
        person: None where what was asked for by a number of its own concerns nobody, or many.
    """
    return Look(reader, purpose, LookKind.REFUSED, person, question)


def of_set(
    reader: str, purpose: ReadingPurpose, unit: UUID | None, question: Mapping[str, Any]
) -> Look:
    """An answer about a unit's people, all below it counted, or about everybody.

    Args:
        question: `as_of` (a day) and `position` tell who was in the set; `people`, how many.
    """
    kind = LookKind.ALL if unit is None else LookKind.UNIT
    return Look(reader, purpose, kind, unit, question)


def of_list(
    reader: str, purpose: ReadingPurpose, people: Sequence[UUID], question: Mapping[str, Any]
) -> tuple[Look, ...]:
    """An answer that shows these people, as a search does."""
    named = sorted({one.hex for one in people})
    return tuple(
        Look(
            reader,
            purpose,
            LookKind.LIST,
            None,
            {**question, "listed": named[start : start + PEOPLE_MAX]},
        )
        for start in range(0, len(named), PEOPLE_MAX)
    )


def quarter_start(at: datetime) -> datetime:
    """The beginning of the quarter of an hour that an instant lies in."""
    return at - (at - _EPOCH) % QUARTER


def first_link(origin: str) -> bytes:
    """The link before the first entry of a ledger's log."""
    return hashlib.sha256(orjson.dumps([FORMAT, origin])).digest()


def next_link(before: bytes, entry: Entry) -> bytes:
    """The link of an entry after the link of the one before; its own `link` is not looked at."""
    return hashlib.sha256(before + entry_text(entry)).digest()


def entry_text(entry: Entry) -> bytes:
    """The canonical entry."""
    invariant(entry.number > 0, "entries of the access log count from 1")
    return orjson.dumps(
        [
            FORMAT,
            entry.number,
            instant_text(entry.at),
            entry.salt.hex(),
            entry.reader,
            entry.purpose,
            entry.kind,
            None if entry.subject is None else entry.subject.hex,
            entry.question.decode(),
        ]
    )


def entry_of(text: bytes) -> Entry:
    """The entry that a canonical text is; its link is empty.

    Raises:
        ValueError: it is none, or says it in other words.
    """
    try:
        form, number, at, salt, reader, purpose, kind, subject, question = orjson.loads(text)
        found = Entry(
            number,
            datetime.fromisoformat(at),
            reader,
            purpose,
            kind,
            None if subject is None else UUID(hex=subject),
            question.encode(),
            bytes.fromhex(salt),
            b"",
        )
        if form != FORMAT or type(number) is not int or entry_text(found) != text:
            raise ValueError
    except (TypeError, AttributeError) as fault:
        raise ValueError from fault
    return found
