"""One object of a facts file -> a draft of a fact, or everything that is wrong with it.

Reads the public contract of docs/facts.md. A draft holds JSON-ready canonical values; persons,
units and targets in it are still as given, to be resolved to ids when the fact is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ledger import values
from ledger.errors import BadValue
from ledger.events.base import EMPLOYEE, LEDGER, ORG_UNIT, EventSpec
from ledger.events.prepare import AFTER, BEFORE, FIRST_DAY_FACTS, GIVES_DAY, default_day, one_word
from ledger.events.registry import CORRECTIONS, FACT_NAMES, FACT_SPECS, owners
from ledger.fields import DAY, IDENT, SENDERS, SHA256, TEXT, WORD, FieldType

SENDER = "Pengirim berkas"
_COMMON = frozenset({"fact", "nip", "on", "document", "key"})
_NEEDS_DOCUMENT = frozenset({"sanction", "ruling", "correct", "annul", "end"})
_DOCUMENT_FIELDS: Mapping[str, FieldType] = {
    "kind": WORD,
    "number": IDENT,
    "date": DAY,
    "issuer": TEXT,
    "sha256": SHA256,
}
_DOCUMENT_NEEDS = ("kind", "number", "date")
_YEARS = ("1900-01-01", "2200-12-31")


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field. `found` may be personal and is shown to the sender only."""

    field: str
    code: str
    found: str
    message: str
    next_step: str
    who_must_act: str = SENDER


class Draft(NamedTuple):
    """A fact as read: canonical values, references unresolved.

    Attributes:
        owner: "employee", "org_unit" or "ledger".
        subject: NIP or unit code of the owner; None for the ledger.
        on: legal day, ISO; None for correct, annul and end.
        document: kind, number, date, sha256? and issuer?.
        target: what a correct, annul or end names.
        replacement: the whole fact a correct puts in its place.
        flags: unusual things, to be shown.
    """

    fact: str
    owner: str
    subject: str | None
    on: str | None
    fields: dict[str, Any]
    key: str | None = None
    document: dict[str, Any] | None = None
    target: str | None = None
    replacement: Draft | None = None
    flags: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """What was found so far; a replacement rests on the document of its correction."""

    errors: list[FieldError] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    raw: Mapping[str, Any] = field(default_factory=dict)
    needs_document: bool = True

    def complain(self, name: str, code: str, message: str, next_step: str) -> None:
        found = self.raw.get(name)
        shown = "" if found is None else str(found)[:200]
        self.errors.append(FieldError(name, code, shown, message, next_step))

    def complain_together(self, name: str, code: str, message: str, next_step: str) -> None:
        """What fields say together; what is missing may be a field that could not be read."""
        unread = any(self.raw.get(one.field) is not None for one in self.errors)
        if code != "FIELD_MISSING" or not unread:
            self.complain(name, code, message, next_step)

    def bad(self, name: str, fault: BadValue) -> None:
        code = str(fault.details.get("code", "BAD_VALUE"))
        self.complain(name, code, fault.message, fault.next_step)


@dataclass(frozen=True, slots=True)
class _Reader:
    spec: EventSpec
    readable: Mapping[str, FieldType]
    required: tuple[str, ...]  # but the regime of an appraisal, which follows from its period
    defaults: tuple[tuple[str, Any], ...]


def _reader(spec: EventSpec) -> _Reader:
    outside = [part for part in spec.fields if not part.internal]
    return _Reader(
        spec,
        {part.name: part.type for part in outside},
        tuple(
            part.name
            for part in outside
            if part.required and (spec.name, part.name) != ("appraisal", "regime")
        ),
        tuple((part.name, part.default) for part in outside if part.default is not None),
    )


_READERS = {key: _reader(spec) for key, spec in FACT_SPECS.items()}
_OWNERS = {fact: owners(fact) for fact in FACT_NAMES}


def read_fact(raw: Mapping[str, Any]) -> Draft | list[FieldError]:
    """A draft, or all errors of the object at once."""
    reading = _Reading(raw=raw)
    fact = raw.get("fact")
    if not isinstance(fact, str) or fact not in FACT_NAMES:
        reading.complain(
            "fact",
            "FACT_UNKNOWN",
            "There is no fact of this name.",
            "Use one of: " + ", ".join(sorted(FACT_NAMES)) + ".",
        )
        return reading.errors
    draft = _read(dict(raw), fact, reading)
    return draft if draft is not None and not reading.errors else reading.errors


def _read(raw: dict[str, Any], fact: str, reading: _Reading) -> Draft | None:
    owner, subject = _owner(raw, fact, reading)
    if owner is None:
        return None
    key = _optional(raw, "key", SENDERS, reading)
    document = _document(raw, fact, reading)
    if fact in CORRECTIONS:
        return _read_correction(raw, fact, owner, subject, key, document, reading)
    raw = one_word(fact, raw)
    before = BEFORE.get(fact)
    if before is not None:
        raw = before(raw)
    elif owner == ORG_UNIT:
        raw.pop("unit", None)
    fields = _fields(raw, _READERS[owner, fact], reading)
    if owner == EMPLOYEE and fact == "registered" and subject:
        _from_nip(fields, subject)
    after = AFTER.get(fact)
    if after is not None:
        after(fields, reading.complain_together, reading.flags)
    on = _effective_on(raw, _READERS[owner, fact], fields, reading)
    _spans(fields, on, reading)
    return Draft(fact, owner, subject, on, fields, key, document, flags=tuple(reading.flags))


def _owner(raw: Mapping[str, Any], fact: str, reading: _Reading) -> tuple[str | None, str | None]:
    may = _OWNERS[fact]
    if raw.get("nip") is not None:
        if EMPLOYEE not in may:
            reading.complain(
                "nip", "FIELD_UNKNOWN", f"{fact} is no fact about a person.", "Remove nip."
            )
            return None, None
        try:
            return EMPLOYEE, values.nip_text(raw["nip"])
        except BadValue as fault:
            reading.bad("nip", fault)
            return EMPLOYEE, None
    unit = raw.get("unit", raw.get("code") if fact == "unit" else None)
    if unit is not None and ORG_UNIT in may:
        try:
            return ORG_UNIT, IDENT.read(unit)
        except BadValue as fault:
            reading.bad("unit", fault)
            return ORG_UNIT, None
    if LEDGER in may:
        return LEDGER, None
    missing = "nip" if EMPLOYEE in may else "unit"
    reading.complain(
        missing, "FIELD_MISSING", f"{fact} does not say whose it is.", f"Add {missing}."
    )
    return None, None


def _optional(raw: Mapping[str, Any], name: str, kind: FieldType, reading: _Reading) -> Any:
    if raw.get(name) is None:
        return None
    try:
        return kind.read(raw[name])
    except BadValue as fault:
        reading.bad(name, fault)
        return None


def _fields(raw: Mapping[str, Any], reader: _Reader, reading: _Reading) -> dict[str, Any]:
    found: dict[str, Any] = {}
    readable = reader.readable
    for name, value in raw.items():
        kind = readable.get(name)
        if kind is None:
            if name not in _COMMON:
                reading.complain(
                    name,
                    "FIELD_UNKNOWN",
                    f"{reader.spec.name} has no such field.",
                    "It has: " + ", ".join(sorted(readable)) + ".",
                )
        elif value is not None:
            try:
                found[name] = kind.read(value)
            except BadValue as fault:
                reading.bad(name, fault)
    for name, default in reader.defaults:
        found.setdefault(name, default)
    if reader.required:
        _require(raw, reader, reading)
    return found


def _require(raw: Mapping[str, Any], reader: _Reader, reading: _Reading) -> None:
    for name in reader.required:
        if raw.get(name) is None:
            reading.complain(
                name, "FIELD_MISSING", f"{reader.spec.name} needs {name}.", f"Add {name}."
            )


def _from_nip(fields: dict[str, Any], subject: str) -> None:
    number = values.Nip(subject)
    fields.setdefault("birth_date", number.birth_date.isoformat())
    fields.setdefault("sex", number.sex.value)


def _effective_on(
    raw: Mapping[str, Any], reader: _Reader, fields: dict[str, Any], reading: _Reading
) -> str | None:
    given = raw.get("on")
    if given is None:
        fact = reader.spec.name
        if fact in FIRST_DAY_FACTS and "from" in fields:
            return str(fields["from"])
        on = (
            f"{fields['year']}-01-01"
            if fact == "calendar" and "year" in fields
            else default_day(fields)
        )
        # Where another field may give the day, what is wrong with that field says enough.
        if on is None and not (reading.errors and GIVES_DAY & reader.readable.keys()):
            reading.complain("on", "FIELD_MISSING", f"{fact} needs its legal day.", "Add on.")
        return on
    try:
        day, precision = values.day_with_precision(given)
    except BadValue as fault:
        reading.bad("on", fault)
        return None
    if precision is not None:
        fields.setdefault("precision", precision.value)
    on = day.isoformat()
    if not _YEARS[0] <= on <= _YEARS[1]:
        reading.complain(
            "on", "OUT_OF_RANGE", "The day lies outside 1900 to 2200.", "Check the year."
        )
    return on


def _spans(fields: Mapping[str, Any], on: str | None, reading: _Reading) -> None:
    start, end, until = fields.get("from"), fields.get("to"), fields.get("until")
    if start and end and end < start:
        reading.complain(
            "to", "END_BEFORE_START", "The end lies before the start.", "Check both days."
        )
    if until and on and until <= on:
        reading.complain(
            "until",
            "END_BEFORE_START",
            "The first day on which it no longer counts is not after the day it begins.",
            "Check both days.",
        )


def _document(raw: Mapping[str, Any], fact: str, reading: _Reading) -> dict[str, Any] | None:
    given = raw.get("document")
    if given is None:
        if fact in _NEEDS_DOCUMENT and reading.needs_document:
            reading.complain(
                "document",
                "DOCUMENT_MISSING",
                f"{fact} needs the document it rests on.",
                "Add document with kind, number and date.",
            )
        return None
    if not isinstance(given, Mapping):
        reading.complain(
            "document",
            "NOT_AN_OBJECT",
            "The document must be an object.",
            "Give kind, number, date.",
        )
        return None
    found: dict[str, Any] = {}
    for name, value in given.items():
        kind = _DOCUMENT_FIELDS.get(name)
        if kind is None:
            reading.complain(
                "document",
                "FIELD_UNKNOWN",
                "The document has a field that is not known.",
                "It has: " + ", ".join(_DOCUMENT_FIELDS) + ".",
            )
        elif value is not None:
            try:
                found[name] = kind.read(value)
            except BadValue as fault:
                reading.bad("document", fault)
    for name in _DOCUMENT_NEEDS:
        if given.get(name) is None:
            reading.complain(
                "document", "FIELD_MISSING", f"The document lacks its {name}.", f"Add {name}."
            )
    return found


def _read_correction(  # noqa: PLR0917 - private, called once
    raw: dict[str, Any],
    fact: str,
    owner: str,
    subject: str | None,
    key: str | None,
    document: dict[str, Any] | None,
    reading: _Reading,
) -> Draft:
    target = raw.pop("target", None)
    if owner == ORG_UNIT:
        raw.pop("unit", None)
    if target is None:
        reading.complain("target", "FIELD_MISSING", f"{fact} needs its target.", "Add target.")
    else:
        target = _optional({"target": target}, "target", SENDERS, reading)
    replacement = raw.pop("replacement", None)
    fields = _fields(raw, _READERS[owner, fact], reading)
    on = _optional(raw, "on", DAY, reading)
    if on is not None:
        fields.setdefault("learned_on", on)
    inner = _replacement(replacement, owner, subject, reading) if fact == "correct" else None
    return Draft(
        fact, owner, subject, None, fields, key, document, target, inner, tuple(reading.flags)
    )


def _replacement(raw: object, owner: str, subject: str | None, reading: _Reading) -> Draft | None:
    fact = raw.get("fact") if isinstance(raw, Mapping) else None
    if not isinstance(raw, Mapping) or not isinstance(fact, str) or fact not in FACT_NAMES:
        reading.complain(
            "replacement",
            "FIELD_MISSING",
            "A correction needs the whole fact that is right.",
            "Add replacement with its fact and all of its fields.",
        )
        return None
    if fact in CORRECTIONS or (owner, fact) not in FACT_SPECS:
        reading.complain(
            "replacement",
            "FACT_UNKNOWN",
            "The replacement must be a fact of the same owner.",
            "Replace a fact by one of its own kind.",
        )
        return None
    inner = dict(raw)
    if owner == EMPLOYEE:
        inner["nip"] = inner.get("nip") or subject
    elif owner == ORG_UNIT and not (fact == "unit" and inner.get("code")):
        inner["unit"] = inner.get("unit") or subject
    nested = _Reading(raw=inner, flags=reading.flags, needs_document=False)
    draft = _read(inner, str(fact), nested) if inner.get("nip") or owner != EMPLOYEE else None
    reading.errors.extend(
        FieldError(f"replacement.{e.field}", e.code, e.found, e.message, e.next_step)
        for e in nested.errors
    )
    return draft
