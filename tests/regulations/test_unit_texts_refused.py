"""Mistakes in instruments about units: each is refused with the place and what to do."""

from __future__ import annotations

import pytest

from ledger.errors import LedgerError
from projections.asking.binding import InstrumentsInCircle, MeasureUnknown, SubjectMismatch, bind
from projections.language.document import DocumentRefused
from projections.language.instrument import load
from projections.plans.plan import Plan

HEAD = """
instrument: {name}
title: Contoh
subject: {subject}
basis: LOCAL
decree: contoh
in_force_from: 2020-01-01
period: {{cut_off: period_end}}
population: {population}
cite: contoh
mark: reading
"""
MEMBERS = "rule: members, instrument: orang, decimals: 2, none: 0"
NEWEST = "rule: newest, period: calendar_year, of: 100, decimals: 1, none: 0, window: ever"
PATTERN = (
    "rule: pattern, instrument: orang, bands: [PENUH], facts: unit_appraisal, by: predicate,"
    " period: calendar_year, window: ever, none: 0, "
)
REST = "[ISTIMEWA, BUTUH_PERBAIKAN, KURANG, SANGAT_KURANG]"
LIMITS = "limits: {BAIK: {at_most: 70}}, free: " + REST
BANDS = "bands: {edge: lower, of: [[10, PENUH], [0, BELUM]]}"


def told(
    rule: str,
    *,
    name: str = "unit",
    subject: str = "org_unit",
    population: str = "{}",
    bands: str = BANDS,
) -> bytes:
    """A text with one measure."""
    head = HEAD.format(name=name, subject=subject, population=population)
    measure = "- {measure: satu, max: 10, " + rule + "}"
    return f"{head}max: 10\nmeasures:\n  {measure}\n{bands}\n".encode()


def of_people(rule: str = "rule: any, facts: award, window: ever", name: str = "orang") -> Plan:
    """An instrument about people."""
    text = told(rule, name=name, subject="employee", population="{employment: PNS}")
    return load(text, file="orang.yaml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            told(
                f"{MEMBERS}, statistic: mean, mean_decimals: 2",
                subject="employee",
                population="{employment: PNS}",
            ),
            "a person has no members",
        ),
        (told(f"{MEMBERS}, statistic: mean"), "where it is rounded"),
        (told(f"{MEMBERS}, statistic: share, mean_decimals: 2"), "which bands it counts"),
        (told(f"{MEMBERS}, statistic: mean, mean_decimals: 2, bands: [PENUH]"), "which bands"),
        (told(f"{MEMBERS}, statistic: share, bands: [PENUH], of: satu"), "has no bands"),
        (told(f"{MEMBERS}, statistic: share, bands: [PENUH, PENUH]"), "names a code twice"),
        (told(f"{MEMBERS}, statistic: median, mean_decimals: 2"), "statistic"),
        (told(f"{MEMBERS}, statistic: mean, mean_decimals: 9"), "mean_decimals"),
        (told("rule: post, kinds: [PELAKSANA]"), "a unit holds no post"),
        (
            told(PATTERN + LIMITS, subject="employee", population="{employment: PNS}"),
            "a person has no members",
        ),
        (told(PATTERN + "limits: {BAIK: {}}, free: " + REST), "limits nothing"),
        (told(PATTERN + "limits: {BAIK: {at_most: 101}}, free: " + REST), "above 100 percent"),
        (told(PATTERN + "limits: {BAIK: {at_least: -1}}, free: " + REST), "at_least"),
        (told(PATTERN + "limits: {BAIK: {people: 0}}, free: " + REST), "people"),
        (
            told(PATTERN + "limits: {BAIK: {at_least: 60, at_most: 40}}, free: " + REST),
            "no share fits",
        ),
        (told(PATTERN + "limits: {BAIK: {at_most: 70}}"), "ISTIMEWA has no limit"),
        (
            told(PATTERN + "limits: {BAIK: {at_most: 70}, KURANG: {people: 1}}, free: " + REST),
            "KURANG has a limit and is `free`",
        ),
        (told(PATTERN + "limits: {}, free: [BAIK, " + REST[1:]), "no code has a limit"),
        (told(PATTERN + "limits: {BAIK: {most: 70}}, free: " + REST), "most"),
        (told((PATTERN + LIMITS).replace("[PENUH]", "[PENUH, PENUH]")), "names a code twice"),
        (
            told((PATTERN + LIMITS).replace("unit_appraisal, by: predicate", "unit, by: kind")),
            "no field `period`",
        ),
        (
            told("rule: any, facts: finding, window: ever, when: {position_kind: PELAKSANA}"),
            "a unit holds no post",
        ),
        (told("rule: any, facts: competency, window: ever"), "facts"),
        (
            told("rule: any, facts: finding, window: ever", population="{kind: [Dinas Besar]}"),
            "no code word",
        ),
        (
            told("rule: any, facts: finding, window: ever", population="{kind: [DINAS, DINAS]}"),
            "names a code twice",
        ),
        (
            told("rule: any, facts: finding, window: ever", population="{employment: PNS}"),
            "employment",
        ),
        (told(f"{NEWEST}, facts: finding, field: score"), "period"),
        (told(f"{NEWEST}, facts: assessment, field: aspect"), "not a number"),
        (
            told(f"{NEWEST.replace('of: 100', 'of: 0')}, facts: assessment, field: score"),
            "divided by 0",
        ),
        (
            told(f"{NEWEST.replace('calendar_year', 'half')}, facts: assessment, field: score"),
            "period",
        ),
    ],
)
def test_a_mistake_is_refused_with_its_place(text: bytes, words: str) -> None:
    """File, line and remedy are told."""
    with pytest.raises(DocumentRefused, match=words) as fault:
        load(text, file="unit.yaml")
    assert "unit.yaml" in fault.value.message
    assert fault.value.next_step


MEAN = f"{MEMBERS}, statistic: mean, mean_decimals: 2"
REQUIREMENTS = HEAD.format(name="orang", subject="employee", population="{employment: PNS}") + (
    "outcomes: {met: YA, not_met: TIDAK, unknown: ENTAH}\n"
    "requirements:\n  - {requirement: satu, rule: any, facts: award, window: ever}\n"
)


@pytest.mark.parametrize(
    ("rule", "other", "fault", "words"),
    [
        (f"{MEAN}, of: dua", of_people(), MeasureUnknown, "It has: satu"),
        (f"{MEMBERS}, statistic: share, bands: [TINGGI]", of_people(), MeasureUnknown, "PENUH"),
        (
            MEAN,
            load(told("rule: any, facts: finding, window: ever", name="orang"), file="o.yaml"),
            SubjectMismatch,
            "employee",
        ),
        (PATTERN.replace("PENUH", "TINGGI") + LIMITS, of_people(), MeasureUnknown, "PENUH"),
        (MEAN, load(REQUIREMENTS.encode(), file="o.yaml"), SubjectMismatch, "share"),
        ("rule: score, instrument: orang, decimals: 1", of_people(), SubjectMismatch, "members"),
    ],
)
def test_what_is_read_must_fit(
    rule: str, other: Plan, fault: type[LedgerError], words: str
) -> None:
    """Another instrument without that measure, band, subject or number is refused by name."""
    plan = load(told(rule), file="unit.yaml")
    with pytest.raises(fault) as found:
        bind(plan, {"orang": other}.get)
    assert words in (found.value.next_step or "")


def test_a_share_of_outcomes_fits() -> None:
    """Where people are asked for requirements, the outcomes are the bands."""
    text = told(f"{MEMBERS}, statistic: share, bands: [YA]")
    other = load(REQUIREMENTS.encode(), file="o.yaml")
    assert bind(load(text, file="unit.yaml"), {"orang": other}.get).measures


def test_a_unit_that_reads_itself_is_refused() -> None:
    """Through another unit's instrument, too; the way round is named."""
    first = load(told("rule: score, instrument: dua, decimals: 1", name="unit"), file="a.yaml")
    second = load(told("rule: score, instrument: unit, decimals: 1", name="dua"), file="b.yaml")
    with pytest.raises(InstrumentsInCircle, match="unit -> dua -> unit"):
        bind(first, {"unit": first, "dua": second}.get)
