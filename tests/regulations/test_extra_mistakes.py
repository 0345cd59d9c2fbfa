"""Each mistake in a further rule, or in requirements, is refused with place and remedy."""

import pytest

from projections.language.document import DocumentRefused
from projections.language.instrument import load
from tests.projections.extra_rules import HEAD, RULES

REQUIREMENTS = """
outcomes: {met: YA, not_met: TIDAK, unknown: BELUM}
requirements:
  - {requirement: masa, rule: elapsed, facts: golongan, since: newest, window: held,
     at_least: {years: 4}, none: {missing: [0, 1]}}
"""
# The rule that is changed, what in it, into what, and the words that the message must hold.
MISTAKES: tuple[tuple[str, str, str, str], ...] = (
    ("tally", "by: scope", "by: title", "the field `title` of `innovation` is sealed"),
    ("tally", "UNIT: 1", "UNIT: -1", "is negative"),
    ("tally", "UNIT: 1, ", "", "`points` lacks `UNIT`"),
    ("tally", "by: scope", "by: team_id", "the field `team_id` of `innovation` holds no code"),
    ("tally", "facts: innovation, by: scope", "facts: activity, by: verdict", "may be absent"),
    ("awards", ", others: {missing: [0, 5]}", "", "a measure lacks `others`"),
    ("share", "KELENGKAPAN", "KEINDAHAN", "`dimension` does not know `KEINDAHAN`"),
    ("share", "decimals: 2, ", "", "a measure lacks `decimals`"),
    ("share", "record_check", "culture", "`culture` has no field `elements`"),
    ("elapsed", "{years: 4}", "{years: 4, months: 2}", "`at_least` has years or months"),
    ("elapsed", "since: newest", "since: oldest", "`since` does not know `oldest`"),
    ("none_in_force", "facts: standing", "facts: sanction", "`none_in_force` does not read"),
    ("all", "years: 2", "years: 0", "must be a whole number from 1 to 60"),
    ("all", "[SANGAT_BAIK, BAIK]", "[CUKUP_BAIK]", "`codes` does not know `CUKUP_BAIK`"),
    ("mean", "of: 100, decimals: 2", "of: 0, decimals: 2", "nothing can be divided by 0"),
    ("mean", "field: quality", "field: verdict", "the field `verdict` of `activity` is no number"),
    ("mean", "field: quality", "field: quality, part: A", "by name, so it has no `part`"),
    (
        "mean",
        "facts: activity, field: quality",
        "facts: record_check, field: elements, part: A",
        "the field `elements` of `record_check` is no number",
    ),
    (
        "mean",
        "facts: activity, field: quality",
        "facts: published_score, field: total",
        "`facts` does not know `published_score`",
    ),
    ("none_in_force", "facts: standing", "facts: disputed", "`facts` does not know `disputed`"),
    ("product", "PEMULA: 3.75, ", "", "`points` lacks `PEMULA`"),
    ("grid", "cuts: [60, 80]", "cuts: [80, 60]", "the cuts are not ascending"),
    ("grid", "[1, 3, 6], ", "", "`boxes` do not fill the square"),
    ("product", "max: 75", "max: 80", "the highest points are 75 and `max` is 80"),
    ("grid", "8], [4", "11], [4", "the highest points are 11 and `max` is 10"),
    ("post", "PELAKSANA, FUNGSIONAL", "LURAH", "`kinds` does not know `LURAH`"),
    ("post", "'04-01'", "'02-29'", "`02-29` is no day of every year"),
    ("by_status", "{employment: [PNS, CPNS]}", "{employment: [PNS]}", "add up to 0 for CPNS"),
    ("by_status", "{employment: [PNS, CPNS]}", "{sex: PRIA}", "`when` has no `sex`"),
    ("conversion", "months: 12", "months: 0", "must be a whole number from 1 to 720"),
    ("conversion", "max: 75", "max: 80", "the highest points are 75 and `max` is 80"),
    ("conversion", "facts: appraisal", "facts: golongan", "`golongan` has no field"),
    ("accrued", "say: collected", "say: reached", "there is only what was collected"),
    ("accrued", "say: collected", "say: all", "`say` does not know `all`"),
    ("accrued", "start: newest", "start: oldest", "`start` does not know `oldest`"),
    ("accrued", "SD: 1, ", "", "`ranks` lacks `SD`"),
    ("accrued", "AHLI_MUDA: 40", "LEKTOR: 40", "`need` does not know `LEKTOR`"),
    (
        "accrued",
        "field: hours",
        "field: level",
        "the field `level` of `competency` is not a number",
    ),
    ("need", "III/a: 10", "III/a: 12", "the highest points are 12 and `max` is 10"),
    ("ladder", "III/b, III/c, III/d", "III/b, III/b, III/d", "a step stands twice"),
    ("ladder", "S2: IV/a", "S2: IV/e", "a step does not know `IV/e`"),
    ("ladder", "choose: highest", "choose: best", "`choose` does not know `best`"),
    ("at_step", "{III/b: [AHLI_MUDA", "{III/c: [AHLI_MUDA", "`to` does not know `III/c`"),
    ("at_step", "codes: [III/b]", "codes: [III/b, III/d]", "name different steps"),
    ("at_step", "confirm: lowongan, ", "", "a step asks for a proof"),
    ("no_open_case", "facts: case", "facts: sanction", "reads cases and not `sanction`"),
    ("no_open_case", "ruling]", "appeal]", "`closed_by` does not know `appeal`"),
    ("worst_end", "{assumed: end}", "{assumed: begin}", "`since` does not know `begin`"),
    ("months", "{months: 3", "{years: 3", "`start: month` counts months"),
    ("months", "[TIDAK_MEMBUAT_SKP]", "[LUPA]", "`failed` does not know `LUPA`"),
)


def refusal(document: str) -> DocumentRefused:
    """Why a text is refused."""
    with pytest.raises(DocumentRefused) as caught:
        load(document.encode(), file="draft.yaml")
    return caught.value


def whole(body: str, most: int) -> str:
    """A text of these measures."""
    bands = f"bands: {{edge: lower, of: [[{most}, PENUH], [0, BELUM]]}}\n"
    return f"{HEAD}max: {most}\nmeasures:{body}\n{bands}"


@pytest.mark.parametrize(("rule", "old", "new", "words"), MISTAKES)
def test_mistake_in_a_rule_is_refused(rule: str, old: str, new: str, words: str) -> None:
    """The message names file, line and place, and what to do is said."""
    body = RULES[rule]
    assert old in body
    most = 75 if rule in ("product", "conversion") else 10 * body.count("\n  - ")
    load(whole(body, most).encode(), file="draft.yaml")
    found = refusal(whole(body.replace(old, new, 1), most))
    assert words in found.message
    assert found.message.startswith("draft.yaml line ")
    assert found.next_step


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("not_met: TIDAK", "not_met: YA", "two outcomes have one word"),
        ("unknown: BELUM", "never: BELUM", "`outcomes` lacks `unknown`"),
        ("rule: elapsed", "max: 2, rule: elapsed", "a measure has no `max`"),
        ("[0, 1]", "[0, 2]", "`none` is up to 2 points and `max` is 1"),
    ],
)
def test_mistake_in_requirements_is_refused(old: str, new: str, words: str) -> None:
    """A requirement is met or not, and every outcome has its word."""
    document = HEAD + REQUIREMENTS
    load(document.encode(), file="draft.yaml")
    assert words in refusal(document.replace(old, new, 1)).message


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (
            "{reading: 2019-01-01, sure_from: 2020-01-01}",
            "is a later day than one that is recalled",
        ),
        (
            "{recalled: 2019-01-01, sure_from: 2019-01-01}",
            "is a later day than one that is recalled",
        ),
        ("{recalled: 2019-02-30}", "is not a day that exists"),
        ("{missing: 2019-01-01}", "only a number of points may be missing"),
        ("{recalled: 2019-01-01, sure: 2020-01-01}", "a parameter is a value or {mark: value}"),
    ],
)
def test_mistake_in_the_first_day_is_refused(new: str, words: str) -> None:
    """The day by which a text was in force for sure stands beside one that is not sure."""
    document = whole(RULES["share"], 10)
    good = "{recalled: 2019-01-01, sure_from: 2020-01-01}"
    day = "in_force_from: 2019-01-01"
    plan = load(document.replace(day, f"in_force_from: {good}").encode(), file="draft.yaml")
    assert (plan.in_force_from.isoformat(), str(plan.sure_from)) == ("2019-01-01", "2020-01-01")
    assert words in refusal(document.replace(day, f"in_force_from: {new}")).message


def test_a_population_names_standings_in_one_way() -> None:
    """Who is measured, and who is left out, are not both said."""
    both = "population: {standing: AKTIF, not_standing: CLTN, "
    document = whole(RULES["share"], 10).replace("population: {", both)
    assert "`standing` and `not_standing` are both there" in refusal(document).message


@pytest.mark.parametrize(
    ("mark", "day", "said"),
    [
        ("verified", "2019-01-01", "verified"),
        ("assumed", "2019-01-01", "reading"),
        ("verified", "{assumed: 2019-01-01}", "assumed"),
    ],
)
def test_a_bare_first_day_is_confirmed_by_who_enacts(mark: str, day: str, said: str) -> None:
    """It makes no answer provisional by itself; one that is marked does."""
    document = whole(RULES["share"], 10).replace("mark: reading", f"mark: {mark}")
    document = document.replace("in_force_from: 2019-01-01", f"in_force_from: {day}")
    assert load(document.encode(), file="draft.yaml").first_day.mark == said
