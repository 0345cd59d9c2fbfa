"""One object of a facts file: every kind of fact, every synonym, and all of its errors at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events.base import EMPLOYEE, LEDGER, ORG_UNIT, Encoded, encode
from ledger.events.reading import Draft, FieldError, read_fact
from ledger.events.registry import CORRECTIONS, FACT_NAMES, FACT_SPECS
from ledger.vocabulary_agency import COMPONENTS, AssessmentAspect, AssessmentComponent
from tests.builders import (
    DOCUMENT,
    PERSON_FACTS,
    Names,
    Person,
    Row,
    about,
    draft,
    every_fact,
    of_book,
    of_unit,
)
from tests.persons import nip

EVERY = tuple(every_fact())
LEFT_OUT = {  # required fields that follow from others, where those are given
    ("appraisal", "from"),
    ("appraisal", "to"),
    ("appraisal", "regime"),
    ("unit", "code"),
    ("unit", "name"),
}


def name_of(row: Row) -> str:
    """How a test of a row is called."""
    owner = "nip" if "nip" in row else "unit" if "unit" in row else "book"
    return f"{owner}-{row['fact']}"


def errors(row: Row) -> list[FieldError]:
    """What is wrong with a row."""
    read = read_fact(row)
    assert isinstance(read, list), read
    assert read
    return read


def wrong(row: Row) -> list[tuple[str, str]]:
    """Field and code of each error."""
    return [(one.field, one.code) for one in errors(row)]


# ------------------------------------------------------------------------------- every kind of fact


def test_the_table_has_every_kind_of_fact() -> None:
    """No kind is added without its minimal row here."""
    owners = {EMPLOYEE: "nip", ORG_UNIT: "unit"}
    stated = {(row["fact"], "nip" in row, "unit" in row) for row in EVERY}
    for owner, fact in FACT_SPECS:
        if fact in CORRECTIONS and owner != EMPLOYEE:
            continue
        whose = owners.get(owner)
        assert any(
            one[0] == fact and (one[1] if whose == "nip" else not one[1]) for one in stated
        ), (owner, fact)


@pytest.mark.parametrize("row", EVERY, ids=name_of)
def test_a_minimal_row_is_read(row: Row) -> None:
    """With what is required and nothing more; its fields are exactly those of its class."""
    one = draft(row)
    assert one.fact == row["fact"]
    assert one.flags == ()
    spec = FACT_SPECS[one.owner, one.fact]
    names = {part.name for part in spec.fields if not part.internal}
    assert set(one.fields) <= names
    if one.fact not in CORRECTIONS:
        assert one.on is not None
        assert date.fromisoformat(one.on).isoformat() == one.on


@pytest.mark.parametrize("row", EVERY, ids=name_of)
def test_each_required_field_is_missed(row: Row) -> None:
    """Left out or null, it is named with its own code."""
    one = draft(row)
    spec = FACT_SPECS[one.owner, one.fact]
    for part in spec.fields:
        if part.internal or not part.required or (one.fact, part.name) in LEFT_OUT:
            continue
        for without in (
            {name: value for name, value in row.items() if name != part.name},
            row | {part.name: None},
        ):
            assert (part.name, "FIELD_MISSING") in wrong(without)


@pytest.mark.parametrize("row", EVERY, ids=name_of)
def test_an_unknown_field_is_refused(row: Row) -> None:
    """With the list of those there are; nothing is dropped in silence."""
    (only,) = errors(row | {"tidak_ada": "x"})
    assert (only.field, only.code) == ("tidak_ada", "FIELD_UNKNOWN")
    assert "until" in only.next_step or row["fact"] in CORRECTIONS


@pytest.mark.parametrize("row", EVERY, ids=name_of)
def test_internal_fields_cannot_be_sent(row: Row) -> None:
    """What the ledger sets itself is no field of a file."""
    one = draft(row)
    for part in FACT_SPECS[one.owner, one.fact].fields:
        if part.internal and part.name not in ("nip", "fact", "effective_on"):
            assert (part.name, "FIELD_UNKNOWN") in wrong(row | {part.name: "x"})


@pytest.mark.parametrize("row", EVERY, ids=name_of)
def test_a_word_outside_its_list_is_refused(row: Row) -> None:
    """Each closed list refuses with its members."""
    one = draft(row)
    for part in FACT_SPECS[one.owner, one.fact].fields:
        if part.internal or not part.type.choices or part.type.name != "code":
            continue
        found = [e for e in errors(row | {part.name: "BUKAN_ANGGOTA"}) if e.field == part.name]
        assert [e.code for e in found] == ["VALUE_NOT_LISTED"]
        assert part.type.choices[0] in found[0].next_step
        assert "BUKAN_ANGGOTA" not in found[0].message


@pytest.mark.parametrize(
    "row",
    [row for row in EVERY if row.get("nip") and row["fact"] not in (*CORRECTIONS, "registered")],
    ids=name_of,
)
def test_a_resolved_row_is_stored_and_loaded_without_loss(row: Row) -> None:
    """Typed and encoded again it is the same stored event, sealed fields in their class."""
    person = Person()
    person.say(about(1, "registered"))
    person.say(
        about(1, "case"), about(1, "sanction"), about(1, "objection"), about(1, "inspection")
    )
    encoded = person.statement(row).encoded
    assert round_trip(encoded) == encoded


def round_trip(encoded: Encoded) -> Encoded:
    """Stored -> typed -> stored."""
    return encode(encoded.typed())


def test_sealed_fields_are_kept_apart() -> None:
    """Names and texts by identity, grounds and health by restricted; the open part has neither."""
    person = Person()
    person.say(about(1, "registered"))
    absence = person.statement(about(1, "absence", reason="operasi jantung")).encoded
    assert absence.sealed == {"restricted": {"reason": "operasi jantung"}}
    assert "reason" not in absence.opened
    course = person.statement(
        about(1, "competency", certificate_no="7", document=DOCUMENT | {"issuer": "LAN"})
    )
    assert course.encoded.sealed["identity"]["document_issuer"] == "LAN"
    assert course.document == DOCUMENT
    assert set(course.encoded.opened) == {"category", "to"}


# --------------------------------------------------------------------------------------- whose it
# is


def test_any_spelling_of_a_number_is_the_person() -> None:
    """With spaces or an apostrophe; a number of 17 digits or kept as a number is refused."""
    number = nip(1)
    for spelled in (f"{number[:8]} {number[8:]}", f"'{number}", f" {number} "):
        assert draft(about(1, "golongan", nip=spelled)).subject == number
    assert wrong(about(1, "golongan", nip=number[:17])) == [("nip", "NIP_MALFORMED")]
    assert wrong(about(1, "golongan", nip=int(number))) == [("nip", "NIP_IS_NUMBER")]


def test_with_a_number_the_unit_is_a_field() -> None:
    """An appraisal names the unit in which somebody was appraised; it is still about him."""
    one = draft(about(1, "appraisal", unit="BKD"))
    assert (one.owner, one.subject, one.fields["unit"]) == (EMPLOYEE, nip(1), "BKD")
    inspected = draft(of_unit("BKD", "inspection"))
    assert (inspected.owner, inspected.subject) == (ORG_UNIT, "BKD")
    assert "unit" not in inspected.fields


def test_a_fact_must_say_whose_it_is() -> None:
    """A person's fact without a number, a unit's without a unit; a reference needs neither."""
    row = about(1, "golongan")
    del row["nip"]
    assert wrong(row) == [("nip", "FIELD_MISSING")]
    target = of_unit("BKD", "target")
    del target["unit"]
    assert wrong(target) == [("unit", "FIELD_MISSING")]
    assert draft(of_book("position_ref")).owner == LEDGER


def test_a_units_fact_is_none_about_a_person() -> None:
    """And a word that is no fact at all is refused with the list."""
    assert wrong(of_unit("BKD", "target", nip=nip(1))) == [("nip", "FIELD_UNKNOWN")]
    (unknown,) = errors({"fact": "gaji", "nip": nip(1)})
    assert unknown.code == "FACT_UNKNOWN"
    assert all(name in unknown.next_step for name in FACT_NAMES)
    assert wrong({}) == [("fact", "FACT_UNKNOWN")]
    assert wrong({"fact": ["golongan"]}) == [("fact", "FACT_UNKNOWN")]


@pytest.mark.parametrize(
    "row",
    [
        {"fact": "unit", "unit": "B1", "name": "Badan", "on": "2020-01-01"},
        {"fact": "unit", "code": "B1", "name": "Badan", "on": "2020-01-01"},
        {"fact": "unit", "unit": "B1", "code": "B1", "name": "Badan", "on": "2020-01-01"},
    ],
)
def test_unit_and_code_are_synonyms_in_a_unit_fact(row: Row) -> None:
    """Either suffices; a unit without a name is called by its code."""
    one = draft(row)
    assert (one.subject, one.fields["code"], one.fields["name"]) == ("B1", "B1", "Badan")
    del row["name"]
    assert draft(row).fields["name"] == "B1"


# --------------------------------------------------------------------------------------------- days


@pytest.mark.parametrize(
    ("on", "day", "precision"),
    [
        ("2022", "2022-12-31", "YEAR"),
        (2022, "2022-12-31", "YEAR"),
        ("2022-02", "2022-02-28", "MONTH"),
        ("2022-02-03", "2022-02-03", None),
        ("03-02-2022", "2022-02-03", None),
        ("3 Februari 2022", "2022-02-03", None),
    ],
)
def test_the_legal_day_is_read_in_every_form(on: object, day: str, precision: str | None) -> None:
    """A year means 31 December, a month its last day, kept with how exact it was."""
    one = draft(about(1, "golongan", on=on))
    assert (one.on, one.fields.get("precision")) == (day, precision)


@pytest.mark.parametrize(
    ("row", "day"),
    [
        (about(1, "competency"), "2022-03-04"),
        (about(1, "appraisal"), "2022-12-31"),
        (about(1, "appraisal", period="2023-H1"), "2023-06-30"),
        (
            about(1, "appraisal", period=None, **{"from": "2022-03-01", "to": "2022-09-30"}),
            "2022-09-30",
        ),
        (about(1, "attendance"), "2022-06-30"),
        (about(1, "objection"), "2022-01-15"),
        (about(1, "plan"), "2022-01-01"),
        (about(1, "leave"), "2022-02-01"),
        (of_unit("BKD", "target"), "2022-12-31"),
        (of_book("calendar", year=2024), "2024-01-01"),
    ],
    ids=str,
)
def test_a_row_without_a_day_has_that_of_its_period(row: Row, day: str) -> None:
    """The end of what it covers, its filing, or the first day where it begins to hold."""
    row.pop("on", None)
    assert draft(row).on == day


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (about(1, "golongan", on=None), ("on", "FIELD_MISSING")),
        (about(1, "golongan", on="31-02-2022"), ("on", "NOT_A_DATE")),
        (about(1, "golongan", on="1750-01-01"), ("on", "OUT_OF_RANGE")),
        (about(1, "golongan", on="2300-01-01"), ("on", "OUT_OF_RANGE")),
        (about(1, "golongan", until="2021-04-01"), ("until", "END_BEFORE_START")),
        (about(1, "golongan", until="2020-01-01"), ("until", "END_BEFORE_START")),
        (about(1, "competency", **{"from": "2022-03-05"}), ("to", "END_BEFORE_START")),
        (about(1, "appraisal", period="2022-Q9"), ("period", "FIELD_UNKNOWN")),
    ],
    ids=str,
)
def test_days_that_cannot_be_are_refused(row: Row, fault: tuple[str, str]) -> None:
    """No day, none that exists, one far off, or an end before its beginning."""
    assert fault in wrong(row)


# ------------------------------------------------------------------------------- what fields imply


@pytest.mark.parametrize(
    ("fact", "names", "word"),
    [
        ("employment", ("employment", "status", "kind"), "PPPK"),
        ("standing", ("standing", "status", "kind"), "CLTN"),
        ("left", ("reason", "kind", "status", "left"), "PTDH"),
        ("leave", ("kind", "leave"), "SAKIT"),
        ("dialogue", ("kind", "dialogue"), "UMPAN_BALIK"),
        ("credit", ("kind", "credit"), "PAK"),
        ("inspection", ("kind", "inspection"), "AUDIT_INTERNAL"),
        ("service_exam", ("exam", "kind", "service_exam", "level"), "UD_II"),
    ],
)
def test_a_one_word_fact_takes_its_word_under_any_name(
    fact: str, names: tuple[str, ...], word: str
) -> None:
    """The contract names the words and not the field."""
    row = about(1, fact)
    row.pop(names[0])
    read = [draft(row | {name: word}).fields for name in names]
    assert all(one == read[0] for one in read)
    assert read[0][names[0]] == word


@pytest.mark.parametrize(
    ("end", "regime"),
    [
        ("2021-06-30", "PP46"),
        ("2021-07-01", "PP30"),
        ("2021-12-31", "PP30"),
        ("2022-01-01", "PERMENPANRB6"),
    ],
)
def test_the_regime_follows_from_the_end_of_the_period(end: str, regime: str) -> None:
    """Up to the first half of 2021, up to its end, and since; a stated one wins."""
    span = {"period": None, "from": "2020-01-01", "to": end}
    assert draft(about(1, "appraisal", **span)).fields["regime"] == regime
    assert draft(about(1, "appraisal", **span, regime="PP30")).fields["regime"] == "PP30"


@pytest.mark.parametrize(
    ("result", "behaviour", "predicate"),
    [
        ("DI_ATAS", "DI_ATAS", "SANGAT_BAIK"),
        ("DI_ATAS", "SESUAI", "BAIK"),
        ("DI_ATAS", "DI_BAWAH", "KURANG"),
        ("SESUAI", "DI_ATAS", "BAIK"),
        ("SESUAI", "SESUAI", "BAIK"),
        ("SESUAI", "DI_BAWAH", "KURANG"),
        ("DI_BAWAH", "DI_ATAS", "BUTUH_PERBAIKAN"),
        ("DI_BAWAH", "SESUAI", "BUTUH_PERBAIKAN"),
        ("DI_BAWAH", "DI_BAWAH", "SANGAT_KURANG"),
    ],
)
def test_both_ratings_give_the_predicate(result: str, behaviour: str, predicate: str) -> None:
    """PermenPANRB 6/2022; a printed predicate that differs is kept and flagged, never changed."""
    rated = about(1, "appraisal", predicate=None, work_result=result, work_behaviour=behaviour)
    assert draft(rated).fields["predicate"] == predicate
    other = "BAIK" if predicate != "BAIK" else "KURANG"
    kept = draft(rated | {"predicate": other})
    assert kept.fields["predicate"] == other
    assert kept.flags == ("PREDICATE_DIFFERS_FROM_MATRIX",)


def test_an_appraisal_says_what_it_found() -> None:
    """Made without predicate, ratings or score it is refused; not made it needs none."""
    bare = about(1, "appraisal", predicate=None)
    assert wrong(bare) == [("predicate", "FIELD_MISSING")]
    assert draft(bare | {"score": "87,5"}).fields["score"] == "87.5"
    assert "predicate" not in draft(bare | {"state": "BELUM_DINILAI"}).fields


def test_scores_keep_the_limit_of_their_regime() -> None:
    """To 100 under PP 46/2011, to 120 under PP 30/2019."""
    old = about(1, "appraisal", period="2020", predicate=None, score="110")
    assert wrong(old) == [("score", "OUT_OF_RANGE")]
    assert draft(old | {"period": "2021-H2"}).fields["score"] == "110"
    assert ("score", "OUT_OF_RANGE") in wrong(old | {"period": "2021-H2", "score": "121"})


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Pelatihan Kepemimpinan Nasional Tingkat II", "PKN_II"),
        ("PKN Tk. I Angkatan XII", "PKN_I"),
        ("Diklatpim Tk. III", "PKA"),
        ("Diklat PIM Tingkat IV", "PKP"),
        ("DIKLAT PIM IV Angkatan 3", "PKP"),
        ("PIM III", "PKA"),
        ("PKA Angkatan I", "PKA"),
        ("Pelatihan Kepemimpinan Pengawas", "PKP"),
        ("SPATI", "PKN_I"),
        ("SPAMEN", "PKN_II"),
        ("SPAMA", "PKA"),
        ("ADUM", "PKP"),
        ("SEPALA", "PKP"),
    ],
)
def test_the_level_of_a_leadership_training_is_read_from_its_title(title: str, level: str) -> None:
    """PKA = PIM III, PKP = PIM IV, and their forerunners; a stated level wins."""
    row = about(1, "competency", category="KEPEMIMPINAN", title=title)
    assert draft(row).fields["level"] == level
    stated = "PKP" if level != "PKP" else "PKA"
    assert draft(row | {"level": stated}).fields["level"] == stated


def test_an_unreadable_level_is_flagged() -> None:
    """Recorded without a level, never guessed; other trainings have none to read."""
    row = about(1, "competency", category="KEPEMIMPINAN", title="Pelatihan Dasar")
    assert draft(row).flags == ("LEVEL_UNREADABLE",)
    assert "level" not in draft(row).fields
    assert draft(about(1, "competency", title="PKA")).fields.get("level") is None


def test_a_functional_title_tells_its_level() -> None:
    """At the end of the title, for functional posts only; a stated one wins."""
    row = about(1, "position", title="Analis SDM Aparatur Ahli Muda", kind="FUNGSIONAL")
    assert draft(row).fields["functional_level"] == "AHLI_MUDA"
    assert "functional_level" not in draft(row | {"kind": "PELAKSANA"}).fields
    stated = draft(row | {"functional_level": "AHLI_MADYA"})
    assert stated.fields["functional_level"] == "AHLI_MADYA"


def test_registration_takes_birth_and_sex_from_the_number() -> None:
    """Unless the row says otherwise."""
    one = draft(about(2, "registered"))
    assert (one.fields["birth_date"], one.fields["sex"]) == ("1990-01-15", "PRIA")
    other = draft(about(2, "registered", birth_date="1990-01-16", sex="WANITA"))
    assert (other.fields["birth_date"], other.fields["sex"]) == ("1990-01-16", "WANITA")


def test_defaults_are_written_out() -> None:
    """A post is definitive, an appraisal was made, unless the row says otherwise."""
    assert draft(about(1, "position")).fields["assignment"] == "DEFINITIF"
    assert draft(about(1, "appraisal")).fields["state"] == "DINILAI"


def test_a_plan_is_kept_as_texts_and_indicators() -> None:
    """Texts are sealed, what they support is open; a result without an indicator has none."""
    results = [{"text": "Layanan lebih cepat", "supports": "IKU-1"}, {"text": "Arsip tertib"}]
    fields = draft(about(1, "plan", results=results)).fields
    assert fields["result_texts"] == ["Layanan lebih cepat", "Arsip tertib"]
    assert fields["supports"] == ["IKU-1", "-"]
    assert "supports" not in draft(about(1, "plan", results=results[1:])).fields
    assert wrong(about(1, "plan", results=[{"teks": "x"}]))


@pytest.mark.parametrize(
    ("row", "field"),
    [(about(1, "identity", name=None), "new_nip"), (of_book("position_ref", title=None), "title")],
    ids=["identity", "reference"],
)
def test_a_fact_that_says_nothing_is_refused(row: Row, field: str) -> None:
    """An identity in which nothing changed, a reference of no title."""
    assert wrong(row) == [(field, "FIELD_MISSING")]


# ----------------------------------------------------------------------- documents and corrections


@pytest.mark.parametrize("fact", ["sanction", "ruling", "correct", "annul", "end"])
def test_some_facts_need_their_document(fact: str) -> None:
    """With kind, number and date; what else it has must be known."""
    row = next(row for row in EVERY if row["fact"] == fact)
    assert ("document", "DOCUMENT_MISSING") in wrong(row | {"document": None})
    for name in DOCUMENT:
        short = {key: value for key, value in DOCUMENT.items() if key != name}
        assert ("document", "FIELD_MISSING") in wrong(row | {"document": short})
    assert ("document", "FIELD_UNKNOWN") in wrong(row | {"document": DOCUMENT | {"x": 1}})
    assert ("document", "NOT_AN_OBJECT") in wrong(row | {"document": "SK 1"})
    assert ("document", "NOT_A_DATE") in wrong(row | {"document": DOCUMENT | {"date": "x"}})


def correct(**changes: Any) -> Row:
    """A correction of a golongan."""
    replacement = {"fact": "golongan", **PERSON_FACTS["golongan"]} | changes
    return about(1, "correct", replacement=replacement)


def test_the_day_of_a_correction_is_a_claim() -> None:
    """It has no legal day of its own: `on` is what its document says, kept as learned."""
    one = draft(correct() | {"on": "2022-10-01"})
    assert one.on is None
    assert one.fields["learned_on"] == "2022-10-01"
    assert draft(about(1, "end")).fields == {"until": "2022-07-01"}


def test_a_replacement_is_a_whole_fact_of_the_same_person() -> None:
    """Its number may be left out; its errors are told with its place."""
    assert draft(correct()).replacement == draft(about(1, "golongan"))
    assert draft(correct(nip=f"{nip(1)[:8]} {nip(1)[8:]}")).replacement is not None
    assert wrong(correct(golongan="V/z", on=None)) == [
        ("replacement.golongan", "VALUE_NOT_LISTED"),
        ("replacement.on", "FIELD_MISSING"),
    ]
    assert wrong(about(1, "correct")) == [("replacement", "FIELD_MISSING")]
    assert wrong(about(1, "correct", replacement={"fact": "unit"})) == [
        ("replacement", "FACT_UNKNOWN")
    ]
    assert wrong(about(1, "correct", replacement={"fact": "annul"})) == [
        ("replacement", "FACT_UNKNOWN")
    ]


def test_a_replacement_rests_on_the_document_of_its_correction() -> None:
    """A sanction within a correction need not repeat it."""
    sanction = {"fact": "sanction"} | {
        name: value for name, value in PERSON_FACTS["sanction"].items() if name != "document"
    }
    assert draft(about(1, "correct", replacement=sanction)).replacement is not None


def test_a_target_is_named_by_text_or_position() -> None:
    """A key, an id, stream/version, or a position, which is a number."""
    for target, kept in (("kunci-1", "kunci-1"), (17, "17"), ("17", "17"), ("a/2", "a/2")):
        assert draft(about(1, "annul", target=target)).target == kept
    assert wrong(about(1, "annul", target=None)) == [("target", "FIELD_MISSING")]


def test_a_senders_key_may_hold_a_number() -> None:
    """It is kept as a keyed hash only, and so is what a link names; an id is open and may not."""
    key = f"{nip(1)}/2022/1"
    assert draft(about(1, "golongan", key=key)).key == key
    assert draft(about(1, "golongan", key=77)).key == "77"
    assert draft(about(1, "annul", target=key)).target == key
    assert draft(about(1, "objection", target=key)).fields["target"] == key
    assert wrong(about(1, "objection", id=key)) == [("id", "DIGITS_IN_OPEN_FIELD")]
    assert ("unit", "DIGITS_IN_OPEN_FIELD") in wrong(of_unit(nip(1), "unit"))


def test_the_digest_of_a_document_is_one() -> None:
    """64 hexadecimal digits, however many of them are decimal in a row."""
    for digest in ("1234567890" * 6 + "abcd", "A" * 64):
        row = about(1, "golongan", document=DOCUMENT | {"sha256": digest})
        assert (draft(row).document or {})["sha256"] == digest.lower()
    for other in ("1" * 63, "g" * 64, 5):
        row = about(1, "golongan", document=DOCUMENT | {"sha256": other})
        assert [field for field, _ in wrong(row)] == ["document"]


def test_one_mistake_is_told_once() -> None:
    """A predicate or score that cannot be read is not missed as well."""
    assert wrong(about(1, "appraisal", predicate="LUAR BIASA")) == [
        ("predicate", "VALUE_NOT_LISTED")
    ]
    assert wrong(about(1, "appraisal", predicate=None, score="x")) == [("score", "NOT_A_NUMBER")]


def test_every_error_of_a_row_is_told_at_once() -> None:
    """Whoever mends the file mends it once."""
    row = about(1, "competency", nip="12", category="X", hours=-1, to="2022-99-01", title=None)
    row["tidak_ada"] = 1
    assert set(wrong(row)) == {
        ("nip", "NIP_MALFORMED"),
        ("category", "VALUE_NOT_LISTED"),
        ("hours", "OUT_OF_RANGE"),
        ("to", "NOT_A_DATE"),
        ("title", "FIELD_MISSING"),
        ("tidak_ada", "FIELD_UNKNOWN"),
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.sampled_from(EVERY), st.data())
def test_any_damage_gives_a_draft_or_errors(row: Row, data: st.DataObject) -> None:
    """Whatever stands in a field, reading never breaks, and errors never repeat what they found."""
    name = data.draw(st.sampled_from(sorted(row)))
    read = read_fact(row | {name: data.draw(json_values)})
    if isinstance(read, Draft):
        assert read.fact in FACT_NAMES
        return
    assert read
    for one in read:
        assert one.message
        assert one.next_step
        assert one.code == one.code.upper()


def test_names_stand_for_whom_they_name() -> None:
    """The plain references of these tests: one id a name, always the same."""
    assert Names().person(nip(1)) == Names().person(nip(1)) != Names().person(nip(2))


def test_angka_kredit_is_never_below_zero() -> None:
    """A wrong one is corrected or annulled; nothing is taken off by a negative one."""
    assert wrong(about(1, "credit", value="-0.01")) == [("value", "OUT_OF_RANGE")]
    assert not isinstance(read_fact(about(1, "credit", value=0)), list)


@pytest.mark.parametrize("component", AssessmentComponent)
def test_a_component_stands_under_its_own_aspect_only(component: AssessmentComponent) -> None:
    """Under another it would be stored and read by no instrument: refused, with the list."""
    own = [aspect for aspect, components in COMPONENTS.items() if component in components]
    assert len(own) == 1
    for aspect in AssessmentAspect:
        row = of_unit("BKD", "assessment", aspect=aspect.value, component=component.value)
        if aspect in own:
            assert isinstance(read_fact(row), Draft)
        else:
            (fault,) = errors(row)
            assert (fault.field, fault.code) == ("component", "NOT_OF_ASPECT")
            assert all(one.value in fault.next_step for one in COMPONENTS[aspect])
