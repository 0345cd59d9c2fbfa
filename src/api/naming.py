"""How people, units and facts are named: by numbers, codes, names, keys, positions or ids."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ledger import values
from ledger.application import Ledger
from ledger.commands.erasure import person_state
from ledger.domain.statement import key_hash
from ledger.domain.stream_state import StreamState, replay
from ledger.domain.unit_directory import PATH_MARK, UnitDirectory
from ledger.errors import BadValue, Misuse, PersonUnknown, TargetUnknown, UnitUnknown
from ledger.keys.key_errors import KeyDestroyed
from projections.asking import inquiry
from projections.asking.inquiry import Asked
from projections.subject import around, post_on

_ID_DIGITS = 32


def subject_of(ledger: Ledger, subject: str, on: date) -> UUID:
    """The stream of a person (NIP or id) or a unit (code, name or id) on a day.

    Raises:
        PersonUnknown, UnitUnknown: nobody and nothing of that name here.
    """
    stream = id_of(subject)
    if stream is not None and ledger.events_of(stream):
        return stream
    person = person_stream(ledger, subject)
    if person is not None:
        return person
    unit = ledger.units().find(subject, on)
    if unit is None:
        raise UnitUnknown(
            "No person and no unit of this ledger has this number, id or code.",
            next_step="Check it; a NIP has 18 digits.",
        )
    return unit


def person_stream(ledger: Ledger, subject: str) -> UUID | None:
    """The stream of a person's NIP or id; None for what is neither.

    Raises:
        PersonUnknown: a NIP nobody here ever held.
    """
    stream = id_of(subject)
    if stream is not None:
        return stream if person_state(ledger, stream).registered else None
    try:
        number = values.nip(subject).text
    except BadValue:
        return None
    found = ledger.index.find(number)
    if found is None:
        raise PersonUnknown(
            "No person of this ledger ever held this number.",
            next_step="Check the number, or import the person's profile first.",
        )
    return found


def id_of(subject: str) -> UUID | None:
    """The id that a text is, with dashes or without."""
    if len(subject) not in (_ID_DIGITS, _ID_DIGITS + 4):
        return None
    try:
        return UUID(subject)
    except ValueError:
        return None


def check_subject(asked: Asked, person: UUID | None) -> None:
    """Refuse a person where an instrument measures units.

    Raises:
        Misuse.
    """
    if inquiry.measures_units(asked):
        refuse_person(asked.plan.instrument, person)


def refuse_person(instrument: str, person: UUID | None) -> None:
    """Refuse a person, if one was named, for an instrument that measures units.

    Raises:
        Misuse.
    """
    if person is not None:
        raise Misuse(
            f"{instrument} measures units and not people.",
            next_step="Give a unit's code, --unit U for it and all below it, or --all.",
        )


def unit_of(units: UnitDirectory, named: str, on: date) -> UUID:
    """The unit of a code, of a name in force on a day, or of an id.

    Raises:
        UnitUnknown.
    """
    stream = units.find(named, on)
    if stream is None:
        stream = id_of(named)
    if stream is None or stream not in units.units:
        raise UnitUnknown(
            "No unit has this code or name on that day, as known then.", next_step="Check the code."
        )
    return stream


def unit_json(units: UnitDirectory, unit: UUID, on: date) -> dict[str, str | None]:
    """A unit by id, code and name, with the names from the top down to it, as of a day."""
    described = units.described(unit, on) or {}
    above = units.path(unit, on)[1:] if units.closed(unit, on) is None else []
    path = [(units.described(one, on) or {}).get("name") for one in (unit, *above)]
    code, name = described.get("code"), described.get("name")
    return {
        "id": unit.hex,
        "code": None if code is None else str(code),
        "name": None if name is None else str(name),
        "path": PATH_MARK.join(str(name) for name in reversed(path) if name),
    }


def say_if_closed(units: UnitDirectory, unit: UUID, on: date) -> str | None:
    """What a reader must know who asks for a unit on a day on which it is closed."""
    closing = units.closed(unit, on)
    if closing is None:
        return None
    tree = units.tree(on)
    where = tree.counts_in(unit.hex)
    if where is not None:
        told = f"its people count in {_code(units, where, on)}."
    else:
        heirs = tree.units[unit.hex].successors or ()
        names = " and ".join(_code(units, one, on) for one in heirs)
        after = f"after it come {names}" if heirs else "it has no successor"
        told = f"where its people count is not known, because {after}."
        told += " Record the post of each of them."
    return f"This unit was closed on {closing.effective_on.isoformat()}; {told}"


def _code(units: UnitDirectory, unit: str, on: date) -> str:
    return unit_json(units, UUID(unit), on)["code"] or unit


def unit_streams(ledger: Ledger, unit: str, on: date) -> frozenset[UUID]:
    """The streams of a unit, of everything below it and of its members on a day."""
    units = ledger.units()
    top = unit_of(units, unit, on)
    below = units.subtree(top, on) | {top}
    surroundings = around({}, units.tree(on))
    holders = {
        recorded.originator_id for recorded in ledger.store.read(1, topics=("employee.position/1",))
    }
    found = set(below)
    for stream in holders:
        post = post_on(ledger.history_of(stream), surroundings, on)
        if post.unit is not None and UUID(post.unit) in below:
            found.add(stream)
    return frozenset(found)


def fact_root(ledger: Ledger, person: UUID | None, facts: list[str]) -> tuple[tuple[str, int], ...]:
    """The facts of --without as (stream, root): by position or stream/version, or by the sender's
    key.

    Raises:
        TargetUnknown: no fact of that name.
    """
    found = []
    for named in facts:
        stream = person or _stream_of_fact(ledger, named)
        state = replay(StreamState(stream), ledger.events_of(stream))
        found.append((stream.hex, state.target(named, _key(ledger, stream, named)).root))
    return tuple(found)


def _key(ledger: Ledger, stream: UUID, named: str) -> str:
    """The hash of a sender's key; of an erased person no key is known any more."""
    try:
        return key_hash(ledger.keyring.keys(stream).match_key, named)
    except KeyDestroyed:
        return ""


def _stream_of_fact(ledger: Ledger, named: str) -> UUID:
    head, slash, _ = named.partition("/")
    try:
        if slash:
            return UUID(head)
        if named.isdecimal():
            return next(iter(ledger.store.read(int(named), int(named)))).originator_id
    except (ValueError, StopIteration):
        pass
    raise Misuse(
        "Without its subject a fact is named by its position or as stream/version.",
        next_step="`asn-ledger history` shows both.",
    )


def fact_position(ledger: Ledger, subject: str | None, named: str, on: date) -> int:
    """The position of one event: given as such, as stream/version, or as a key of a subject.

    Raises:
        TargetUnknown, PersonUnknown, UnitUnknown, Misuse: no such event, or nobody it could be of.
    """
    if named.isascii() and named.isdecimal() and subject is None:
        return int(named[:20])
    if subject is None:
        head, _, version = named.partition("/")
        stream = id_of(head)
        if stream is None or not version:
            raise Misuse(
                "An event is named by its position or as stream/version; a key needs its subject.",
                next_step="Add --subject, or see `asn-ledger history` for the position.",
            )
        events = ledger.events_of(stream)
        found = [event.position for event in events if str(event.version) == version]
    else:
        stream = subject_of(ledger, subject, on)
        events = ledger.events_of(stream)
        state = replay(StreamState(stream), events)
        root = state.target(named, _key(ledger, stream, named)).root
        found = [event.position for event in events if event.version == root]
    if not found:
        raise TargetUnknown(
            "There is no such event.", next_step="`asn-ledger history` shows those there are."
        )
    return found[0]
