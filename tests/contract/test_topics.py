"""Stored shapes are pinned: an event written today is read the same way for ever."""

from __future__ import annotations

from typing import Any

from ledger.events import base, registry
from tests.contract import topics

NEW_VERSION = (
    "The stored shape of {topic} changed: {what}. Events of this shape may lie in ledgers. Put the old "
    "shape back and declare the new one as the next version of the topic with an upcaster, or, if no "
    "release ever wrote it, delete its entry in tests/contract/topics.json and run "
    "`python -m tests.contract.topics`."
)
NOT_PINNED = (
    "{topic} is not pinned. If its shape is final, run `python -m tests.contract.topics` and commit "
    "tests/contract/topics.json."
)
LONGER = (
    "A closed list of {topic} gained members, which is fine: run `python -m tests.contract.topics` and "
    "commit tests/contract/topics.json. {what}."
)
SHORTER = "A closed list of {topic} lost a member that stored events may hold: put it back. {what}."
GONE = (
    "{topic} is pinned but the program cannot read it any more: keep the class, or add an upcaster."
)


def _difference(before: object, now: object, at: str = "") -> str:
    if isinstance(before, dict) and isinstance(now, dict):
        for name in sorted(before.keys() | now.keys()):
            if before.get(name) != now.get(name):
                return _difference(before.get(name), now.get(name), f"{at}.{name}".strip("."))
    return f"{at} was {before} and is {now}"


def _without_lists(shape: dict[str, Any]) -> dict[str, Any]:
    fields = {
        name: {key: value for key, value in part.items() if key != "choices"}
        for name, part in shape["fields"].items()
    }
    return {**shape, "fields": fields}


def test_stored_shapes_do_not_change() -> None:
    """Every field of a pinned topic keeps its name, type, key class, need and default."""
    now = topics.shapes()
    for topic, shape in topics.pinned().items():
        if topic in now:
            before, after = _without_lists(shape), _without_lists(now[topic])
            what = _difference(before, after)
            assert after == before, NEW_VERSION.format(topic=topic, what=what)


def test_closed_lists_only_grow() -> None:
    """What a stored event holds stays in its list; a list that grew is committed."""
    now = topics.shapes()
    for topic, shape in topics.pinned().items():
        for name, part in shape["fields"].items():
            before = set(part.get("choices", ()))
            after = set(now.get(topic, shape)["fields"][name].get("choices", ()))
            what = f"{name}: {sorted(before ^ after)}"
            assert before <= after, SHORTER.format(topic=topic, what=what)
            assert after <= before, LONGER.format(topic=topic, what=what)


def test_every_topic_is_pinned() -> None:
    """No event is written whose shape nobody has committed to."""
    for topic in topics.shapes():
        assert topic in topics.pinned(), NOT_PINNED.format(topic=topic)


def test_every_pinned_topic_can_be_read() -> None:
    """A topic may be retired but never unknown: old ledgers hold it."""
    for topic in topics.pinned():
        newest, _ = base.upcast(topic, {})
        assert newest in registry.specs(), GONE.format(topic=topic)


def test_a_changed_shape_is_told_with_its_place() -> None:
    """A canary: the failure names topic, field and what to do."""
    shape = topics.shapes()["employee.golongan/1"]
    changed = {**shape, "fields": {**shape["fields"], "golongan": {"type": "text"}}}
    what = _difference(shape, changed)
    assert what.startswith("fields.golongan")
    assert "next version" in NEW_VERSION.format(topic="employee.golongan/1", what=what)


def test_topics_name_owner_fact_and_version() -> None:
    """`<owner>.<fact>/<version>`, in the words of docs/facts.md."""
    for topic, spec in registry.specs().items():
        assert topic == f"{spec.owner}.{spec.name}/{topic.rpartition('/')[2]}"
        assert spec.owner in (base.EMPLOYEE, base.ORG_UNIT, base.DECISION, base.LEDGER)
        assert spec.name == spec.name.lower()
        assert spec.is_fact == issubclass(spec.cls, base.Fact)
