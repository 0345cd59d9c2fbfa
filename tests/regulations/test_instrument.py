"""The instrument language: the shipped texts load, and each mistake is refused with its remedy."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ledger.domain.rulebook import Enactment, NoRulesInForce, Rulebook
from projections.language.document import MAX_BYTES, MAX_DEPTH, MAX_NODES, DocumentRefused
from projections.language.instrument import load
from projections.language.shipped import names, text
from projections.plans.plan import (
    Mark,
    Plan,
    Sum,
    Value,
    Window,
    values,
)
from projections.plans.words import WindowStart

NAME = "ip-asn-perbkn-8-2019.yaml"
SHIPPED = text(NAME).decode()


def refused(document: str | bytes) -> DocumentRefused:
    """The refusal of a text."""
    raw = document if isinstance(document, bytes) else document.encode()
    with pytest.raises(DocumentRefused) as caught:
        load(raw, file="draft.yaml")
    return caught.value


def changed(old: str, new: str, times: int = 1) -> str:
    """The shipped text with one mistake in it."""
    assert old in SHIPPED, old
    return SHIPPED.replace(old, new, times)


# What is changed in the shipped text, into what, and the words that the message must hold.
MISTAKES: tuple[tuple[str, str, str], ...] = (
    # sums and maxima
    ("max: 100", "max: 99", "measures: the maxima of the measures add up to 100 and not to 99"),
    ("max: 17.5", "max: 18", "kompetensi: the maxima of the measures add up to 40.5 for PELAKSANA"),
    ("S3: 25\n", "S3: 26\n", "kualifikasi: the highest points are 26 and `max` is 25"),
    ("RINGAN: 3,", "RINGAN: 6,", "disiplin: the highest points are 6 and `max` is 5"),
    ("max: 5\n", "max: 0\n", "a maximum of 0 measures nothing"),
    # unknown words
    ("rule: best", "rule: beste", "`rule` does not know `beste`. Use one of: best, any, total"),
    ("facts: qualification", "facts: diploma", "`facts` does not know `diploma`"),
    ("by: level", "by: grade", "`qualification` has no field `grade`. Use one of: "),
    ("{category: SEMINAR}", "{category: KURSUS}", "does not know `KURSUS`. Use one of: KEPEMIMP"),
    ("subject: employee", "subject: village", "`subject` does not know `village`"),
    ("basis: REGULATION", "basis: RUMOUR", "`basis` does not know `RUMOUR`"),
    ("[PNS]", "[PNS, TNI]", "`employment` does not know `TNI`"),
    ("position_kind: FUNGSIONAL", "position_kind: LURAH", "`position_kind` does not know `LURAH`"),
    ("JPT_UTAMA: {recalled", "LURAH: {recalled", "`of` does not know `LURAH`"),
    ("recalled: PKN_I}", "recalled: PKN_V}", "`level` does not know `PKN_V`"),
    ("award: {reading: all_or_nothing}", "award: some", "`award` does not know `some`"),
    ("start: {reading: rolling}", "start: sliding", "`start` does not know `sliding`"),
    ("window: ever", "window: always", "`window` does not know `always`"),
    ("halves: {reading: mean}", "halves: {reading: sum}", "`halves` does not know `sum`"),
    ("only: {state: DINILAI}", "only: {state: BAIK}", "`state` does not know `BAIK`"),
    ("      PP46:\n", "      PP47:\n", "`scores` has no `PP47`. Known here are: PP46, PP30"),
    ("[75, BUTUH_PERBAIKAN]", "[75, CUKUP]", "does not know `CUKUP`"),
    ("ignored: MORAL", "ignored: ETIK", "`ignored` does not know `ETIK`"),
    ("no_suspension", "waits", "`late_filing` does not know `waits`"),
    ("cut_off: period_end", "cut_off: spring", "`cut_off` does not know `spring`"),
    ("edge: upper", "edge: middle", "`edge` does not know `middle`. Use one of: lower, upper"),
    ("facts: sanction", "facts: award", "`worst` reads sanctions and not `award`"),
    # fields that may not be read
    ("{category: SEMINAR}", "{title: SEMINAR}", "`title` of `competency` is sealed, so no score"),
    ("field: hours", "field: organiser", "`organiser` of `competency` is sealed"),
    ("by: level", "by: recognised", "`recognised` of `qualification` holds no code"),
    ("field: hours", "field: category", "`category` of `competency` is not a number"),
    ("field: score", "field: printed", "`printed` of `appraisal` is not a number"),
    # fields that a fact may lack
    ("facts: qualification", "facts: competency", "`level` of `competency` may be absent"),
    ("facts: appraisal", "facts: competency", "`from` of `competency` may be absent"),
    ("by: [regime, predicate]", "by: [assignment, predicate]", "`assignment` of `appraisal` may"),
    ("only: {state: DINILAI}", "only: {assignment: PLT}", "`assignment` of `appraisal` may"),
    # numbers
    ("RINGAN: 3,", "RINGAN: -3,", "the points of RINGAN is negative. Give 0 or more"),
    ("target: 20", "target: twenty", "`target` is not a number. Write plain digits"),
    ("target: 20", "target: 2e1", "`target` is not a number"),
    ("target: 20", "target: 0x14", "`target` is not a number"),
    ("target: 20", "target: .inf", "`target` is not a number"),
    ("target: 20", "target: 20.00000000001", "`target` has too many digits"),
    ("target: 20", "target: 0", "the target is 0, and nothing can be divided by it"),
    ("years: 1,", "years: 0,", "`years` must be a whole number from 1 to 60"),
    ("years: 1,", "years: 1.5,", "`years` must be a whole number from 1 to 60"),
    ("decimals: 2", "decimals: 7", "`decimals` must be a whole number from 0 to 6"),
    ("in_force_from: 2019-05-15", "in_force_from: 15-05-2019", "is not a day that exists. Write"),
    ("in_force_from: 2019-05-15", "in_force_from: 2019-02-29", "is not a day that exists"),
    # marks and citations
    ("{recalled: 15}", "{guessed: 15}", "a parameter is a value or {mark: value}"),
    ("{recalled: 15}", "{recalled: 15, reading: 15}", "a parameter is a value or {mark: value}"),
    ("{recalled: 15}", "{recalled: 15, by: me}", "a parameter is a value or {mark: value}"),
    ("cite: PerBKN 8/2019 Lampiran I\n", "", "max: no citation is stated here or above. Add `cite"),
    ("mark: verified\n", "", "max: no mark is stated here or above. Add `mark: "),
    ("mark: verified\n", "mark: missing\n", "`mark` does not know `missing`"),
    ("missing: [20, 25]", "missing: [25, 20]", "what is missing needs its bounds. Write {missing:"),
    ("missing: [20, 25]", "missing: [20]", "what is missing needs its bounds"),
    ("missing: [20, 25]", "missing: 20", "what is missing needs its bounds"),
    ("target: 20", "target: {missing: [0, 20]}", "the target is 0, and nothing can be divided"),
    ("award: {reading:", "award: {missing:", "only a number of points may be missing"),
    # bands and cuts
    ("[0, SANGAT_RENDAH]", "[1, SANGAT_RENDAH]", "the bands leave a gap below 1"),
    ("- [91, SANGAT_TINGGI]", "- [71, SANGAT_TINGGI]", "the cuts overlap: with edge lower they"),
    ("[81, TINGGI]", "[71, TINGGI]", "the cuts overlap"),
    ("[91, SANGAT_TINGGI]", "[191, SANGAT_TINGGI]", "begin above the highest possible 100"),
    ("[75, BUTUH", "[95, BUTUH", "the cuts overlap: with edge upper they must be ascending"),
    ("[75, BUTUH_PERBAIKAN]", "[75]", "a row of the cuts of PP46 is [number, CODE]"),
    ("[75, BUTUH_PERBAIKAN]", "[75, [KURANG, BAIK]]", "one number has one code, unless"),
    ("{missing: [SANGAT_BAIK, BAIK]}", "{missing: BAIK}", "one number has one code, unless"),
    ("[81, TINGGI]", "[81, {missing: [TINGGI, SEDANG]}]", "a band without its word would be"),
    ("        top: 120\n", "", "the cuts of PP30 lacks `top`"),
    # shape
    ("max: 100\n", "", "an instrument lacks `max`. Add `max: …`"),
    ("title: Indeks", "colour: blue\ntitle: Indeks", "an instrument has no `colour`"),
    ("rule: best\n", "rule: best\n    weight: 2\n", "a measure has no `weight`. Known here are: "),
    ("    none: {missing: [1, 25]}\n", "", "a measure lacks `none`"),
    ("      SP2: {missing: [20, 25]}\n", "", "`points` lacks `SP2`"),
    ("      SD: 1\n", "      SD: 1\n      S4: 30\n", "`points` has no `S4`"),
    ("title: Indeks Profesionalitas ASN", "title: [a, b]", "`title` must be a single value"),
    ("title: Indeks Profesionalitas ASN", "title:", "`title` must be a single value"),
    ("{category: SEMINAR}", "SEMINAR", "`where` must be a table"),
    ("{category: SEMINAR}", "{category: [SEMINAR, SEMINAR]}", "names a code twice"),
    ("{category: SEMINAR}", "{category: []}", "`where` of category is empty"),
    ("instrument: ip-asn", "instrument: IP ASN", "this is no name of an instrument"),
    ("decree: PerBKN 8/2019", 'decree: "PerBKN\\n8/2019"', "`decree`: The text holds a control"),
    ("measure: kualifikasi", "measure: Kualifikasi!", "this is no name of a measure"),
    ("- measure: kualifikasi", "- {}", "not YAML"),
    ("{years: 1, start: {reading: rolling}}", "{years: 1}", "`window` lacks `start`"),
    ("{years: 1, start", "{years: 1, months: 3, start", "a window has years or months"),
    ("{months: {reading: 15}, start: {reading: rolling}}", "{months: 15, start: calendar}",
     "a calendar window counts years"),
    ("{months: {reading: 15}, start: {reading: rolling}}", "ever", "the newest year needs"),
    ("award: {reading: all_or_nothing}", "award: proportional", "must state `decimals`"),
    ("only: {state: DINILAI}", "only: {state: DINILAI, regime: PP46}", "`only` names one field"),
    ("by: [regime, predicate]", "by: [regime]", "`by` names two code"),
    ("            PENGAWAS: {reading: PKP}\n", "", "`match` and `when` name different"),
    ("- measure: fungsional", "- measure: teknis", "two measures named `teknis` apply to FUNG"),
    ("    rule: best\n", "    when: {position_kind: PELAKSANA}\n    rule: best\n",
     "the maxima of the measures add up to"),
    ("    max: 40\n    sum:", "    max: 40\n    rule: any\n    sum:", "has a `rule` or a `sum`"),
    # plain YAML
    ("mark: verified\n", "mark: verified\nmark: verified\n", "the key 'mark' stands twice"),
    ("cite: PerBKN", "cite: &c PerBKN", "an anchor (&) is not allowed. Write the value out"),
    ("cite: PerBKN", "cite: !!str PerBKN", "a tag (!) is not allowed"),
    ("none: 5\n", "none: *five\n", "an alias (*) is not allowed"),
    ("mark: verified\n", "mark: verified\n<<: {max: 1}\n", "a merge key (<<) is not allowed"),
    ("mark: verified\n", "mark: verified\n[a]: 1\n", "a key must be a word"),
    ("bands:\n", "---\nbands:\n", "a second document begins here"),
    ("points: {RINGAN: 3,", "points: {RINGAN: 3", "this is not YAML"),
)  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES)
def test_mistake_is_refused_with_place_and_remedy(old: str, new: str, words: str) -> None:
    """A text with one mistake is refused, saying file, line, what is wrong and what to do."""
    refusal = refused(changed(old, new))
    assert words in str(refusal)
    assert re.match(r"draft\.yaml line \d+(, [a-z_.#\[\]A-Z0-9!]+)?: ", refusal.message)
    assert refusal.next_step
    assert refusal.code == "instrument_refused"


def test_line_and_path_are_those_of_the_mistake() -> None:
    """The line counted from 1 is where the wrong value stands, and the path leads to it."""
    broken = changed("      S2: 20\n", "      S2: many\n")
    line = broken.splitlines().index("      S2: many") + 1
    refusal = refused(broken)
    assert refusal.details["line"] == line
    assert refusal.details["path"] == "measures.kualifikasi.points.S2"


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "the file is empty"),
        (b"# nothing\n", "the file is empty"),
        (b"- a\n- b\n", "an instrument must be a table"),
        (b"plain words", "an instrument must be a table"),
        (b"\xff\xfe", "the file is not UTF-8"),
        (b"a: \x07", "a character that YAML forbids"),
        (b"a: " + b"x" * MAX_BYTES, f"at most {MAX_BYTES} are read"),
        (b"[" * 40_000, f"more than {MAX_DEPTH} levels"),
        (b"a: " + b"[" * 40_000, f"more than {MAX_DEPTH} levels"),
        (b"[" + b"1," * (MAX_NODES + 1) + b"1]", f"or {MAX_NODES} values"),
        (b"a: {b: [1, 2", "this is not YAML"),
        (b"a: &x 1\nb: 2", "line 1: an anchor (&) is not allowed"),
        (b"a: 1\nb: *x", "line 2: an alias (*) is not allowed"),
        (b"a: !!python/object:os.system x", "line 1: a tag (!) is not allowed"),
        (b"a: 1\nb: 2\na: 3", "line 3: the key 'a' stands twice"),
        (b"a: 1\n<<: {b: 2}", "line 2: a merge key (<<) is not allowed"),
        (b"a: 1\n---\nb: 2", "line 2: a second document begins here"),
        (b"a: \x00", "a character that YAML forbids"),
        ("a: 1".encode("utf-16"), "the file is not UTF-8"),
        (b"\ta: 1", "this is not YAML"),
    ],
)
def test_unreadable_text_is_refused(document: bytes, words: str) -> None:
    """What is no plain small YAML document is refused before anything is built from it."""
    assert words in str(refused(document))


def test_fifty_megabytes_are_refused_at_once() -> None:
    """A huge file is refused by its size alone."""
    assert "at most" in str(refused(b"x" * 50_000_000))


@pytest.mark.parametrize("name", names())
def test_shipped_text_loads_with_marks_and_citations(name: str) -> None:
    """Every parameter of a shipped text has a citation, a mark and a place of its own."""
    found = list(values(load(text(name), file=name)))
    assert found
    assert all(one.cite and one.mark in Mark for one in found)
    assert len({one.at for one in found}) == len(found)


def test_marks_are_as_the_sources_say() -> None:
    """Choices where sources differ are readings; numbers not seen again are recalled or missing."""
    plan = load(text(NAME), file=NAME)
    by_mark: dict[Mark, set[str]] = {mark: set() for mark in Mark}
    for one in values(plan):
        by_mark[one.mark].add(one.at.removeprefix("measures."))
    assert by_mark[Mark.MISSING] == {
        "kualifikasi.points.SP2",
        "kualifikasi.none",
        "kinerja.none",
        "kinerja.scores.PP30.of[1]",
    }
    assert by_mark[Mark.ASSUMED] == set()
    assert {"kinerja.window.months", "disiplin.window.years"} <= by_mark[Mark.READING]
    assert {"kualifikasi.points.PROFESI", "kinerja.points.PERMENPANRB6.BAIK"} <= by_mark[
        Mark.RECALLED
    ]
    assert "kinerja.points.PERMENPANRB6.SANGAT_BAIK" in by_mark[Mark.VERIFIED]


def test_plan_holds_exact_decimals() -> None:
    """Numbers are read from their digits, never through binary fractions."""
    document = changed("[75, BUTUH", "[75.1, BUTUH")
    plan = load(document.encode(), file=NAME)
    kinerja = plan.measures[2].rule
    cuts = kinerja.scores["PP46"]  # type: ignore[union-attr]
    assert [part.high for part in cuts.intervals] == [
        Decimal(digits) for digits in ("50", "60", "75.1", "90", "100")
    ]


def test_a_value_may_carry_its_own_citation() -> None:
    """A parameter's citation is its own, else its measure's, else the instrument's."""
    plan = load(changed("{recalled: 15}", "{recalled: 15, cite: SE 1/2020}").encode(), file=NAME)
    by_place = {one.at: one.cite for one in values(plan)}
    assert by_place["measures.kualifikasi.points.PROFESI"] == "SE 1/2020"
    assert by_place["measures.kualifikasi.points.S1"] == "PerBKN 8/2019 Lampiran I"


def test_siblings_share_a_name_only_for_other_positions() -> None:
    """For every kind of position the maxima add up and each name stands once."""
    plan = load(text(NAME), file=NAME)
    kompetensi = plan.measures[1].rule
    assert isinstance(kompetensi, Sum)
    for kind in ("JPT_UTAMA", "PENGAWAS", "FUNGSIONAL", "PELAKSANA"):
        held = [one for one in kompetensi.measures if one.applies_to(kind)]
        assert sum(one.maximum.value for one in held) == Decimal(40)
        assert len({one.name for one in held}) == len(held)


def window(months: int, start: WindowStart) -> Window:
    """A window with nothing to say about its source."""
    return Window(Value(months, Mark.VERIFIED, "c", "m"), Value(start, Mark.VERIFIED, "c", "s"))


@pytest.mark.parametrize(
    ("months", "start", "as_of", "after"),
    [
        (12, WindowStart.ROLLING, "2022-12-31", "2021-12-31"),
        (12, WindowStart.ROLLING, "2024-02-29", "2023-02-28"),
        (12, WindowStart.ROLLING, "2025-02-28", "2024-02-28"),
        (15, WindowStart.ROLLING, "2022-12-31", "2021-09-30"),
        (15, WindowStart.ROLLING, "2023-03-31", "2021-12-31"),
        (60, WindowStart.ROLLING, "2024-02-29", "2019-02-28"),
        (12, WindowStart.CALENDAR, "2022-06-30", "2021-12-31"),
        (24, WindowStart.CALENDAR, "2022-06-30", "2020-12-31"),
        (60, WindowStart.ROLLING, "0005-12-31", "0001-01-01"),
        (60, WindowStart.ROLLING, "0006-01-31", "0001-01-31"),
        (60, WindowStart.CALENDAR, "0004-06-30", "0001-01-01"),
    ],
)
def test_window_begins_after(months: int, start: WindowStart, as_of: str, after: str) -> None:
    """A window of n months is (as_of - n, as_of], clamped; calendar begins on 1 January."""
    found = window(months, start).after(date.fromisoformat(as_of))
    assert found == date.fromisoformat(after)


def test_one_text_for_every_day_since_the_first() -> None:
    """From the first shipped day on one text of a name answers; before it there is a gap."""
    plans: list[Plan] = [load(text(name), file=name) for name in names()]
    book = Rulebook(
        [
            Enactment(place, one.instrument, one.decree, one.in_force_from, "", "")
            for place, one in enumerate(plans, start=1)
        ]
    )
    first = date(2019, 5, 15)
    for days in range(0, 3650, 7):
        assert book.in_force("ip-asn", first + timedelta(days=days)).decree == "PerBKN 8/2019"
    with pytest.raises(NoRulesInForce):
        book.in_force("ip-asn", first - timedelta(days=1))
