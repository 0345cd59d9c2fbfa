"""What a sanction does to every shipped instrument, by its state and by what was known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from projections.answer import MeasureResult
from projections.asking.binding import bind
from projections.language.instrument import load
from projections.language.shipped import drafts, names, text
from projections.plans.extra import Score
from projections.plans.plan import Held, Measure, Span, Sum, Worst, bounds
from projections.reasons import MATTER_OPEN
from projections.subject import Post
from projections.tracing.case import Case
from projections.tracing.scoring import asked_of
from projections.tracing.trace import evaluate
from tests.casework import Row, day, filed, known, ruled, sanction

PLANS = {name: load(text(name), file=name) for name in (*names(), *drafts())}
BY_NAME = {plan.instrument: plan for plan in reversed(list(PLANS.values()))}
NOBODY = Post(None, None, (), None)

# Decided in March 2022 and effective on 15 April, for a year.
PUNISHED = sanction("2022-04-15", decided_on="2022-03-21", until="2023-04-15", case=None)
EARLY, LATE = filed("2022-04-01"), filed("2022-05-02")
RULED_ON = "2022-06-01"


def reading(measures: Sequence[Measure]) -> Iterator[tuple[Measure, Worst]]:
    """The measures that read sanctions."""
    for one in measures:
        if isinstance(one.rule, Sum):
            yield from reading(one.rule.measures)
        elif isinstance(one.rule, Worst):
            yield one, one.rule


READERS = {name: next(reading(plan.measures), None) for name, plan in PLANS.items()}
SANCTIONED = sorted(name for name, found in READERS.items() if found is not None)

# What is known, the day asked about, and the level that counts; None when none does.
STATES: list[tuple[str, tuple[Row, ...], str, str | None]] = [
    ("decided, not in effect yet", (PUNISHED,), "2022-04-14", None),
    ("in force", (PUNISHED,), "2022-04-15", "SEDANG"),
    ("suspended by an objection", (PUNISHED, EARLY), "2022-05-15", None),
    ("filed when in force", (PUNISHED, LATE), "2022-05-15", "SEDANG"),
    ("upheld, before", (PUNISHED, EARLY, ruled(RULED_ON, "DIPERKUAT")), "2022-05-31", None),
    ("upheld, from the ruling on", (PUNISHED, EARLY, ruled(RULED_ON, "DIPERKUAT")), RULED_ON,
     "SEDANG"),
    ("reduced", (PUNISHED, EARLY, ruled(RULED_ON, "DIPERINGAN", level="RINGAN")), RULED_ON,
     "RINGAN"),
    ("reduced while in force, before", (PUNISHED, LATE,
     ruled(RULED_ON, "DIPERINGAN", level="RINGAN")), "2022-05-31", "SEDANG"),
    ("reduced while in force", (PUNISHED, LATE, ruled(RULED_ON, "DIPERINGAN", level="RINGAN")),
     RULED_ON, "RINGAN"),
    ("made heavier", (PUNISHED, EARLY, ruled(RULED_ON, "DIPERBERAT", level="BERAT")), RULED_ON,
     "BERAT"),
    ("quashed, asked about a day before", (PUNISHED, LATE, ruled(RULED_ON, "DIBATALKAN")),
     "2022-05-15", None),
    ("not admitted", (PUNISHED, EARLY, ruled(RULED_ON, "TIDAK_DAPAT_DITERIMA")), RULED_ON,
     "SEDANG"),
    ("withdrawn", (PUNISHED, EARLY, ruled(RULED_ON, "DICABUT")), RULED_ON, "SEDANG"),
]  # fmt: skip


def worked_out(name: str, rows: Sequence[Row], on: str) -> tuple[MeasureResult, Worst]:
    """What the measure that reads sanctions comes to."""
    found = READERS[name]
    assert found is not None
    measure, rule = found
    return evaluate(measure, Case(known(*rows), day(on), NOBODY)), rule


def points(rule: Worst, level: str | None) -> Span:
    """What the instrument gives for a level, or for none."""
    without = bounds(rule.none)
    if level is None:
        return without
    entry = bounds(rule.points[level])
    return Span(min(entry.low, without.low), min(entry.high, without.high))


def test_the_instruments_that_read_sanctions() -> None:
    """IP-ASN under both texts, the share without sanctions, medals, promotion by three decrees."""
    kinds = {PLANS[name].instrument for name in SANCTIONED}
    assert kinds == {
        "ip-asn",
        "hukdis",
        *(f"satyalancana-{years}" for years in ("x", "xx", "xxx")),
        *(f"kenaikan-pangkat-{kind}" for kind in ("reguler", "struktural", "fungsional")),
    }
    assert len(SANCTIONED) == 15


@pytest.mark.parametrize(
    ("rows", "on", "level"), [one[1:] for one in STATES], ids=[one[0] for one in STATES]
)
@pytest.mark.parametrize("name", SANCTIONED)
def test_each_state_on_each_instrument(
    name: str, rows: tuple[Row, ...], on: str, level: str | None
) -> None:
    """The level that is in force on the day counts, and no other."""
    found, rule = worked_out(name, rows, on)
    assert found.span == points(rule, level)


@pytest.mark.parametrize("name", SANCTIONED)
def test_a_suspended_sanction_leaves_the_answer_open(name: str) -> None:
    """Nothing counts, the reason is told, and the bounds reach down to the worst level."""
    found, rule = worked_out(name, (PUNISHED, EARLY), "2022-05-15")
    assert [one.code for one in found.reasons] == [MATTER_OPEN]
    assert found.reach.low == min(bounds(entry).low for entry in rule.points.values())
    settled = (PUNISHED, EARLY, ruled(RULED_ON, "DIBATALKAN"))
    assert not worked_out(name, settled, "2022-05-15")[0].reasons


@pytest.mark.parametrize("name", SANCTIONED)
def test_a_quashed_sanction_counts_until_that_is_known(name: str) -> None:
    """The same day: asked before the ruling was known it counts, asked with it it never did."""
    before, rule = worked_out(name, (PUNISHED,), "2022-05-15")
    assert before.span == points(rule, "SEDANG")
    quashed = (PUNISHED, LATE, ruled(RULED_ON, "DIBATALKAN"))
    for on in ("2022-04-15", "2022-05-15", "2022-12-31", "2024-01-01"):
        assert worked_out(name, quashed, on)[0].span == points(rule, None)


@pytest.mark.parametrize("name", SANCTIONED)
def test_after_its_term_it_blocks_nothing_and_stays_in_a_window(name: str) -> None:
    """Promotion is free from the end of the term on; an index or medal with a window remembers."""
    found, rule = worked_out(name, (PUNISHED,), "2023-04-15")
    remembered = None if isinstance(rule.window, Held) else "SEDANG"
    assert found.span == points(rule, remembered)
    during, _ = worked_out(name, (PUNISHED,), "2023-04-14")
    assert during.span == points(rule, "SEDANG")


@pytest.mark.parametrize("name", SANCTIONED)
def test_moral_sanctions_count_nowhere(name: str) -> None:
    """The code of ethics (PP 42/2004) is no hukuman disiplin."""
    moral = sanction(
        "2022-04-15", decided_on="2022-03-21", case=None, level="MORAL", kind="LAINNYA"
    )
    found, rule = worked_out(name, (moral,), "2022-05-15")
    assert found.span == points(rule, None)


def test_what_reads_another_instrument_follows_it() -> None:
    """A measure that reads the score of one with sanctions moves with it."""
    service: Row = ("R", "registered", "2010-01-01", {"employment": "PNS"})
    post = Post(None, None, (), None, "PNS")
    followers = [
        one
        for plan in PLANS.values()
        for one in bind(plan, BY_NAME.get).measures
        if isinstance(one.rule, Score) and list(reading(asked_of(one.rule)))
    ]
    for one in followers:
        free, punished = (
            evaluate(one, Case(known(service, *rows), day("2022-05-15"), post))
            for rows in ((), (PUNISHED,))
        )
        assert punished.span.high < free.span.high
    assert followers
