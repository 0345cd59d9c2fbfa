"""The rule book and the ledger itself: founding, instruments, calendars, references, imports,
proofs.

These names and fields are the storage format; see ledger.events.base.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from ledger.events.base import Event, Fact, event, internal
from ledger.events.employment import KeyDigests
from ledger.fields import (
    DAY,
    IDENT,
    Day,
    FieldType,
    Flag,
    Ident,
    PersonId,
    SealedText,
    UnitId,
    code,
    coded_map,
    count,
    many,
    read_open_text,
    record,
)
from ledger.vocabulary import EducationLevel, FunctionalLevel, PositionKind
from ledger.vocabulary_agency import Role


def _as_is(value: Any) -> Any:
    return value


LONG_TEXT = FieldType("text", _as_is, _as_is, _as_is)
LongText = Annotated[str, LONG_TEXT]
Counts = Annotated[dict[str, int], coded_map(read_open_text, count(0, 2**53))]
FileRecord = record(sha256=IDENT, form=IDENT, rows=count(0, 2**31))


@event("ledger.founded/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFounded(Event):
    """The first event of a ledger: whose it is, its zone, its keys, and where ledger events lie.

    `public_keys` are the Ed25519 keys of checkpoints by key name, hex.
    """

    agency_code: Ident
    agency_name: Ident
    origin: Ident
    timezone: Ident
    format: Ident
    demo: Flag
    ledger_stream: Ident
    public_keys: Annotated[dict[str, str], coded_map(read_open_text, IDENT)]
    nip_index_key: Ident
    keys: KeyDigests


@event("ledger.enact/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentEnacted(Event):
    """An instrument's text is in force from its legal day on, until repealed or followed by
    another.

    `text` is the YAML as it was enacted, `sha256` its digest; `effective_on` its in_force_from.
    """

    instrument: Ident
    decree: Ident
    sha256: Ident
    text: LongText


@event("ledger.repeal/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentRepealed(Event):
    """An enactment no longer holds; named by the position of its event."""

    enacted: Annotated[int, count(1, 2**53)]
    reason: SealedText | None = None


@event("ledger.calendar/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDeclared(Fact):
    """Holidays and joint leave of a year, by decree: working days are computed from nothing
    else.
    """

    year: Annotated[int, count(1945, 2200)]
    holidays: Annotated[tuple[date, ...], many(DAY)]
    joint_leave: Annotated[tuple[date, ...], many(DAY)] | None = None
    decree: Ident


@event("ledger.position_ref/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class PositionReferenced(Fact):
    """What kind of post a title is, from a day on; `title_id` is the keyed hash of the title."""

    title: SealedText | None = None
    jabatan_id: Ident | None = None
    title_id: Ident = internal()
    kind: Annotated[PositionKind, code(PositionKind)]
    eselon: Ident | None = None
    functional_level: Annotated[FunctionalLevel, code(FunctionalLevel)] | None = None
    class_: Annotated[int, count(1, 17)] | None = None
    min_education: Annotated[EducationLevel, code(EducationLevel)] | None = None
    training_exempt: Flag | None = None


@event("ledger.heads/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class HeadsCommitted(Event):
    """Roots over the heads of all streams, of the access log and of the NIP index, before a
    checkpoint.

    The heads are those of the log up to position `upto`, which lies before this event: so the
    stream of the ledger itself stands among them without it. `streams` counts them; roots and
    heads are hexadecimal. Others may append between `upto` and this event.
    """

    upto: Annotated[int, count(0, 2**53)]
    streams: Annotated[int, count(0, 2**53)]
    streams_root: Ident
    access_log_head: Ident | None = None
    nip_index_head: Ident | None = None


@event("ledger.signing_key/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKeyChanged(Event):
    """Checkpoints are signed with another key from here on."""

    name: Ident
    public_key: Ident
    replaces: Ident | None = None


@event("ledger.role_granted/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Event):
    """An account gets a role, over a unit's subtree where one is named."""

    account: Ident
    role: Annotated[Role, code(Role)]
    unit: UnitId | None = None
    person: PersonId | None = None
    until: Day | None = None


@event("ledger.role_revoked/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevoked(Event):
    """An account loses a role."""

    account: Ident
    role: Annotated[Role, code(Role)]
    unit: UnitId | None = None


@event("ledger.import_committed/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCommitted(Event):
    """An import came to its end: which files by digest and form, how many rows of each outcome."""

    batch: Ident
    files: Annotated[tuple[dict[str, Any], ...], many(FileRecord, limit=1_000)]
    counts: Counts
    first_position: Annotated[int, count(0, 2**53)] = internal()
    last_position: Annotated[int, count(0, 2**53)] = internal()


@event("ledger.import_withdrawn/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class ImportWithdrawn(Event):
    """A whole import is taken back; each of its facts is annulled in its own stream."""

    batch: Ident
    reason: SealedText | None = None


@event("ledger.precedence/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class PrecedenceEnacted(Event):
    """Which source wins over which for a kind of fact; each use is recorded."""

    fact: Ident
    sources: Annotated[tuple[str, ...], many(IDENT)]


@event("ledger.keys_rotated/1")
@dataclass(frozen=True, slots=True, kw_only=True)
class KeysRotated(Event):
    """The living keys were wrapped anew and the old epoch key destroyed: erasures before it are
    complete.
    """

    epoch: Annotated[int, count(1, 2**31)]
    destroyed_epoch: Annotated[int, count(0, 2**31)]
    erased: Annotated[tuple[str, ...], many(IDENT, limit=100_000)] | None = None
