"""What a stream holds, as far as deciding needs it: its facts by root, key, id and natural key.

State, `evolve`, then look-ups. Employees, units and the ledger stream have this part in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict
from uuid import UUID

import orjson

from ledger.errors import FactAlreadyReplaced, TargetUnknown, invariant
from ledger.events.base import EventSpec, upcast
from ledger.events.registry import CORRECTIONS, spec
from ledger.records import RecordedEvent


@dataclass(slots=True)
class RootState:
    """One fact: which event states it now, and the marks of every row that ever stated it.

    `match` is the natural key of what it says now. The marks are tuples, of which an import holds
    many thousand: they cost the garbage collector nothing.
    """

    root: int
    current: int
    kind: str
    form: str | None
    match: str | None
    loose: str | None
    key: str | None
    ident: str | None
    on: str | None
    counts_from: str | None = None
    annulled: bool = False
    contents: tuple[str, ...] = ()
    gists: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()


@dataclass(slots=True)
class StreamState:
    """The facts of one stream. `version` is that of its last event; 0 before the first."""

    stream: UUID
    version: int = 0
    roots: dict[int, RootState] = field(default_factory=dict)
    by_key: dict[str, int] = field(default_factory=dict)
    by_match: dict[str, int] = field(default_factory=dict)
    by_loose: dict[str, list[int]] = field(default_factory=dict)
    by_id: dict[str, list[int]] = field(default_factory=dict)
    root_of: dict[int, int] = field(default_factory=dict)
    version_at: dict[int, int] = field(default_factory=dict)

    def has(self, kind: str) -> bool:
        """Whether any fact of a kind stands."""
        return any(one.kind == kind and not one.annulled for one in self.roots.values())

    # --------------------------------------------------------------------------------- look-ups

    def matching(self, match: str, loose: str | None) -> RootState | None:
        """The root that a row with these natural keys states, if the stream has one.

        A row without a number is the same act as any of equal title and day; a row with a number
        only as one with that number, or as one of equal title and day that lacks a number.
        """
        root = self.by_match.get(match)
        if root is not None:
            return self.roots[root]
        if loose is not None:
            for candidate in self.by_loose.get(loose, ()):
                one = self.roots[candidate]
                if loose in (match, one.match):
                    return one
        return None

    def target(self, named: str, key_hash: str, kinds: frozenset[str] | None = None) -> RootState:
        """The fact that a text names: by key, else id, else position, else stream/version.

        Raises:
            TargetUnknown: nothing of that name here, or nothing of a kind that may be named.
        """
        root = self.by_key.get(key_hash)
        if root is None:
            root = self._by_id(named, kinds)
        if root is None:
            version = self._version_of(named)
            root = None if version is None else self.root_of.get(version)
        if root is None or (kinds is not None and self.roots[root].kind not in kinds):
            raise self._unknown(named, root, kinds)
        return self.roots[root]

    def _unknown(self, named: str, root: int | None, kinds: frozenset[str] | None) -> TargetUnknown:
        """The refusal, with the kinds that may be named and the one that has this name instead."""
        wanted = "fact" if kinds is None else " or ".join(sorted(kinds))
        other = root if root is not None else self._by_id(named, None)
        instead = "" if other is None else f"; what has this name is a {self.roots[other].kind}"
        return TargetUnknown(
            f"No {wanted} of this name is in this record{instead}.",
            next_step="Name it by the key or id under which it was sent, or by its position; what"
            " is not recorded yet is recorded first.",
            wanted=wanted.replace(" or ", ", "),
        )

    def current_target(self, named: str, key_hash: str) -> RootState:
        """The same for a correct, annul or end, which must name what stands now.

        Raises:
            TargetUnknown; FactAlreadyReplaced: naming the event that stands now.
        """
        one = self.target(named, key_hash)
        version = None if key_hash in self.by_key else self._version_of(named)
        if version is not None and version != one.current and not self.by_id.get(named):
            raise FactAlreadyReplaced(
                f"The event named was replaced by event {self.stream.hex}/{one.current}.",
                next_step="Look at the fact as it stands now and name that event.",
                current=f"{self.stream.hex}/{one.current}",
            )
        return one

    def _by_id(self, named: str, kinds: frozenset[str] | None) -> int | None:
        for root in reversed(self.by_id.get(named, [])):
            if kinds is None or self.roots[root].kind in kinds:
                return root
        return None

    def _version_of(self, named: str) -> int | None:
        stream, slash, version = named.partition("/")
        if slash:
            if stream == self.stream.hex and version.isdecimal():
                return int(version)
            return None
        return self.version_at.get(int(named)) if named.isdecimal() else None


def evolve(
    state: StreamState,
    *,
    shape: EventSpec,
    payload: Mapping[str, Any],
    context: Mapping[str, Any],
    on: str | None,
    position: int | None = None,
) -> StreamState:
    """The state after one more event. Unknown positions (not yet appended) are left out."""
    state.version += 1
    version = state.version
    if position is not None:
        state.version_at[position] = version
    if shape.is_fact:
        _evolve_fact(state, shape.name, version, payload, context, on)
    elif shape.name in CORRECTIONS:
        _evolve_correction(state, shape.name, version, payload, context)
    return state


def _evolve_fact(  # noqa: PLR0917 - private, called once
    state: StreamState,
    kind: str,
    version: int,
    payload: Mapping[str, Any],
    context: Mapping[str, Any],
    on: str | None,
) -> None:
    origin = context.get("origin") or {}
    one = RootState(
        version,
        version,
        kind,
        origin.get("form"),
        context.get("match"),
        context.get("loose"),
        context.get("key"),
        payload.get("id"),
        on,
        payload.get("counts_from"),
    )
    state.roots[version] = one
    state.root_of[version] = version
    if one.key is not None:
        state.by_key[one.key] = version
    if one.match is not None:
        state.by_match.setdefault(one.match, version)
        one.contents = (context["content"],)
        one.gists = (context["gist"],)
    if one.loose is not None:
        state.by_loose.setdefault(one.loose, []).append(version)
    if one.ident is not None:
        state.by_id.setdefault(one.ident, []).append(version)


def _evolve_correction(
    state: StreamState,
    how: str,
    version: int,
    payload: Mapping[str, Any],
    context: Mapping[str, Any],
) -> None:
    one = state.roots.get(payload["root"])
    invariant(
        one is not None and one.current == payload["replaces"],
        f"event {state.stream.hex}/{version} replaces what is not current",
    )
    if one is None:
        return
    one.current = version
    one.annulled = how == "annul"
    state.root_of[version] = one.root
    if "act" in context:
        one.acts += (context["act"],)
    if "key" in context:
        state.by_key[context["key"]] = one.root
    if how == "correct":
        one.on = payload["effective_on"]
        _also_known_as(state, one, context)


def _also_known_as(state: StreamState, one: RootState, context: Mapping[str, Any]) -> None:
    """A corrected fact is found by what it says now as well as by what it said."""
    if "match" not in context:
        return
    one.match = context["match"]
    state.by_match.setdefault(context["match"], one.root)
    one.contents += (context["content"],)
    one.gists += (context["gist"],)
    if "loose" in context:
        state.by_loose.setdefault(context["loose"], []).append(one.root)


class Happening(TypedDict):
    """One stored event, as `evolve` of every kind of stream takes it."""

    shape: EventSpec
    payload: Mapping[str, Any]
    context: Mapping[str, Any]
    on: str | None
    position: int | None


def happening(recorded: RecordedEvent) -> Happening:
    """An event of the store as an argument of `evolve`."""
    topic, payload = upcast(recorded.topic, orjson.loads(recorded.state))
    on = recorded.effective_on
    return {
        "shape": spec(topic),
        "payload": payload,
        "context": orjson.loads(recorded.context) if recorded.context else {},
        "on": None if on is None else on.isoformat(),
        "position": recorded.id,
    }


def replay(state: StreamState, events: Iterable[RecordedEvent]) -> StreamState:
    """The state after events of the store."""
    for recorded in events:
        evolve(state, **happening(recorded))
    return state
