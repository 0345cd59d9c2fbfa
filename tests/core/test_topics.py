"""Every event class: frozen, in the past tense of its page, and the same after being stored."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from ledger.canonical import canonical_bytes
from ledger.errors import ProgramError
from ledger.events import base, registry
from ledger.events.base import Event, EventSpec, decode, encode
from ledger.events.corrections import EmployeeFactCorrected
from ledger.events.employment import CompetencyCompleted, EmployeeRegistered
from ledger.vocabulary import CompetencyCategory, EmploymentStatus
from tests.builders import every_fact

SPECS = sorted(registry.specs().items())
CITED = re.compile(r"\b(UU|PP|PerBKN|PermenPANRB|Pergub|SE)\b")


def value_of(part: base.FieldSpec) -> Any:
    """Some typed value of a field."""
    by_name: dict[str, Any] = {
        "day": date(2022, 1, 1),
        "person": UUID(int=7, version=4),
        "unit": UUID(int=8, version=4),
        "target": 3,
        "hours": Decimal("1.5"),
        "score": Decimal(50),
        "number": Decimal("2.25"),
        "count": 1,
        "flag": True,
        "period": "2022",
        "month": "2022-06",
        "golongan": "III/a",
    }
    kind = part.type
    if kind.name == "code":
        return kind.load(kind.choices[0])
    if kind.name == "list":
        for stored in ("2022-01-01", UUID(int=7, version=4).hex, "X"):
            try:
                return kind.load([stored])
            except (ValueError, TypeError, KeyError, AttributeError):
                continue
        return ()
    if kind.name in ("map", "record", "fields"):
        return {}
    if kind.name == "candidates":
        return []
    return by_name.get(kind.name, "X")


def event_of(spec: EventSpec, *, full: bool) -> Event:
    """An event of a class with all of its fields, or with the required ones."""
    values = {
        part.attribute: value_of(part)
        for part in spec.fields
        if (full or part.required) and part.type.name != "record"
    }
    for part in spec.fields:
        if part.type.name == "record" and part.required:
            values[part.attribute] = {"identity": "a", "restricted": "b"}
    return spec.cls(effective_on=date(2022, 1, 1) if spec.is_fact else None, **values)


@pytest.mark.parametrize("full", [False, True], ids=["least", "all"])
@pytest.mark.parametrize(("topic", "spec"), SPECS, ids=[topic for topic, _ in SPECS])
def test_an_event_is_the_same_after_being_stored(
    topic: str, spec: EventSpec, *, full: bool
) -> None:
    """Encoded, written, read and decoded, with the least it needs and with all it may have."""
    happened = event_of(spec, full=full)
    stored = encode(happened)
    opened = json.loads(canonical_bytes(stored.opened))
    sealed = {k: v for fields in stored.sealed.values() for k, v in fields.items()}
    again = decode(spec, stored.effective_on, opened, sealed)
    assert encode(again) == stored
    assert again == happened
    assert set(stored.opened) <= spec.open_names
    for key_class, fields in stored.sealed.items():
        for name in fields:
            part = next(one for one in spec.fields if one.name == name)
            assert part.type.sealed == key_class


@pytest.mark.parametrize(("topic", "spec"), SPECS, ids=[topic for topic, _ in SPECS])
def test_an_event_is_frozen_and_explained(topic: str, spec: EventSpec) -> None:
    """Nothing changes an event, and its page has a sentence for it."""
    happened = event_of(spec, full=False)
    with pytest.raises(dataclasses.FrozenInstanceError):
        happened.effective_on = date(2000, 1, 1)  # type: ignore[misc]
    assert spec.cls.__doc__
    assert not spec.cls.__doc__.startswith(spec.cls.__name__)
    assert "Updated" not in spec.cls.__name__
    assert "Changed" not in spec.cls.__name__ or spec.is_fact or "Key" in spec.cls.__name__


def test_some_events_rest_on_law_and_say_so() -> None:
    """Discipline, appraisals, credit and erasure name their text."""
    cited = {topic for topic, spec in SPECS if CITED.search(spec.cls.__doc__ or "")}
    for topic in (
        "employee.summons/1",
        "employee.appraisal/1",
        "employee.credit/1",
        "employee.erased/1",
        "employee.objection/1",
    ):
        assert topic in cited


def test_without_the_keys_sealed_fields_are_absent() -> None:
    """Scores never decrypt: an event read without its sealed part has None there."""
    event = CompetencyCompleted(
        effective_on=date(2022, 1, 1),
        category=CompetencyCategory.TEKNIS,
        hours=Decimal("20.50"),
        to=date(2022, 1, 1),
        title="Diklat",
    )
    stored = encode(event)
    assert stored.opened == {"category": "TEKNIS", "hours": "20.5", "to": "2022-01-01"}
    assert stored.sealed == {"identity": {"title": "Diklat"}}
    bare = decode(stored.spec, stored.effective_on, stored.opened)
    assert isinstance(bare, CompetencyCompleted)
    assert getattr(bare, "title") is None  # noqa: B009 - sealed, whatever its type says
    assert bare.hours == Decimal("20.5")


def test_a_stored_event_that_lacks_a_field_stops_the_program() -> None:
    """What writing promised is checked when reading."""
    with pytest.raises(ProgramError, match="lacks its field employment"):
        decode(EmployeeRegistered.SPEC, date(2022, 1, 1), {"sex": "PRIA"})


def test_names_that_python_reserves_lose_their_underscore() -> None:
    """`from` and `class` are written so in files and payloads."""
    names = {part.attribute: part.name for part in CompetencyCompleted.SPEC.fields}
    assert names["from_"] == "from"
    correct = {part.attribute: part.name for part in EmployeeFactCorrected.SPEC.fields}
    assert correct["effective_on_"] == "effective_on"


def test_a_topic_is_declared_once_and_well() -> None:
    """Twice, or without owner and version, is a defect of the program."""
    with pytest.raises(ProgramError, match="registered twice"):
        base.event("employee.registered/1")(EmployeeRegistered)
    for topic in ("registered", "employee.registered", "employee.registered/x", ".x/1"):
        with pytest.raises(ProgramError, match="not owner.name/version"):
            base.event(topic)


def test_a_field_without_a_type_is_refused() -> None:
    """Every field says how it is read, stored and whether it is sealed."""

    @dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
    class Untyped(Event):
        plain: str

    with pytest.raises(ProgramError, match="no field type"):
        base.event("employee.untyped/1")(Untyped)
    assert "employee.untyped/1" not in registry.specs()


def test_an_older_payload_reads_as_the_newest() -> None:
    """Upcasters follow one another; stored bytes stay."""

    @base.upcaster("employee.lama/1", "employee.lama/2")
    def second(payload: dict[str, Any]) -> dict[str, Any]:
        return payload | {"b": 2}

    @base.upcaster("employee.lama/2", "employee.lama/3")
    def third(payload: dict[str, Any]) -> dict[str, Any]:
        return payload | {"c": 3}

    try:
        assert base.upcast("employee.lama/1", {"a": 1}) == (
            "employee.lama/3",
            {"a": 1, "b": 2, "c": 3},
        )
        assert base.upcast("employee.golongan/1", {"a": 1}) == ("employee.golongan/1", {"a": 1})
    finally:
        base._UPCASTERS.pop("employee.lama/1")
        base._UPCASTERS.pop("employee.lama/2")


def test_every_fact_of_a_file_has_its_class() -> None:
    """The words of a facts file and the event classes mirror each other."""
    stated = {row["fact"] for row in every_fact()}
    assert stated == registry.FACT_NAMES
    for fact in registry.FACT_NAMES:
        assert registry.owners(fact)
        for owner in registry.owners(fact):
            spec = registry.FACT_SPECS[owner, fact]
            assert registry.open_fields(fact) >= spec.open_names
            assert not registry.open_fields(fact) & spec.sealed_names
    assert registry.owners("inspection") == ("employee", "org_unit")
    assert ("ledger", "golongan") not in registry.FACT_SPECS


def test_statuses_are_read_back_as_their_members() -> None:
    """A stored word loads as the member, so that code compares members and not texts."""
    event = EmployeeRegistered(
        effective_on=date(2022, 1, 1), nip="x", name="y", employment=EmploymentStatus.PPPK
    )
    again = encode(event).typed()
    assert isinstance(again, EmployeeRegistered)
    assert again.employment is EmploymentStatus.PPPK
