"""Every shipped instrument against a second, plain working-out of its document."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import yaml
from hypothesis import given, settings

from projections.answer import Answer, Status
from projections.asking.binding import bind
from projections.cohorts.rare import fields_read
from projections.language.instrument import load
from projections.language.shipped import drafts, names, text
from projections.question import Question
from tests.oracle import naive_instrument
from tests.oracle.histories import BOOK, UNITS
from tests.projections import extra_rules, variants
from tests.projections.everything import Everything
from tests.projections.extra_rules import some_day
from tests.projections.logs import START, ListLog, by_stream
from tests.projections.test_cohort import agree, frame_of_log, paths_of

EVERY = (*names(), *drafts())
# Units have a plain oracle of their own, tests/oracle/naive_units.py.
UNIT_RULES = {"members", "newest", "pattern"}
RULE = re.compile(r"rule: ([a-z_]+)")


def rules_named(name: str) -> set[str]:
    """The rules that a shipped instrument uses."""
    return set(RULE.findall(text(name).decode()))


SHIPPED = tuple(name for name in EVERY if not rules_named(name) & UNIT_RULES)
PLANS = {name: load(text(name), file=name) for name in SHIPPED}
DOCUMENTS: Mapping[str, Mapping[str, Any]] = {name: yaml.safe_load(text(name)) for name in SHIPPED}
BY_PLAN = {plan.instrument: plan for plan in reversed(list(PLANS.values()))}
BY_DOCUMENT = {one["instrument"]: one for one in reversed(list(DOCUMENTS.values()))}


def shown(answer: Answer) -> dict[str, Any]:
    """An answer in the shape of the oracle's."""
    outside = answer.status is Status.NOT_APPLICABLE
    span = answer.span
    return {
        "status": answer.status.value,
        "total": answer.total,
        "band": answer.band,
        "range": None if span is None else (span.low, span.high),
        "measures": {} if outside else dict(paths_of(answer.measures, "")),
        "disputed": list(answer.disputed),
        "position_kind": answer.position_kind,
        "reasons": {one.code for one in answer.why},
    }


def expected(
    document: Mapping[str, Any], log: ListLog, subject: str, as_of: date, position: int
) -> dict[str, Any]:
    """What the oracle says of a person of a log."""
    streams = by_stream(log.events)
    units = {unit: streams.get(unit, []) for unit in UNITS}
    record = naive_instrument.Record(
        streams[subject], streams.get(BOOK.hex, []), units, as_of, position
    )
    return naive_instrument.score(document, record, BY_DOCUMENT)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_plain_oracle_trace_and_cohort_agree(seed: int) -> None:
    """Under every shipped instrument all three give everybody the same answer, on random days."""
    dice = random.Random(seed)
    on = some_day(seed) + timedelta(365 * (seed % 5 - 1))
    log = Everything(seed, on).log(people=4, each=45)
    frame = frame_of_log(log)
    last = len(log.events)
    for name in dice.sample(SHIPPED, 7):
        as_of = on + timedelta(dice.choice([0, 0, 1, -1, 31, -365, 366]))
        position = dice.choice([last, dice.randrange(last // 2, last)])
        plan = bind(PLANS[name], BY_PLAN.get)
        found = agree(plan, log, frame, Question(as_of, position, START))
        for answer in found.answers():
            wanted = expected(DOCUMENTS[name], log, answer.subject, as_of, position)
            assert shown(answer) == wanted, (name, as_of, position, answer.subject)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    rules=st.sets(st.sampled_from(sorted(extra_rules.RULES)), min_size=1),
    changes=st.sets(st.sampled_from(range(len(variants.CHANGES))), max_size=6),
)
def test_they_agree_under_random_instruments(seed: int, rules: set[str], changes: set[int]) -> None:
    """An invented instrument of any further rules, and IP-ASN with any numbers changed."""
    on = some_day(seed)
    log = Everything(seed, on).log(people=4, each=40)
    frame = frame_of_log(log)
    texts = [
        extra_rules.document_of(tuple(sorted(rules))),
        variants.document_of(tuple(sorted(changes))),
    ]
    for written in texts:
        document, plan = yaml.safe_load(written), load(written, file="acak.yaml")
        position = len(log.events) - seed % 40
        found = agree(plan, log, frame, Question(on, position, START))
        for answer in found.answers():
            wanted = expected(document, log, answer.subject, on, position)
            assert shown(answer) == wanted, answer.subject


def test_every_kind_of_fact_that_a_shipped_instrument_reads_is_drawn() -> None:
    """What the instruments read happens in the crowds that they are compared on."""
    read = set().union(*(fields_read(bind(plan, BY_PLAN.get)) for plan in PLANS.values()))
    drawn = set()
    for seed in range(8):
        log = Everything(seed, some_day(seed)).log(people=6, each=45)
        drawn |= {one.topic.split(".")[1].split("/")[0] for one in log.events}
    assert read <= drawn
    assert {"correct", "annul", "end", "disputed"} <= drawn


def test_every_other_rule_is_worked_out() -> None:
    """A new rule about people is worked out by the oracle."""
    known = {name.removeprefix("rule_") for name in dir(naive_instrument.Sheet) if "rule_" in name}
    used = set().union(*(rules_named(name) for name in EVERY))
    assert used - known <= UNIT_RULES


def test_oracle_imports_nothing_of_the_project() -> None:
    """The oracle is a second opinion: only the one for IP-ASN is used besides the library."""
    source = Path(naive_instrument.__file__ or "").read_text("utf-8")
    imported = [line for line in source.splitlines() if line.startswith(("import", "from"))]
    assert not [line for line in imported if "projections" in line or "ledger" in line]
    assert [line for line in imported if "tests" in line] == [
        "from tests.oracle import naive_ip_asn as law"
    ]
