"""The only fold over the two time axes: laws over any history of one stream."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import canonical_bytes
from ledger.domain.facts import Fact, History, history
from ledger.errors import ProgramError
from ledger.events.registry import TopicUnknown
from ledger.records import RecordedEvent
from tests.keys import stream

START = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = date(2020, 1, 1)
KINDS = ("golongan", "qualification", "competency")
days = st.integers(0, 40).map(lambda number: FIRST + timedelta(days=number))


@dataclass
class Log:
    """The events of one stream, as they come out of the store."""

    events: list[RecordedEvent]
    current: dict[int, int]
    gap: int = 1

    def add(
        self,
        topic: str,
        payload: dict[str, Any],
        on: date | None = None,
        *,
        context: dict[str, Any] | None = None,
    ) -> int:
        """One more event; gives its version. Positions have gaps: other streams lie between."""
        version = len(self.events) + 1
        position = version * self.gap
        self.events.append(
            RecordedEvent(
                id=position,
                originator_id=stream(1),
                originator_version=version,
                topic=topic,
                state=canonical_bytes(payload),
                effective_on=on,
                recorded_at=START + timedelta(seconds=position),
                context=b"" if context is None else canonical_bytes(context),
                salt=b"",
                sealed_digest=None,
                leaf=b"",
            )
        )
        return version

    def state(self, kind: str, on: date, **fields: Any) -> int:
        """A fact; gives its root."""
        version = self.add(f"employee.{kind}/1", fields, on)
        self.current[version] = version
        return version

    def mend(self, how: str, root: int, **payload: Any) -> None:
        """A correct, annul or end of a root as it stands."""
        names = {"root": root, "replaces": self.current[root]}
        self.current[root] = self.add(f"employee.{how}/1", names | payload)

    def correct(self, root: int, kind: str, on: date, **fields: Any) -> None:
        """A complete replacement."""
        self.mend("correct", root, fact=kind, effective_on=on.isoformat(), fields=fields)


def empty() -> Log:
    """No events."""
    return Log([], {})


def later_than(on: date) -> st.SearchStrategy[date]:
    """Days after one."""
    return days.filter(lambda day: day > on)


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """Any legal history: facts, and mends of facts that stand or were annulled."""
    log = Log([], {}, gap=draw(st.sampled_from([1, 3])))
    kinds: dict[int, str] = {}
    for _ in range(draw(st.integers(0, 14))):
        how = draw(st.sampled_from(["state", "state", "correct", "annul", "end"]))
        on, number = draw(days), draw(st.integers(0, 3))
        until: date | None = draw(st.one_of(st.none(), later_than(on)))
        fields: dict[str, Any] = {"n": str(number)}
        if until is not None:
            fields["until"] = until.isoformat()
        if how == "state" or not kinds:
            kind = draw(st.sampled_from(KINDS))
            kinds[log.state(kind, on, **fields)] = kind
            continue
        root = draw(st.sampled_from(sorted(kinds)))
        if how == "correct":
            log.correct(root, kinds[root], on, **fields)
        elif how == "annul":
            log.mend("annul", root)
        else:
            log.mend("end", root, until=draw(days).isoformat())
    return log


def everything(facts: History) -> list[Fact]:
    """All facts of a history."""
    return [fact for kind in KINDS for fact in facts.known(kind)]


def plain(events: Sequence[RecordedEvent], position: int) -> dict[int, tuple[Any, ...]]:
    """The same by a plain rule: of each root what was last stated with its last end, and nothing
    where the last event on the root is an annulment (docs/facts.md, Visible).
    """
    found: dict[int, tuple[Any, ...]] = {}
    annulled: set[int] = set()
    for one in events:
        if one.id > position:
            continue
        payload = json.loads(one.state)
        how = one.topic.removeprefix("employee.").removesuffix("/1")
        root = payload.get("root", one.version)
        annulled.discard(root)
        if how in KINDS:
            found[root] = (how, one.effective_on, payload.get("until"), payload["n"], one.id)
        elif how == "annul":
            annulled.add(root)
        elif how == "end":
            kind, on, _, number, stated_at = found[root]
            found[root] = (kind, on, payload["until"], number, stated_at)
        else:
            fields, on = payload["fields"], date.fromisoformat(payload["effective_on"])
            found[root] = (payload["fact"], on, fields.get("until"), fields["n"], one.id)
    return {root: fact for root, fact in found.items() if root not in annulled}


# ------------------------------------------------------------------------------------------- laws


@given(logs(), st.integers(0, 45))
def test_the_fold_agrees_with_the_plain_rule(log: Log, position: int) -> None:
    """Of each root what stands at the position, in order of legal day and position."""
    facts = everything(history(log.events, position))
    shown = {
        one.root: (
            one.kind,
            one.effective_on,
            None if one.until is None else one.until.isoformat(),
            one.fields["n"],
            one.position,
        )
        for one in facts
    }
    assert shown == plain(log.events, position)
    for kind in KINDS:
        order = [(f.effective_on, f.position) for f in history(log.events, position).known(kind)]
        assert order == sorted(order)


@given(logs(), st.integers(0, 45))
def test_later_events_change_nothing_earlier(log: Log, position: int) -> None:
    """As known at a position, a history is that of the events up to it, whatever came after."""
    upto = [one for one in log.events if one.id <= position]
    assert history(log.events, position) == history(upto, position) == history(upto)


@given(logs())
def test_known_at_the_end_is_known_without_a_position(log: Log) -> None:
    """No position means all of it; a position beyond the last event adds nothing."""
    last = log.events[-1].id if log.events else 0
    assert history(log.events) == history(log.events, last) == history(log.events, last + 100)


@given(logs(), days)
def test_visible_is_known_on_that_day(log: Log, on: date) -> None:
    """Visible facts are the known ones whose span holds the day, its end left out."""
    facts = history(log.events)
    for kind in KINDS:
        visible = facts.visible(kind, on)
        assert visible == [
            one
            for one in facts.known(kind)
            if one.effective_on <= on and (one.until is None or on < one.until)
        ]
        latest = facts.latest(kind, on)
        assert latest == (visible[-1] if visible else None)


@given(logs(), days, days)
def test_a_window_reads_by_the_legal_day_alone(log: Log, one: date, other: date) -> None:
    """(after, upto], ended facts too: only an annulment removes a fact from a window."""
    after, upto = min(one, other), max(one, other)
    facts = history(log.events)
    for kind in KINDS:
        found = facts.within(kind, after=after, upto=upto)
        assert found == [fact for fact in facts.known(kind) if after < fact.effective_on <= upto]


@given(logs())
def test_facts_are_rectangles(log: Log) -> None:
    """Between two events that replace each other on a root, its fact does not change."""
    changes = {one.id for one in log.events}
    for position in range(len(log.events) * log.gap + 1):
        if position not in changes and position:
            assert everything(history(log.events, position)) == everything(
                history(log.events, position - 1)
            )


# --------------------------------------------------------------------------------------- examples


def test_a_correction_acts_for_every_day_but_only_for_later_positions() -> None:
    """Before it was recorded the old content stands, also for days long past; then the new one."""
    log = empty()
    root = log.state("golongan", date(2020, 4, 1), n="III/a")
    log.correct(root, "golongan", date(2020, 10, 1), n="III/b")
    before, after = history(log.events, 1), history(log.events, 2)
    assert [f.fields["n"] for f in before.visible("golongan", date(2020, 5, 1))] == ["III/a"]
    assert after.visible("golongan", date(2020, 5, 1)) == []
    (now,) = after.visible("golongan", date(2020, 10, 1))
    assert (now.root, now.version, now.position, now.fields["n"]) == (root, 2, 2, "III/b")


def test_what_was_annulled_comes_back_by_a_correction() -> None:
    """And is gone in between; the root stays the same."""
    log = empty()
    root = log.state("golongan", FIRST, n="III/a")
    log.mend("annul", root)
    log.correct(root, "golongan", FIRST, n="III/a")
    counted = [len(everything(history(log.events, position))) for position in (1, 2, 3)]
    assert counted == [1, 0, 1]
    assert history(log.events).root(root) is not None
    assert history(log.events, 2).root(root) is None


def test_an_end_keeps_content_and_order() -> None:
    """The fact is older than its end: of two on one day the later recorded still counts."""
    log = empty()
    first = log.state("golongan", FIRST, n="1")
    second = log.state("golongan", FIRST, n="2")
    log.mend("end", first, until="2020-02-01")
    facts = history(log.events)
    assert [f.root for f in facts.known("golongan")] == [first, second]
    latest = facts.latest("golongan", FIRST)
    assert latest is not None
    assert latest.fields["n"] == "2"
    assert facts.known("golongan")[0].until == date(2020, 2, 1)
    assert facts.known("golongan")[0].position == 1


def test_a_later_end_or_correction_says_the_last_word() -> None:
    """An end is replaced by another end, and a correction is complete: without until, none."""
    log = empty()
    root = log.state("golongan", FIRST, n="1", until="2020-06-01")
    log.mend("end", root, until="2020-02-01")
    log.mend("end", root, until="2020-03-01")
    log.correct(root, "golongan", FIRST, n="1")
    ends = [history(log.events, at).known("golongan")[0].until for at in (1, 2, 3, 4)]
    assert ends == [date(2020, 6, 1), date(2020, 2, 1), date(2020, 3, 1), None]


def test_of_two_on_one_day_the_later_recorded_counts() -> None:
    """A corrected fact counts as recorded when it was corrected."""
    log = empty()
    first = log.state("golongan", FIRST, n="1")
    log.state("golongan", FIRST, n="2")
    assert [f.fields["n"] for f in history(log.events).known("golongan")] == ["1", "2"]
    log.correct(first, "golongan", FIRST, n="3")
    assert [f.fields["n"] for f in history(log.events).known("golongan")] == ["2", "3"]


def test_a_fact_stated_again_counts_from_the_merge_on() -> None:
    """Asked about an earlier day it is not there, in a window neither: they were two persons."""
    log = empty()
    log.state("golongan", FIRST, n="1", counts_from="2020-02-01")
    facts = history(log.events)
    assert facts.visible("golongan", date(2020, 1, 31)) == []
    assert len(facts.visible("golongan", date(2020, 2, 1))) == 1
    before = date(2019, 12, 31)
    assert facts.within("golongan", after=before, upto=date(2020, 1, 31)) == []
    assert len(facts.within("golongan", after=before, upto=date(2020, 2, 1))) == 1


def test_disputes_name_their_root_until_they_are_resolved() -> None:
    """A dispute over an annulled fact is over with it."""
    log = empty()
    first, second = log.state("golongan", FIRST, n="1"), log.state("golongan", FIRST, n="2")
    log.add("employee.disputed/1", {"root": first, "id": "D1", "by": "x"})
    log.add("employee.disputed/1", {"root": second, "id": "D2", "by": "x"})
    assert history(log.events).disputed == {first: "D1", second: "D2"}
    log.add("employee.dispute_resolved/1", {"root": first, "id": "D1", "outcome": "DITOLAK"})
    log.mend("annul", second)
    assert history(log.events).disputed == {}
    assert history(log.events, 4).disputed == {first: "D1", second: "D2"}


def test_a_replacement_of_what_is_not_current_stops_the_program() -> None:
    """The store never holds one; reading checks what writing promised."""
    log = empty()
    root = log.state("golongan", FIRST, n="1")
    log.mend("annul", root)
    log.current[root] = root
    log.mend("annul", root)
    with pytest.raises(ProgramError, match="not current"):
        history(log.events)


def test_an_unknown_topic_is_refused() -> None:
    """A ledger of a newer program is not read by guessing."""
    log = empty()
    log.add("employee.ramalan/1", {}, FIRST)
    with pytest.raises(TopicUnknown, match="newer"):
        history(log.events)


def test_an_empty_stream_knows_nothing() -> None:
    """Any question to it has an answer."""
    facts = history([])
    assert (facts.known("golongan"), facts.visible("golongan", FIRST)) == ((), [])
    assert facts.latest("golongan", FIRST) is None
    assert facts.within("golongan", after=FIRST, upto=FIRST) == []
