"""What an answer tells about itself: the facts that counted, the others and why, its digest."""

import json
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from ledger.domain.facts import history
from ledger.domain.unit_tree import tree_on
from projections.answer import Answer, MeasureResult, Status
from projections.language.instrument import load
from projections.language.shipped import text
from projections.plans.plan import Mark, Plan, Span
from projections.question import Question
from projections.subject import Surroundings, around, references_on
from projections.tracing.trace import trace
from tests.golden.record import START, Recorder, tell
from tests.oracle.histories import BOOK, PERSON, events

NAME = "ip-asn-perbkn-8-2019.yaml"
SHIPPED = text(NAME).decode()
PLAN = load(SHIPPED.encode(), file=NAME)
UNITS = {"DINAS": 0, "DINAS-BIDANG": 1}
AS_OF = date(2022, 12, 31)
KEYS = [
    "instrument", "decree", "enacted", "engine", "period", "subject", "unit", "position_kind",
    "as_of", "position", "known_at", "digest", "status", "why", "issued", "hypothetical",
    "disputed", "range", "total", "band", "measures", "facts",
]  # fmt: skip
MEASURE_KEYS = ["measure", "points", "max", "rule", "cite", "mark", "measures", "facts"]


def asked(
    case: dict[str, Any], *, plan: Plan = PLAN, as_of: date = AS_OF, **more: Any
) -> tuple[Answer, Recorder]:
    """The answer about the person of a case, and his record."""
    told = tell(case, UNITS)
    story = told.story()
    book = history(events(story.book, stream=BOOK))
    depths = {told.units[code]: depth for code, depth in UNITS.items()}
    found = trace(
        plan,
        history(events(story.rows)),
        Question(as_of, story.last, START, **more),
        subject=PERSON.hex,
        surroundings=Surroundings(references_on(book, as_of), depths),
        enacted=3,
    )
    return found, told


def measure(found: Answer, name: str) -> MeasureResult:
    """A measure of an answer, at any level."""

    def below(parts: tuple[MeasureResult, ...]) -> Iterator[MeasureResult]:
        for part in parts:
            yield part
            yield from below(part.measures)

    return next(one for one in below(found.measures) if one.name == name)


def uses(found: Answer, name: str) -> list[tuple[bool, str]]:
    """Whether each fact of a measure counted, and why, in order of legal days."""
    return [(one.used, one.why) for one in measure(found, name).facts]


def varied(*changes: tuple[str, str]) -> Plan:
    """The shipped instrument with other choices."""
    document = SHIPPED
    for old, new in changes:
        assert old in document
        document = document.replace(old, new)
    return load(document.encode(), file="varied.yaml")


def test_answer_has_the_keys_of_the_contract_in_order() -> None:
    """The object of the public contract: these keys, this order, at every level."""
    shown = asked({})[0].as_json()
    assert list(shown) == KEYS
    for one in [*shown["measures"], *shown["measures"][1]["measures"]]:
        assert list(one) == MEASURE_KEYS
    assert list(shown["measures"][0]["facts"][0]) == [
        "position",
        "used",
        "why",
        "effective_on",
        "recorded_at",
    ]
    assert shown["enacted"] == 3
    assert shown["position_kind"] == "PELAKSANA"
    assert shown["known_at"] == "2026-01-01T00:00:00.000000Z"


def test_facts_are_left_out_where_not_asked_for() -> None:
    """Without a trace the measures come without facts, and the digest is the same."""
    found, _ = asked({})
    short, whole = found.as_json(with_facts=False), found.as_json()
    assert "facts" not in json.dumps(short)
    assert short["digest"] == whole["digest"]


def test_an_outsider_can_recompute_the_digest() -> None:
    """SHA-256 over sorted, compact JSON without digest, person and facts."""

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: bare(part) for key, part in value.items() if key != "facts"}
        return [bare(part) for part in value] if isinstance(value, list) else value

    shown = json.loads(json.dumps(asked({"education": "SP2"})[0].as_json()))
    shown["person"] = {"nip": "…", "name": "…"}
    kept = {key: part for key, part in shown.items() if key not in ("digest", "person")}
    plain = json.dumps(bare(kept), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert shown["digest"] == "sha256:" + sha256(plain.encode()).hexdigest()


def test_reason_says_who_must_act_and_what_to_do() -> None:
    """A not computable answer names what is missing, who must act and the next step."""
    shown = asked({"appraised": None})[0].as_json()
    assert shown["status"] == "not_computable"
    assert shown["total"] is None
    assert shown["band"] is None
    assert shown["range"] == {"from": "20", "to": "50"}
    assert shown["why"] == [
        {
            "code": "FACT_MISSING",
            "measure": "kinerja",
            "missing": "appraisal",
            "who_must_act": "BKD",
            "next_step": "Record the fact with its document.",
        }
    ]


def test_recalled_number_is_named_by_its_place() -> None:
    """A provisional answer says which parameter of the instrument it rests on."""
    found, _ = asked({"education": "PROFESI"})
    assert found.status is Status.PROVISIONAL
    assert [(one.code, one.measure, one.missing) for one in found.why] == [
        ("PARAMETER_RECALLED", "kualifikasi", "measures.kualifikasi.points.PROFESI")
    ]
    assert measure(found, "kualifikasi").mark is Mark.RECALLED
    assert found.span is None


def test_best_shows_the_winner_and_the_others() -> None:
    """The fact that counted shows its level, a lower one and an invisible one why they did not."""
    found, _ = asked(
        {
            "facts": [
                {"fact": "qualification", "level": "S2", "on": "2015"},
                {"fact": "qualification", "level": "D3", "on": "2016", "until": "2020-01-01"},
                {"fact": "qualification", "level": "S3", "on": "2023"},
            ]
        }
    )
    assert uses(found, "kualifikasi") == [
        (False, "LOWER"),
        (True, "S2"),
        (False, "ENDED"),
        (False, "NOT_YET"),
    ]


def test_total_shows_hours_and_what_lies_outside() -> None:
    """Each training in the window shows its hours, the others why they do not count."""
    trainings = [
        {"fact": "competency", "category": "TEKNIS", "hours": hours, "to": to}
        for hours, to in (("8", "2021-12-31"), ("12.5", "2022-01-01"), ("9", "2023-01-01"))
    ]
    blank = {"fact": "competency", "category": "TEKNIS", "to": "2022-06-01"}
    found, _ = asked({"facts": [*trainings, blank]})
    assert uses(found, "teknis") == [
        (False, "OUT_OF_WINDOW"),
        (True, "12.5"),
        (False, "FIELD_UNKNOWN"),
        (False, "NOT_YET"),
    ]


def test_any_shows_what_was_asked_for() -> None:
    """A training of another level says which one was asked."""
    found, _ = asked(
        {
            "kind": "PENGAWAS",
            "facts": [{"fact": "competency", "category": "KEPEMIMPINAN", "level": "PKA",
                       "to": "2016-05-01"}],
        }
    )  # fmt: skip
    assert uses(found, "kepemimpinan") == [(False, "PKA, asked PKP")]


def test_post_and_its_ties_are_shown() -> None:
    """The post that counts shows its kind; others show that they are acting, older or tied."""
    found, told = asked(
        {
            "facts": [
                {"fact": "position", "kind": "PENGAWAS", "unit": "DINAS-BIDANG",
                 "on": "2020-01-01"},
                {"fact": "position", "kind": "FUNGSIONAL", "unit": "DINAS", "on": "2020-01-01"},
                {"fact": "position", "kind": "ADMINISTRATOR", "assignment": "PLT",
                 "on": "2021-01-01"},
            ]
        }
    )  # fmt: skip
    assert uses(found, "kompetensi") == [
        (False, "EARLIER_POSITION"),
        (True, "PENGAWAS"),
        (False, "SAME_DAY_LESS_SPECIFIC_UNIT"),
        (False, "PLT"),
    ]
    assert found.unit == told.units["DINAS-BIDANG"]


def test_latest_shows_every_appraisal_and_why() -> None:
    """The year that counts shows its predicate, the others why they do not."""
    found, _ = asked(
        {
            "facts": [
                {"fact": "appraisal", "period": "2020", "predicate": "BAIK"},
                {"fact": "appraisal", "period": "2021-H1", "predicate": "BAIK"},
                {"fact": "appraisal", "period": "2021-Q2", "predicate": "BAIK"},
                {"fact": "appraisal", "period": "2021", "predicate": "BAIK", "assignment": "PLT"},
                {"fact": "appraisal", "period": "2022", "predicate": "BAIK", "on": "2023-02-01"},
            ]
        }
    )
    assert uses(found, "kinerja") == [
        (False, "OUT_OF_WINDOW"),
        (False, "WHOLE_YEAR_COUNTS"),
        (False, "OTHER_PERIOD"),
        (True, "BAIK"),
        (False, "PLT"),
        (False, "NOT_YET"),
    ]


def test_worst_shows_sanctions_with_their_matters() -> None:
    """Sanctions, filings and rulings stand in the trace, with what became of each."""
    found, _ = asked(
        {
            "facts": [
                {"fact": "sanction", "level": "BERAT", "on": "2022-02-01", "key": "a"},
                {"fact": "objection", "target": "a", "filed_on": "2022-01-20", "on": "2022-01-20",
                 "key": "b"},
                {"fact": "ruling", "of": "b", "outcome": "DIBATALKAN", "final": True,
                 "on": "2022-03-01"},
                {"fact": "sanction", "level": "SEDANG", "on": "2022-05-01"},
                {"fact": "sanction", "level": "RINGAN", "on": "2022-06-01"},
                {"fact": "sanction", "level": "MORAL", "on": "2022-07-01"},
                {"fact": "sanction", "level": "BERAT", "on": "2012-07-01"},
            ]
        }
    )  # fmt: skip
    assert uses(found, "disiplin") == [
        (False, "OUT_OF_WINDOW"),
        (True, "OBJECTION"),
        (False, "DIBATALKAN"),
        (True, "DIBATALKAN"),
        (True, "SEDANG"),
        (False, "NOT_WORST"),
        (False, "NOT_COUNTED"),
    ]


def test_contested_fact_is_listed() -> None:
    """A fact that counted and is disputed stands in `disputed` by its position."""
    found, told = asked(
        {
            "facts": [
                {"fact": "competency", "category": "SEMINAR", "to": "2022-05-01", "key": "s"},
                {"fact": "dispute", "target": "s"},
            ]
        }
    )
    assert found.as_json()["disputed"] == [told.at["s"]]
    assert found.status is Status.PROVISIONAL


def test_without_a_fact_the_answer_is_stamped() -> None:
    """A fact left out counts for nothing, and the answer says that it is hypothetical."""
    case = {"facts": [{"fact": "sanction", "level": "BERAT", "on": "2022-02-01", "key": "s"}]}
    _, told = asked(case)
    root = told.versions["s"]
    found, _ = asked(case, without=((PERSON.hex, root),))
    assert measure(found, "disiplin").points == Decimal(5)
    assert found.as_json()["hypothetical"] == {"without": [f"{PERSON.hex}/{root}"]}
    other, _ = asked(case, without=(("ff", root),))
    assert measure(other, "disiplin").points == Decimal(1)


def test_facts_restated_after_a_merge_count_from_its_day() -> None:
    """Asked about a day before the merge, what was stated again is not there."""
    told = tell({"facts": [{"fact": "sanction", "level": "BERAT", "on": "2020-02-01"}]}, UNITS)
    rows = list(told.rows)
    rows[-1]["fields"] = {**rows[-1]["fields"], "counts_from": "2022-06-01"}
    facts = history(events(rows))
    points = {}
    for as_of in (date(2022, 5, 31), date(2022, 6, 1)):
        found = trace(
            PLAN,
            facts,
            Question(as_of, len(rows), START),
            subject=PERSON.hex,
            surroundings=Surroundings(),
        )
        points[as_of] = measure(found, "disiplin").points
    assert list(points.values()) == [Decimal(5), Decimal(1)]


def test_units_lie_as_deep_as_their_parents_say() -> None:
    """Depth counts the units above on the day; a circle of parents ends where it closes."""
    parents = {"a": None, "b": "a", "c": "b", "d": "e", "e": "d"}
    units = {}
    for name, parent in parents.items():
        fields = {"code": name, "name": name} | ({} if parent is None else {"parent": parent})
        row = {"do": "fact", "kind": "unit", "position": 1, "version": 1, "recorded_at": START}
        row |= {"on": date(2020, 1, 1), "until": None, "fields": fields}
        units[name] = history(events([row], owner="org_unit"))
    depths = around({}, tree_on(units, AS_OF)).depths
    assert depths == {"a": 0, "b": 1, "c": 2, "d": 1, "e": 1}
    before = around({}, tree_on(units, date(2019, 1, 1))).depths
    assert before == dict.fromkeys(parents, 0)


def test_standing_limits_a_population_where_stated() -> None:
    """An instrument for people on duty leaves out those who are not, or of whom nobody knows."""
    plan = varied(("{employment: [PNS]}", "{employment: [PNS], standing: [AKTIF]}"))
    said = {"fact": "standing", "standing": "AKTIF", "on": "2015-01-01"}
    away = {"fact": "standing", "standing": "CLTN", "on": "2022-12-31"}
    codes = [
        [reason.code for reason in asked({"facts": facts}, plan=plan)[0].why]
        for facts in ([said], [said, away], [])
    ]
    assert codes == [[], ["NOT_IN_POPULATION"], ["STANDING_UNKNOWN"]]


@pytest.mark.parametrize(
    ("hours", "points"),
    [("0", "0"), ("10", "11.25"), ("0.01", "0.01"), ("19.99", "22.49"), ("19.995", "22.49"),
     ("19.996", "22.5"), ("20", "22.5"), ("40", "22.5")],
)  # fmt: skip
def test_proportional_award_rounds_half_up_once(hours: str, points: str) -> None:
    """Below the target the share of the maximum, from the exact fraction, rounded half up."""
    plan = varied(("award: {reading: all_or_nothing}", "award: proportional\n        decimals: 2"))
    training = {"fact": "competency", "category": "TEKNIS", "hours": hours, "to": "2022-05-01"}
    found, _ = asked({"facts": [training]}, plan=plan)
    assert measure(found, "teknis").points == Decimal(points)


def test_proportional_award_with_blank_hours_has_bounds() -> None:
    """Blank hours leave everything open between what is known and the maximum."""
    plan = varied(("award: {reading: all_or_nothing}", "award: proportional\n        decimals: 2"))
    trainings = [
        {"fact": "competency", "category": "TEKNIS", "hours": "10", "to": "2022-05-01"},
        {"fact": "competency", "category": "TEKNIS", "to": "2022-05-02"},
    ]
    found, _ = asked({"facts": trainings}, plan=plan)
    assert measure(found, "teknis").span == Span(Decimal("11.25"), Decimal("22.5"))


def test_calendar_window_begins_on_new_year() -> None:
    """A calendar year asked in March begins on 1 January and not a year back."""
    plan = varied(("{years: 1, start: {reading: rolling}}", "{years: 1, start: calendar}"))
    training = {"fact": "competency", "category": "TEKNIS", "hours": "20", "to": "2021-12-31"}
    points = [
        measure(asked({"facts": [training]}, plan=one, as_of=date(2022, 3, 1))[0], "teknis").points
        for one in (PLAN, plan)
    ]
    assert points == [Decimal("22.5"), Decimal(0)]


def test_halves_may_be_left_unread() -> None:
    """An instrument that reads no halves knows nothing of a year with halves alone."""
    plan = varied(("halves: {reading: mean}", "halves: not_read"))
    halves = [
        {"fact": "appraisal", "period": f"2021-H{half}", "predicate": "BAIK"} for half in (1, 2)
    ]
    found, _ = asked({"appraised": None, "facts": halves}, plan=plan)
    assert uses(found, "kinerja") == [(False, "OTHER_PERIOD"), (False, "OTHER_PERIOD")]
    assert [one.code for one in found.why] == ["FACT_MISSING"]


def test_late_filing_may_suspend() -> None:
    """Where the instrument says so, a filing after the effective day suspends until ruled."""
    plan = varied(("{reading: no_suspension}", "suspends"))
    case = {
        "facts": [
            {"fact": "sanction", "level": "BERAT", "on": "2022-02-01", "key": "s"},
            {"fact": "objection", "target": "s", "filed_on": "2022-02-10", "on": "2022-02-10"},
        ]
    }
    assert measure(asked(case)[0], "disiplin").points == Decimal(1)
    found, _ = asked(case, plan=plan)
    assert measure(found, "disiplin").points == Decimal(5)
    assert uses(found, "disiplin")[0] == (False, "SUSPENDED")


def test_ever_reaches_back_without_end() -> None:
    """With `window: ever` a sanction of decades ago counts."""
    plan = varied(("window: {years: {reading: 5}, start: {reading: rolling}}", "window: ever"))
    case = {"facts": [{"fact": "sanction", "level": "BERAT", "on": "1999-02-01"}]}
    assert measure(asked(case, plan=plan)[0], "disiplin").points == Decimal(1)


def test_number_for_nothing_recorded_is_a_number() -> None:
    """Where an instrument gives points for no appraisal, the answer is computable."""
    plan = varied(("none: {missing: [0, 30]}", "none: {assumed: 1}"))
    found, _ = asked({"appraised": None}, plan=plan)
    assert measure(found, "kinerja").points == Decimal(1)
    assert found.status is Status.PROVISIONAL
    assert [one.code for one in found.why] == ["PARAMETER_ASSUMED"]


def test_two_hundred_events_take_less_than_two_milliseconds() -> None:
    """One person's score with its full trace, from loaded events, the history included."""
    trainings = [
        {
            "fact": "competency",
            "category": "TEKNIS",
            "hours": "1",
            "to": f"20{year}-0{month}-0{day}",
        }
        for year in range(13, 23)
        for month in range(1, 5)
        for day in range(1, 5)
    ]
    appraisals = [
        {"fact": "appraisal", "period": f"20{year}", "predicate": "BAIK"} for year in range(12, 21)
    ]
    told = tell({"facts": [*trainings, *appraisals, *appraisals, *appraisals]}, UNITS)
    recorded = events(told.rows)
    assert len(recorded) >= 190
    question = Question(AS_OF, len(recorded), START)
    taken = []
    for _ in range(20):
        begin = time.perf_counter()
        trace(PLAN, history(recorded), question, subject="", surroundings=Surroundings())
        taken.append(time.perf_counter() - begin)
    # The bound for the suite is wide, because other tests run beside it; `make bench` is exact.
    assert min(taken) < 0.006
