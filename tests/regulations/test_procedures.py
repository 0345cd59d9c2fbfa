"""The discipline procedures: what stands in them, and each mistake refused with its place."""

from __future__ import annotations

from datetime import date
from importlib import resources

import pytest

from ledger.domain.case import Step, StepKind
from ledger.vocabulary import DisciplineRegime, SanctionKind, SanctionLevel
from projections.discipline import regimes
from projections.discipline.case_findings import Finding, Found, findings
from projections.discipline.procedure import Bound, Count, Procedure, Team, load
from projections.discipline.regimes import governing, shipped
from projections.language.document import DocumentRefused
from projections.plans.plan import Mark
from tests.casework import NO_HOLIDAYS, PP53, PP94, Row, known, only, report, sanction

NEW, OLD = "disiplin-pp-94-2021.yaml", "disiplin-pp-53-2010.yaml"
V, R = Mark.VERIFIED, Mark.RECALLED


def text(name: str) -> str:
    """A shipped text."""
    folder = resources.files("projections").joinpath(regimes.FOLDER)
    return folder.joinpath(name).read_text("utf-8")


MISTAKES: tuple[tuple[str, str, str], ...] = (
    ("procedure: disiplin", "procedure: disipline", "`procedure` does not know `disipline`"),
    ("regime: PP94", "regime: PP95", "`regime` does not know `PP95`"),
    ("governs: {assumed: ACT}", "governs: {assumed: SUMMONS}", "does not know `SUMMONS`"),
    ("SENIN, ", "MINGGUAN, ", "a day does not know `MINGGUAN`"),
    ("[6, 9, 12]", "[6, 0, 12]", "the months must be a whole number from 1"),
    ("TEGURAN_LISAN: none,", "TEGURAN_LISAN: soon,", "the months is not a number"),
    ("TEGURAN_TERTULIS: none", "DENDA: none", "`DENDA`"),
    ("    at_least: 7\n", "", "one of at_most, at_least and exactly"),
    ("    at_least: 7\n", "    at_least: 7\n    at_most: 8\n", "one of at_most"),
    ("    at_least: 7\n", "    at_least: x\n", "the number is not a number"),
    ("    at_least: 7\n", "    at_least: 7\n    until_then: 8\n", "`until_then`"),
    ("after: SUMMONS_1\n", "after: SUMMONED\n", "a step does not know `SUMMONED`"),
    ("count: WORKING_DAYS", "count: WEEKS", "`count` does not know `WEEKS`"),
    ("clock: panggilan_II", "clock: jarak_panggilan_I", "two clocks have one name"),
    ("optional: true", "optional: perhaps", "does not know `perhaps`"),
    ("term: pengiriman_keputusan", "term: tanggapan_PPK_atas_banding", "two terms have one name"),
    ("[4, TEGURAN_TERTULIS]", "[2, TEGURAN_TERTULIS]", "the rungs must rise"),
    ("[4, TEGURAN_TERTULIS]", "[4]", "a rung is [days, KIND]"),
    ("[4, TEGURAN_TERTULIS]", "[4, DIMARAHI]", "a kind does not know `DIMARAHI`"),
    ("BERAT: MUST}", "BERAT: SHOULD}", "does not know `SHOULD`"),
    (", BERAT: MUST}", "}", "lacks `BERAT`"),
    ("levels: [SEDANG, BERAT]", "levels: [PARAH]", "does not know `PARAH`"),
    ("appeal: [BPASN]", "appeal: [BPKN]", "does not know `BPKN`"),
    ("late_filing_suspends: {assumed: false}", "", "lacks `late_filing_suspends`"),
    ("mark: verified", "mark: sure", "`mark` does not know `sure`"),
    ("in_force_from: 2021-08-31", "in_force_from: 2021-13-31", "in_force_from"),
    ("repeat:", "repeats:", "`repeats`"),
    ("[PNS, CPNS]", "[PNS, HONORER]", "does not know `HONORER`"),
    ("week:", "steps: lain\nweek:", "`steps` does not know `lain`"),
    ("late: not_accepted", "late: maybe", "`late` does not know `maybe`"),
    ("  SUMMONS_2: PP", "  SUMMONED: PP", "`SUMMONED`"),
)


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES)
def test_one_mistake_is_refused_with_line_and_remedy(old: str, new: str, words: str) -> None:
    """The message names file, line and what is wrong; what to do is said."""
    whole = text(NEW)
    assert old in whole
    with pytest.raises(DocumentRefused) as caught:
        load(whole.replace(old, new, 1).encode(), file="draft.yaml")
    assert words in caught.value.message
    assert caught.value.message.startswith("draft.yaml line ")
    assert caught.value.next_step


def kinds(found: Procedure, level: SanctionLevel) -> dict[str, tuple[tuple[int, ...], Mark]]:
    """Months and mark of each kind of a level."""
    of_level = (found.kinds or {}).get(level)
    assert of_level is not None
    return {kind.value: (one.value, one.mark) for kind, one in of_level.items()}


def test_the_kinds_of_both_regimes_with_their_terms() -> None:
    """PP 94/2021 Pasal 8 and 42; of PP 53/2010 the five that are verified and PTDH, recalled."""
    assert set(kinds(PP94, SanctionLevel.RINGAN).values()) == {((), V)}
    assert kinds(PP94, SanctionLevel.SEDANG) == {
        "PEMOTONGAN_TUKIN": ((6, 9, 12), V),
        "PENUNDAAN_KGB": ((12,), V),
        "PENUNDAAN_KENAIKAN_PANGKAT": ((12,), V),
        "PENURUNAN_PANGKAT": ((12,), V),
    }
    assert kinds(PP94, SanctionLevel.BERAT) == {
        "PENURUNAN_JABATAN": ((12,), V),
        "PEMBEBASAN_JABATAN": ((12,), V),
        "PDHTAPS": ((), V),
    }
    assert {one[0] for one in kinds(PP53, SanctionLevel.SEDANG).values()} == {(12,)}
    heavy = kinds(PP53, SanctionLevel.BERAT)
    assert heavy["PENURUNAN_PANGKAT"] == ((36,), V)
    assert heavy["PTDH"] == ((), R)
    assert len(heavy) == 5


CLOCKS = {
    "jarak_panggilan_I": (7, Bound.AT_LEAST, Count.WORKING_DAYS, V),
    "panggilan_II": (7, Bound.AT_MOST, Count.WORKING_DAYS, V),
    "penyampaian_keputusan": (14, Bound.AT_MOST, Count.WORKING_DAYS, V),
    "mulai_berlaku": (15, Bound.EXACTLY, Count.WORKING_DAYS, V),
    "pengajuan_keberatan": (14, Bound.AT_MOST, Count.WORKING_DAYS, R),
    "putusan_keberatan": (21, Bound.AT_MOST, Count.WORKING_DAYS, R),
    "pengajuan_banding": (14, Bound.AT_MOST, Count.WORKING_DAYS, V),
    "putusan_banding": (65, Bound.AT_MOST, Count.WORKING_DAYS, V),
    "gugatan_tata_usaha_negara": (90, Bound.AT_MOST, Count.DAYS, R),
}


def test_every_term_of_the_procedure_stands_with_its_mark() -> None:
    """PP 94/2021 Pasal 26, 37, PerBKN 6/2022 Pasal 49, 50, PP 79/2021 Pasal 11, 13."""
    assert {
        one.name: (one.number.value, one.bound, one.count, one.number.mark) for one in PP94.clocks
    } == CLOCKS
    assert {one.name: (one.number.value, one.number.mark) for one in PP94.terms} == {
        "pengiriman_keputusan": (3, V),
        "tanggapan_PPK_atas_banding": (21, V),
    }
    assert {
        one.name: (one.after, one.number.value, one.count, one.number.mark) for one in PP53.clocks
    } == {
        "pengajuan_keberatan": (StepKind.RECEIVED, 14, Count.DAYS, V),
        "pengajuan_banding": (StepKind.RECEIVED, 14, Count.DAYS, V),
    }


def test_the_absence_ladder() -> None:
    """From 3 days in a calendar year on, 28 and ten in a row are the last rung; verified."""
    rules = PP94.absence
    assert rules is not None
    assert [one.days for one in rules.ladder.value] == [3, 4, 7, 11, 14, 17, 21, 25, 28]
    assert [one.months for one in rules.ladder.value] == [None] * 3 + [6, 9, 12, 12, 12, None]
    assert rules.in_a_row is not None
    assert (rules.in_a_row.value.days, rules.in_a_row.value.kind) == (10, SanctionKind.PDHTAPS)
    assert {rules.ladder.mark, rules.in_a_row.mark} == {V}
    assert PP53.absence is None


def test_who_examines_and_what_is_blocked() -> None:
    """PP 94/2021 Pasal 27, 35(3), PerBKN 6/2022 Pasal 46(7), 55(1)."""
    rules = PP94.examiners
    assert rules is not None
    assert rules.team is not None
    levels = (SanctionLevel.RINGAN, SanctionLevel.SEDANG, SanctionLevel.BERAT)
    assert [rules.team.value[one] for one in levels] == [Team.NO, Team.MAY, Team.MUST]
    assert PP94.blocks is not None
    assert PP94.blocks.value == {SanctionLevel.SEDANG, SanctionLevel.BERAT}
    assert PP94.double is not None
    assert PP94.repeat is not None
    assert {rules.team.mark, PP94.blocks.mark, PP94.double.mark, PP94.repeat.mark} == {V}
    assert PP94.governs.mark is Mark.ASSUMED


def test_what_is_only_recalled_of_the_old_text_refuses_nothing() -> None:
    """PP 53/2010: who examines and that an act is punished once flag a step; teams are not known."""
    rules = PP53.examiners
    assert rules is not None
    assert (rules.team, rules.not_of_lower_rank.mark) == (None, R)
    assert PP53.double is not None
    assert PP53.double.mark is R
    step = Step(StepKind.DECIDED, date(2021, 4, 5), known(report()).known("case")[0])
    marked = {mark: Found(Finding.PUNISHED_TWICE, step, "PP 53/2010", mark) for mark in Mark}
    assert {mark for mark, one in marked.items() if one.refuses} == {V, Mark.READING}


def test_each_step_of_the_new_text_has_its_article() -> None:
    """What must come before a step stands with its article; of the old one only the decree is."""
    assert PP94.order[StepKind.EXAMINATION] == "PP 94/2021 Pasal 26(2)"
    assert PP94.order[StepKind.DECIDED] == "PP 94/2021 Pasal 26(4)"
    assert PP94.order[StepKind.RULING_ON_CASE] == "PP 79/2021 Pasal 1"
    assert PP53.order == {}
    late = [one.name for one in PP94.clocks if one.refused_late]
    assert late == ["pengajuan_banding"]


def test_the_day_of_the_act_says_which_text_governs() -> None:
    """On the last day of the old and the first of the new; a stated regime wins over both."""

    def regime(*rows: object) -> DisciplineRegime | None:
        found = governing(only(*rows), known(*rows))  # type: ignore[arg-type]
        return None if found is None else found.procedure.regime

    assert regime(report(act_on="2021-08-30")) is DisciplineRegime.PP53
    assert regime(report(act_on="2021-08-31")) is DisciplineRegime.PP94
    alone = sanction("2021-10-01", decided_on="2021-09-01", case=None)
    assert regime(alone) is DisciplineRegime.PP94
    assert regime(report(act_on="2009-01-01")) is None
    name, kind, on, fields = report(act_on="2023-01-01")
    assert regime((name, kind, on, {**fields, "regime": "PP53"})) is DisciplineRegime.PP53
    assert regime((name, kind, on, {**fields, "regime": "KODE_ETIK"})) is DisciplineRegime.KODE_ETIK


def test_what_somebody_is_employed_as_says_so_too() -> None:
    """A PPPK by PP 49/2018 from PP 94/2021 on; moral sanctions by the code of ethics."""
    pppk = ("r", "registered", "2020-01-01", {"employment": "PPPK"})
    later = ("e", "employment", "2023-01-01", {"employment": "CPNS"})

    def regime(*rows: Row) -> DisciplineRegime | None:
        found = governing(only(*rows), known(*rows))
        return None if found is None else found.procedure.regime

    assert regime(pppk, report(act_on="2021-08-31")) is DisciplineRegime.PPPK
    assert regime(pppk, report(act_on="2021-08-30")) is None
    assert regime(pppk, later, report(act_on="2022-12-31")) is DisciplineRegime.PPPK
    assert regime(pppk, later, report(act_on="2023-01-01")) is DisciplineRegime.PP94
    assert regime(pppk, report(act_on="2019-12-31")) is None
    moral = sanction(
        "2023-10-01", decided_on="2023-09-01", case=None, level="MORAL", kind="LAINNYA"
    )
    assert regime(moral) is DisciplineRegime.KODE_ETIK


def test_what_is_not_known_of_a_regime_is_no_finding() -> None:
    """No kind is foreign to one whose kinds nobody knows, and no step where no order is known."""
    texts = {one.procedure.regime: one.procedure for one in shipped()}
    pppk, ethics = texts[DisciplineRegime.PPPK], texts[DisciplineRegime.KODE_ETIK]

    def found(rules: Procedure, level: str) -> set[Finding]:
        punished = sanction("2022-04-15", decided_on="2022-03-21", level=level, kind="LAINNYA")
        case, on = only(report(), punished), date(2023, 1, 1)
        told = findings(case, [], rules, NO_HOLIDAYS, on, person="a", rank=lambda *_: None)
        return {one.finding for one in told}

    assert found(pppk, "SEDANG") == {Finding.STEP_OUT_OF_ORDER}
    assert found(ethics, "MORAL") == set()
    assert found(ethics, "SEDANG") == {Finding.KIND_NOT_OF_REGIME}
    assert found(PP94, "MORAL") == {Finding.KIND_NOT_OF_REGIME, Finding.STEP_OUT_OF_ORDER}


def test_the_shipped_texts_are_named_by_their_digest() -> None:
    """One a regime, the oldest first, each with the SHA-256 of its text."""
    assert {one.procedure.regime for one in shipped()} == set(DisciplineRegime)
    days = {one.procedure.decree: one.procedure.in_force_from.value for one in shipped()}
    assert list(days.values()) == sorted(days.values())
    assert days["PP 53/2010"] == date(2010, 6, 6)
    assert days["PP 94/2021"] == days["PP 49/2018"] == date(2021, 8, 31)
    assert all(len(one.sha256) == 64 for one in shipped())


def test_what_a_late_filing_does_is_said_by_the_text() -> None:
    """As shipped it suspends nothing."""
    row = sanction("2022-04-15", decided_on="2022-03-21", case=None)
    filed = (
        "B1",
        "objection",
        "2022-05-02",
        {"id": "B1", "target": "H1", "filed_on": "2022-05-02"},
    )
    ((case, text_),) = regimes.governed(known(row, filed))
    assert text_ is not None
    assert not text_.procedure.late_filing_suspends.value
    assert case.sanctions[0].levels_on(date(2022, 6, 1)) == ("SEDANG",)
