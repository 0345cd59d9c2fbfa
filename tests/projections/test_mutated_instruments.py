"""Shipped instruments with random damage: a plan that both interpreters can answer, or a refusal."""

from __future__ import annotations

import random
import re
import time
from contextlib import suppress

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from projections.asking.binding import bind
from projections.cohorts.scale import PlanTooFine
from projections.language.document import DocumentRefused
from projections.language.instrument import load
from projections.language.shipped import drafts, names, text
from projections.plans.plan import Plan
from projections.question import Question
from tests.projections.everything import Everything
from tests.projections.extra_rules import HEAD, RULES, document_of, some_day
from tests.projections.logs import START
from tests.projections.test_cohort import agree, frame_of_log

DOCUMENTS = [*(text(name) for name in (*names(), *drafts())), *(document_of((r,)) for r in RULES)]
TOKEN = re.compile(r"[A-Za-z0-9_.\-]+")
WORDS = sorted({word for one in DOCUMENTS for word in TOKEN.findall(one.decode())})
NASTY = """NaN .nan Infinity .inf 1E+999999 1e5 -1 0 99999999999999 0x1F 1_000 ~ 2024-02-30 0000-00-00
    [] {} &a *a !!binary {<<:{}} ' " [[[[ ? | - <<: \u0663 true ever held {missing:[0,1]} [1,2]
    published_score elements scores part team_id counts_from until""".split()
BYTES = [b"\x00", b"\xff", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\r", b"\xc2\x85"]
# Seconds of the processor, much more than any takes on one machine.
AT_MOST = 5
ON = some_day(1)
LOG = Everything(5, ON).log(people=6, each=60)
FRAME = frame_of_log(LOG)


def damaged(seed: int) -> bytes:
    """One of the documents with a few lines gone, doubled, or with another word in them."""
    dice = random.Random(seed)
    lines = dice.choice(DOCUMENTS).decode().split("\n")
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        at = dice.randrange(len(lines))
        tokens = list(TOKEN.finditer(lines[at]))
        what = dice.randrange(7)
        if what == 0 and len(lines) > 1:
            del lines[at]
        elif what == 1:
            lines.insert(at, dice.choice(lines))
        elif tokens:
            found = dice.choice(tokens)
            word = dice.choice(NASTY if dice.randrange(2) else WORDS)
            lines[at] = lines[at][: found.start()] + word + lines[at][found.end() :]
    document = "\n".join(lines).encode()
    if not dice.randrange(20):
        place = dice.randrange(len(document))
        document = document[:place] + dice.choice(BYTES) + document[place:]
    return document


def loaded(document: bytes) -> Plan | None:
    """The plan, or None for a refusal that names file, line and remedy; anything else fails."""
    begun = time.process_time()
    refusal = None
    plan = None
    try:
        plan = load(document, file="rusak.yaml")
    except DocumentRefused as found:
        refusal = found
    assert time.process_time() - begun < AT_MOST
    if refusal is not None:
        assert refusal.message.startswith("rusak.yaml line ")
        assert str(refusal.details["line"]).isdecimal()
        assert refusal.next_step
    return plan


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_instrument_is_refused_or_can_be_answered(seed: int) -> None:
    """What loads is answered alike for one and for everybody; what does not says where and why."""
    plan = loaded(damaged(seed))
    if plan is None:
        return
    with suppress(PlanTooFine):  # numbers with too many digits: refused, too
        agree(bind(plan, lambda _: None), LOG, FRAME, Question(ON, len(LOG.events), START))


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=400) | st.text(max_size=400).map(lambda one: one.encode("utf-8", "replace"))
)
def test_any_bytes_are_refused_with_a_line(document: bytes) -> None:
    """No text that is no instrument brings anything but a refusal."""
    assert loaded(document) is None


MANY = "".join(
    f"  - {{measure: a{one}, max: 1, rule: on_days, days: '04-01'}}\n" for one in range(800)
)
BANDS = ", ".join(f"[{9_999 - one}, B]" for one in range(3_500))


@pytest.mark.parametrize(
    ("document", "is_plan"),
    [
        (b"a: [" + b"a," * 19_900 + b"]", False),
        ("\n".join(f"k{one}: {one}" for one in range(4_500)).encode(), False),
        (b"a: " + b"x " * 24_000, False),
        (b"a: b\n" + b" c\n" * 16_000, False),
        (b"#\n" * 24_000, False),
        (b"{a: " * 12_000, False),
        (b"? " * 24_000, False),
        (f"{HEAD}max: 800\nmeasures:\n{MANY}bands: {{edge: lower, of: [[0, B]]}}\n".encode(), True),
        (f"{HEAD}max: 9999\nmeasures:\n{MANY[:70]}\nbands: {{of: [{BANDS}]}}\n".encode(), False),
    ],
)
def test_the_largest_texts_are_read_at_once(document: bytes, *, is_plan: bool) -> None:
    """What comes near the limits of size, depth or number of values takes no minutes."""
    assert (loaded(document) is not None) == is_plan
