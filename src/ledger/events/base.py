"""What every event is: frozen, with a topic and version, and a codec that follows from its fields.

An event class is declared with `@event("employee.competency/1")` over annotated fields
(ledger.fields). These names and fields are the storage format: they are never renamed or read with
another meaning; a new shape is a new version with an upcaster. A test pins every topic's fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import Annotated, Any, ClassVar, NamedTuple, get_args, get_origin, get_type_hints

from ledger.errors import invariant
from ledger.fields import DAY, ROW, TEXT, FieldType, code
from ledger.vocabulary import Precision

LEDGER = "ledger"
EMPLOYEE = "employee"
ORG_UNIT = "org_unit"
DECISION = "decision"
INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of an event: `name` in files and payload, `attribute` in Python.

    `internal` fields are set by the ledger and refused in a file. `default` is the stored form.
    """

    name: str
    attribute: str
    type: FieldType
    required: bool
    default: Any
    internal: bool


@dataclass(frozen=True)
class EventSpec:
    """An event class with its codec. `fact` is the word of a facts file, or None for ledger
    events.
    """

    topic: str
    owner: str
    name: str
    cls: type[Event]
    fields: tuple[FieldSpec, ...]
    is_fact: bool

    @cached_property
    def open_names(self) -> frozenset[str]:
        """The fields that instruments may read."""
        return frozenset(spec.name for spec in self.fields if spec.type.sealed is None)

    @cached_property
    def key_classes(self) -> Mapping[str, str | None]:
        """Each field -> the key class under which it is sealed, None for an open one."""
        return {spec.name: spec.type.sealed for spec in self.fields}

    @cached_property
    def references(self) -> tuple[FieldSpec, ...]:
        """The fields that name a person, a unit or another fact."""
        return tuple(spec for spec in self.fields if spec.type.reference is not None)

    @cached_property
    def sealed_names(self) -> frozenset[str]:
        """The fields that are sealed."""
        return frozenset(spec.name for spec in self.fields if spec.type.sealed is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Anything that happened; `effective_on` is the legal day, None for what acts on knowledge
    alone.
    """

    SPEC: ClassVar[EventSpec]
    effective_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Event):
    """A fact about a person, a unit or the rule book, as a document states it.

    Attributes:
        until: first day on which it no longer counts.
        learned_on: when the source says it became known; a claim, never used as knowledge.
        precision: YEAR or MONTH where the source gave less than a day.
        document_issuer: who issued the document; the rest of the document stands in the context.
        counts_from: of a fact stated again after a merge: before this day it counted elsewhere.
        source_row: the whole row of a foreign file, by its headers: what no field has a place for.
    """

    until: Annotated[date | None, DAY] = None
    learned_on: Annotated[date | None, DAY] = None
    precision: Annotated[Precision | None, code(Precision)] = None
    document_issuer: Annotated[str | None, TEXT] = field(default=None, metadata={INTERNAL: True})
    counts_from: Annotated[date | None, DAY] = field(default=None, metadata={INTERNAL: True})
    source_row: Annotated[dict[str, str] | None, ROW] = field(
        default=None, metadata={INTERNAL: True}
    )


_BY_TOPIC: dict[str, EventSpec] = {}
_UPCASTERS: dict[str, tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {}


def internal(default: Any = MISSING) -> Any:
    """A field that the ledger sets itself and a file may not."""
    return field(default=default, metadata={INTERNAL: True})


def event(topic: str) -> Callable[[type[Any]], type[Any]]:
    """Register a frozen event class under its topic `<owner>.<name>/<version>`."""
    owner, _, rest = topic.partition(".")
    name, _, version = rest.partition("/")
    invariant(
        bool(owner and name and version.isdigit()), f"topic {topic} is not owner.name/version"
    )

    def register(cls: type[Any]) -> type[Any]:
        invariant(topic not in _BY_TOPIC, f"topic {topic} is registered twice")
        spec = EventSpec(topic, owner, name, cls, _field_specs(cls), issubclass(cls, Fact))
        cls.SPEC = spec
        _BY_TOPIC[topic] = spec
        return cls

    return register


def _field_specs(cls: type[Any]) -> tuple[FieldSpec, ...]:
    hints = get_type_hints(cls, include_extras=True)
    specs = []
    for declared in fields(cls):
        if declared.name == "effective_on":
            continue
        kind = _field_type(hints[declared.name])
        invariant(kind is not None, f"{cls.__name__}.{declared.name} has no field type")
        default = None
        if declared.default is not MISSING and declared.default is not None:
            default = kind.dump(declared.default)
        specs.append(
            FieldSpec(
                name=declared.name.rstrip("_"),
                attribute=declared.name,
                type=kind,
                required=declared.default is MISSING,
                default=default,
                internal=bool(declared.metadata.get(INTERNAL)),
            )
        )
    return tuple(specs)


def _field_type(hint: Any) -> Any:
    """The FieldType of an annotation such as Annotated[date, DAY] or Annotated[date, DAY] |
    None.
    """
    if get_origin(hint) is Annotated:
        for note in get_args(hint)[1:]:
            if isinstance(note, FieldType):
                return note
    for part in get_args(hint):
        found = _field_type(part)
        if found is not None:
            return found
    return None


def upcaster(
    old_topic: str, new_topic: str
) -> Callable[[Callable[[dict[str, Any]], dict[str, Any]]], Callable[..., Any]]:
    """Register how a payload of an older version reads as the newer one; stored bytes stay."""

    def register(function: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[..., Any]:
        _UPCASTERS[old_topic] = (new_topic, function)
        return function

    return register


def specs() -> Mapping[str, EventSpec]:
    """Every registered topic."""
    return _BY_TOPIC


def upcast(topic: str, payload: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The payload under its newest topic."""
    while topic in _UPCASTERS:
        topic, function = _UPCASTERS[topic]
        payload = function(payload)
    return topic, payload


class Encoded(NamedTuple):
    """An event in its stored form: what hashes commit to and what is sealed apart.

    `sealed` holds the sealed fields by key class.
    """

    spec: EventSpec
    effective_on: date | None
    opened: Mapping[str, Any]
    sealed: Mapping[str, Mapping[str, Any]]

    def typed(self) -> Event:
        """The event itself."""
        merged: dict[str, Any] = {}
        for fields_of_class in self.sealed.values():
            merged.update(fields_of_class)
        return decode(self.spec, self.effective_on, self.opened, merged)


def encode(happened: Event) -> Encoded:
    """The stored form of an event; absent optional fields are left out, defaults written out."""
    opened: dict[str, Any] = {}
    sealed: dict[str, dict[str, Any]] = {}
    for spec in happened.SPEC.fields:
        value = getattr(happened, spec.attribute)
        if value is None:
            continue
        if spec.type.sealed is None:
            opened[spec.name] = spec.type.dump(value)
        else:
            sealed.setdefault(spec.type.sealed, {})[spec.name] = spec.type.dump(value)
    return Encoded(happened.SPEC, happened.effective_on, opened, sealed)


def decode(
    spec: EventSpec,
    effective_on: date | None,
    opened: Mapping[str, Any],
    sealed: Mapping[str, Any] | None = None,
) -> Event:
    """A typed event of stored fields. Sealed fields that are not at hand are None."""
    values: dict[str, Any] = {"effective_on": effective_on}
    for part in spec.fields:
        source = opened if part.type.sealed is None else (sealed or {})
        if part.name in source:
            values[part.attribute] = part.type.load(source[part.name])
        else:
            invariant(
                not part.required or part.type.sealed is not None,
                f"a stored {spec.topic} lacks its field {part.name}",
            )
            values[part.attribute] = None
    return spec.cls(**values)
