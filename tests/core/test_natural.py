"""Natural keys: which rows are the same act, kind by kind, and what their hashes give away."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.deciding import Verdict
from ledger.domain.natural import folded, keyed_hash
from ledger.errors import ContentConflict
from ledger.events.registry import CORRECTIONS
from tests.builders import DOCUMENT, PERSON_FACTS, Person, Row, about, every_fact
from tests.persons import nip

ROWS = [
    row
    for row in every_fact()
    if row.get("nip") and row["fact"] not in (*CORRECTIONS, "registered", "merged")
]
# kind -> a change that keeps the natural key, and one that makes another act
KEYED: dict[str, tuple[Row, Row]] = {
    "qualification": ({"on": "2010-01-01"}, {"level": "S2"}),
    "position": ({"kind": "PELAKSANA"}, {"on": "2022-01-01"}),
    "golongan": ({"on": "2021-10-01"}, {"golongan": "III/b"}),
    "competency": ({"hours": 10}, {"title": "Diklat Lain"}),
    "appraisal": ({"predicate": "KURANG"}, {"skp_id": "77"}),
    "sanction": ({"level": "BERAT"}, {"document": DOCUMENT | {"number": "800/2/2022"}}),
    "award": ({"on": "2022-01-01"}, {"kind": "SATYALANCANA_XX"}),
    "record_check": (
        {"elements": {"ALAMAT": {"dimension": "AKURASI", "ok": False}}},
        {"on": "2022-01-02"},
    ),
    "attendance": ({"present": 1}, {"month": "2022-07"}),
    "published_score": ({"total": 60}, {"period": "2021"}),
    "culture": ({"scores": {"INTEGRITAS": 10}}, {"period": "2021"}),
    "potential": ({"score": 10}, {"assessor": "LAN"}),
}


def office() -> Person:
    """A person with what others name."""
    person = Person()
    person.say(about(1, "registered"))
    person.say(
        about(1, "case"), about(1, "sanction"), about(1, "objection"), about(1, "inspection")
    )
    return person


def fresh() -> Person:
    """A person of whom nothing is known."""
    person = Person()
    person.say(about(1, "registered"))
    return person


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["fact"]))
def test_a_row_sent_again_is_the_same(row: Row) -> None:
    """Of every kind: the first is new, from then on it adds nothing."""
    person = office()
    first = person.say(row)
    again = person.say(row)
    known = row["fact"] in ("case", "sanction", "objection", "inspection")
    assert first.verdict is (Verdict.SAME if known else Verdict.NEW)
    assert (again.verdict, again.events) == (Verdict.SAME, ())


@pytest.mark.parametrize("kind", sorted(KEYED))
def test_the_same_act_with_other_content_is_a_conflict(kind: str) -> None:
    """By the natural key of docs/facts.md, and offered as a correction."""
    same_act, _ = KEYED[kind]
    person = fresh()
    person.say(about(1, kind))
    with pytest.raises(ContentConflict, match="correct"):
        person.say(about(1, kind, **same_act))


@pytest.mark.parametrize("kind", sorted(KEYED))
def test_another_key_is_another_act(kind: str) -> None:
    """What is in the key tells acts apart."""
    _, other_act = KEYED[kind]
    person = fresh()
    person.say(about(1, kind))
    assert person.say(about(1, kind, **other_act)).verdict is Verdict.NEW


@pytest.mark.parametrize(
    "kind",
    sorted(set(PERSON_FACTS) - set(KEYED) - {"registered", "merged", *CORRECTIONS}),
)
def test_of_the_others_every_field_is_the_key(kind: str) -> None:
    """Any difference makes another act; a claim of when it was learned does not."""
    person = office()
    row = about(1, kind)
    person.say(row)
    assert person.say(row | {"learned_on": "2023-01-01"}).verdict is Verdict.SAME
    assert person.say(row | {"until": "2029-01-01", "key": None}).verdict is Verdict.NEW


@pytest.mark.parametrize("one", [None, "12/LAN/2022"])
@pytest.mark.parametrize("other", [None, "12/LAN/2022", "13/LAN/2022"])
def test_competencies_with_and_without_a_number(one: str | None, other: str | None) -> None:
    """Two of equal title and end are one act when either lacks a number, or the numbers agree."""
    person = fresh()
    person.say(about(1, "competency", certificate_no=one, hours=20))
    second = about(1, "competency", certificate_no=other, hours=24)
    if one and other and one != other:
        assert person.say(second).verdict is Verdict.NEW
    else:
        with pytest.raises(ContentConflict):
            person.say(second)


def test_a_number_is_the_key_whatever_the_title() -> None:
    """One certificate is one act, also when the title is spelled otherwise."""
    person = fresh()
    person.say(about(1, "competency", certificate_no="12/LAN/2022"))
    with pytest.raises(ContentConflict):
        person.say(about(1, "competency", certificate_no=" 12/lan/2022 ", title="Judul lain"))


def test_titles_are_compared_folded() -> None:
    """Case and blanks do not make another act; other words do."""
    person = fresh()
    person.say(about(1, "competency", title="Diklat  Contoh"))
    with pytest.raises(ContentConflict):
        person.say(about(1, "competency", title="DIKLAT CONTOH", hours=3))


def test_a_corrected_number_tells_acts_apart_from_then_on() -> None:
    """What lacked its number and got one by a correction is no longer any of equal title."""
    person = fresh()
    person.say(about(1, "competency", key="k"))
    person.say(replace("k", about(1, "competency", certificate_no="12")))
    assert person.say(about(1, "competency", certificate_no="13")).verdict is Verdict.NEW
    with pytest.raises(ContentConflict):
        person.say(about(1, "competency", hours=9))


def replace(target: object, row: Row) -> Row:
    """A correction."""
    return about(1, "correct", target=target, replacement=row)


def test_rows_equal_to_what_was_replaced_or_annulled_are_the_same() -> None:
    """Any row that ever stated the fact adds nothing, in whatever order files come again."""
    person = fresh()
    first, second = about(1, "golongan", on="2021-04-01"), about(1, "golongan", on="2021-10-01")
    mend, annul = replace("g", second), about(1, "annul", target="g")
    person.say(first | {"key": "g"})
    person.say(mend)
    for row in (first, second, first | {"key": "g"}, second | {"key": "g"}, mend):
        assert person.say(row).verdict is Verdict.SAME
    person.say(annul)
    for row in (first, second, first | {"key": "g"}, mend, annul):
        assert person.say(row).verdict is Verdict.SAME
    back = replace("g", about(1, "golongan", on="2022-04-01"))
    assert person.say(back).verdict is Verdict.CORRECTS
    for row in (first, second, mend, annul, back, about(1, "golongan", on="2022-04-01")):
        assert person.say(row).verdict is Verdict.SAME


@pytest.mark.parametrize(
    ("change", "verdict"),
    [({}, Verdict.CONFIRMED), ({"organiser": "LAN"}, Verdict.CONFIRMED)],
)
def test_another_form_with_the_same_content_confirms(change: Row, verdict: Verdict) -> None:
    """What instruments read agrees: hours are never counted twice, and no event is added."""
    person = fresh()
    person.say(about(1, "competency", hours=20), form="siasn-pelatihan")
    decision = person.say(about(1, "competency", hours=20, **change), form="simpeg-diklat")
    assert (decision.verdict, decision.events) == (verdict, ())
    again = person.say(about(1, "competency", hours=20), form="siasn-pelatihan")
    assert again.verdict is Verdict.SAME


def test_another_form_with_other_content_is_a_conflict() -> None:
    """What instruments read differs: somebody must say which is right."""
    person = fresh()
    person.say(about(1, "competency", hours=20), form="siasn-pelatihan")
    with pytest.raises(ContentConflict):
        person.say(about(1, "competency", hours=24), form="simpeg-diklat")


def test_the_same_form_with_other_words_is_a_conflict() -> None:
    """One source does not confirm itself: what it says otherwise now is a change."""
    person = fresh()
    person.say(about(1, "competency", hours=20), form="siasn-pelatihan")
    with pytest.raises(ContentConflict):
        person.say(about(1, "competency", hours=20, organiser="LAN"), form="siasn-pelatihan")


# ------------------------------------------------------------------------------------------ hashes


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.text())
def test_hashes_need_the_key(one: bytes, other: bytes, text: str) -> None:
    """Who does not have a person's key cannot tell what a hash is of, nor compare two persons."""
    mine, theirs = keyed_hash(one, [text]), keyed_hash(other, [text])
    assert (mine == theirs) == (one == other)
    assert len(mine) == 32
    assert mine == mine.lower()


@given(st.text(max_size=20))
def test_folding_is_stable(text: str) -> None:
    """Folded text folds to itself, in any case and with any blanks."""
    once = folded(text)
    assert folded(once) == once
    assert folded(f"  {text}\t ") == once


def test_marks_hold_no_personal_text() -> None:
    """Number, name and title stand in no context; the hashes are all that is open."""
    person = fresh()
    row = about(1, "competency", title="Diklat Rahasia", certificate_no="R-7", key="kunci-rahasia")
    context: dict[str, Any] = person.statement(row).context()
    shown = str(context)
    for word in ("Rahasia", "R-7", "kunci-rahasia", nip(1)):
        assert word not in shown
    assert {"key", "match", "loose", "content", "gist"} <= context.keys()
