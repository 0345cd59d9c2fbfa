"""What objections, appeals and rulings make of a sanction (PP 94/2021, PP 79/2021)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ledger.domain.facts import Fact
from ledger.domain.sanction import Effect, InForce, effects

ON = date(2022, 2, 1)
RULED = date(2022, 3, 10)
EARLY, LATE = date(2022, 1, 20), date(2022, 2, 10)
RECORDED = datetime(2026, 1, 1, tzinfo=UTC)
SANCTION, FILING, CASE = 1, 2, 9


def fact(kind: str, root: int, on: date, fields: Mapping[str, Any], position: int = 0) -> Fact:
    """A fact as known, with its own position where order matters."""
    return Fact(kind, root, root, position or root, RECORDED, on, None, fields)


def sanction(level: str = "BERAT", *, until: date | None = None) -> Fact:
    """A sanction that takes effect on 1 February 2022, in case 9."""
    fields = {"level": level, "kind": "LAINNYA", "case": CASE}
    return Fact("sanction", SANCTION, 1, 1, RECORDED, ON, until, fields)


def filed(on: date, *, root: int = FILING, kind: str = "objection") -> Fact:
    """An objection or appeal against it."""
    return fact(kind, root, on, {"id": "K", "target": SANCTION, "filed_on": on.isoformat()})


def ruled(
    outcome: str,
    *,
    on: date = RULED,
    of: int = FILING,
    level: str | None = None,
    final: bool = True,
    root: int = 5,
) -> Fact:
    """A ruling."""
    fields = {"of": of, "forum": "PPK", "outcome": outcome, "final": final}
    return fact("ruling", root, on, fields if level is None else {**fields, "level": level})


def effect(*matters: Fact, level: str = "BERAT", late_filing_suspends: bool = False) -> Effect:
    """What became of the one sanction."""
    (found,) = effects(
        [sanction(level)],
        filings=[one for one in matters if one.kind != "ruling"],
        rulings=[one for one in matters if one.kind == "ruling"],
        late_filing_suspends=late_filing_suspends,
    )
    return found


def always(level: str, since: date = ON) -> tuple[InForce, ...]:
    """In force at one level since a day."""
    return (InForce(since, None, (level,)),)


def test_nothing_filed_is_in_force_from_its_day() -> None:
    """Without a filing a sanction is in force from its effective day, and nothing is open."""
    found = effect()
    assert found.periods == always("BERAT")
    assert (found.first, found.open_since, found.quashed) == (ON, None, False)
    assert found.levels_on(date(2022, 1, 31)) == ()
    assert found.levels_on(ON) == ("BERAT",)


def test_end_of_its_term_plays_no_part() -> None:
    """A window reads sanctions by their effective day alone, so `until` does not shorten them."""
    (found,) = effects(
        [sanction(until=date(2022, 6, 1))], filings=[], rulings=[], late_filing_suspends=False
    )
    assert found.levels_on(date(2023, 1, 1)) == ("BERAT",)


def test_filed_before_its_day_suspends_until_ruled() -> None:
    """An early filing without a ruling keeps it out of force, open since the day of filing."""
    found = effect(filed(EARLY))
    assert found.periods == ()
    assert found.open_since == EARLY
    assert found.may_change_by(EARLY)
    assert not found.may_change_by(date(2022, 1, 19))


@pytest.mark.parametrize("outcome", ["DIPERKUAT", "TIDAK_DAPAT_DITERIMA", "DICABUT"])
def test_upheld_is_in_force_from_the_ruling(outcome: str) -> None:
    """After an early filing the level stays and counts from the ruling's day."""
    found = effect(filed(EARLY), ruled(outcome))
    assert found.periods == always("BERAT", RULED)
    assert found.open_since is None


@pytest.mark.parametrize(
    ("outcome", "level"), [("DIPERINGAN", "RINGAN"), ("DIPERBERAT", "BERAT"), ("DIUBAH", "SEDANG")]
)
def test_changed_counts_at_the_new_level_from_the_ruling(outcome: str, level: str) -> None:
    """After an early filing the ruled level counts from the ruling's day, the old one never."""
    found = effect(filed(EARLY), ruled(outcome, level=level), level="SEDANG")
    assert found.periods == always(level, RULED)


def test_late_filing_suspends_nothing_as_shipped() -> None:
    """Filed after its day it stays in force, and a change counts from the ruling's day on."""
    found = effect(filed(LATE), ruled("DIPERINGAN", level="RINGAN"))
    assert found.periods == (InForce(ON, RULED, ("BERAT",)), InForce(RULED, None, ("RINGAN",)))
    assert found.first == ON
    assert effect(filed(LATE)).open_since == LATE


def test_filed_on_its_day_is_late() -> None:
    """Before means before: a filing on the effective day does not suspend."""
    assert effect(filed(ON)).periods == always("BERAT")
    assert effect(filed(date(2022, 1, 31))).periods == ()


def test_late_filing_suspends_where_the_regime_says_so() -> None:
    """With that parameter it is out of force from the filing to the ruling, and first as before."""
    found = effect(filed(LATE), ruled("DIPERKUAT"), late_filing_suspends=True)
    assert found.periods == (InForce(ON, LATE, ("BERAT",)), InForce(RULED, None, ("BERAT",)))
    assert effect(filed(LATE), late_filing_suspends=True).periods == (
        InForce(ON, LATE, ("BERAT",)),
    )


@pytest.mark.parametrize("matters", [(), (filed(EARLY),), (filed(LATE),)])
def test_quashed_is_never_in_force(matters: tuple[Fact, ...]) -> None:
    """DIBATALKAN, once known, holds for every day; a final one leaves nothing open."""
    found = effect(*matters, ruled("DIBATALKAN", of=FILING if matters else CASE))
    assert found.periods == ()
    assert found.quashed
    assert found.open_since is None


def test_quashed_wins_over_any_other_ruling() -> None:
    """Whatever else was ruled, before or after, a known DIBATALKAN stands."""
    for on in (date(2022, 3, 9), date(2022, 3, 11)):
        found = effect(filed(EARLY), ruled("DIBATALKAN"), ruled("DIPERKUAT", on=on, root=6))
        assert found.quashed
        assert found.periods == ()


def test_ruling_that_is_not_final_keeps_it_open() -> None:
    """It counts from its day, and may still change from then on."""
    found = effect(filed(EARLY), ruled("DIPERKUAT", final=False))
    assert found.periods == always("BERAT", RULED)
    assert found.open_since == RULED
    assert effect(filed(EARLY), ruled("DIBATALKAN", final=False)).open_since == RULED


def test_final_ruling_answers_an_earlier_filing() -> None:
    """An objection nobody answered is settled by the final ruling on a later appeal."""
    appeal = filed(date(2022, 1, 25), root=3, kind="appeal")
    found = effect(filed(EARLY), appeal, ruled("DIPERKUAT", of=3))
    assert found.periods == always("BERAT", RULED)
    assert found.open_since is None
    half = effect(filed(EARLY), appeal, ruled("DIPERKUAT", of=3, final=False))
    assert half.periods == ()
    assert half.open_since == EARLY


def test_final_ruling_of_the_day_of_filing_answers() -> None:
    """A filing of the very day of a final ruling on the same sanction is answered by it."""
    same_day = filed(RULED, root=3, kind="appeal")
    assert effect(filed(EARLY), same_day, ruled("DIPERKUAT")).open_since is None
    day_after = filed(date(2022, 3, 11), root=3, kind="appeal")
    assert effect(filed(EARLY), day_after, ruled("DIPERKUAT")).open_since == date(2022, 3, 11)


def test_appeal_filed_early_waits_for_its_own_ruling() -> None:
    """Two early filings: in force from the later of the two rulings."""
    appeal = filed(date(2022, 1, 25), root=3, kind="appeal")
    found = effect(
        filed(EARLY),
        appeal,
        ruled("DIPERKUAT", on=date(2022, 1, 22), final=False),
        ruled("DIPERBERAT", of=3, level="BERAT", root=6),
        level="SEDANG",
    )
    assert found.periods == always("BERAT", RULED)


@pytest.mark.parametrize(
    ("level", "outcome", "levels"),
    [
        ("BERAT", "DIPERINGAN", ("RINGAN", "SEDANG", "BERAT")),
        ("SEDANG", "DIPERINGAN", ("RINGAN", "SEDANG")),
        ("RINGAN", "DIPERINGAN", ("RINGAN",)),
        ("SEDANG", "DIPERBERAT", ("SEDANG", "BERAT")),
        ("RINGAN", "DIUBAH", ("RINGAN", "SEDANG", "BERAT")),
        ("MORAL", "DIPERBERAT", ("RINGAN", "SEDANG", "BERAT")),
    ],
)
def test_ruling_without_a_level_leaves_it_unknown(
    level: str, outcome: str, levels: tuple[str, ...]
) -> None:
    """What the outcome allows is possible, no more: unknown is a value."""
    assert effect(filed(EARLY), ruled(outcome), level=level).levels_on(RULED) == levels


def test_ruling_on_its_case_counts() -> None:
    """A ruling may name the case instead of a filing."""
    found = effect(ruled("DIPERINGAN", of=CASE, level="RINGAN"))
    assert found.levels_on(RULED) == ("RINGAN",)
    assert [one.kind for one in found.matters] == ["ruling"]


def test_matters_of_others_play_no_part() -> None:
    """A filing against something else, and a ruling on it, leave the sanction alone."""
    other = fact("objection", 7, EARLY, {"id": "K", "target": 8, "filed_on": EARLY.isoformat()})
    found = effect(other, ruled("DIBATALKAN", of=7))
    assert found.periods == always("BERAT")
    assert found.matters == ()


def test_two_rulings_apply_in_order_of_their_days() -> None:
    """The last level ruled by a day counts on it, in whatever order they were recorded."""
    first = ruled("DIPERINGAN", on=date(2022, 3, 1), level="RINGAN", final=False, root=8)
    second = ruled("DIPERBERAT", level="BERAT", root=5)
    found = effect(filed(LATE), first, second, level="SEDANG")
    assert [(one.since, one.levels) for one in found.periods] == [
        (ON, ("SEDANG",)),
        (date(2022, 3, 1), ("RINGAN",)),
        (RULED, ("BERAT",)),
    ]
