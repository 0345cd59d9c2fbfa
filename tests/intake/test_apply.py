"""Applying rows: what depends on what, who is meant by a number, and what a second import adds."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from api.intake import apply
from api.intake.report import ImportReport
from api.intake.templates import write_template
from tests.builders import (
    DOCUMENT,
    Desk,
    Row,
    about,
    every_fact,
    fill_golongan,
    of_book,
    of_unit,
)
from tests.persons import nip

MENDS = ("merged", "correct", "annul", "end")
EVERY = [row for row in every_fact() if row["fact"] not in MENDS]


def counts(report: ImportReport) -> dict[str, int]:
    """Rows by outcome, those that are not zero."""
    names = ("new", "same", "confirmed", "corrects", "conflicts")
    found = {name: getattr(report, name) for name in names if getattr(report, name)}
    return found | ({"refused": len(report.refused)} if report.refused else {})


def codes(report: ImportReport) -> list[tuple[int, str, str]]:
    """Row, column and code of each refusal."""
    return [(one["row"], one["column"], one["code"]) for one in report.as_json()["refused"]]


def flags(report: ImportReport) -> list[str]:
    """Codes of what was flagged."""
    return [one["code"] for one in report.flagged]


def correct(who: int, target: object, row: Row, **more: Any) -> Row:
    """A correction by a whole row."""
    return about(who, "correct", target=target, replacement=row, **more)


# --------------------------------------------------------------------------------- order and again


def test_every_kind_of_fact_is_recorded_once(anywhere: Desk) -> None:
    """One row of each kind in one file; sent again, nothing is added."""
    first = anywhere.send(about(900, "registered"), *EVERY)
    assert counts(first) == {"new": len(EVERY) + 1}
    head = anywhere.head()
    again = anywhere.send(about(900, "registered"), *EVERY)
    assert counts(again) == {"same": len(EVERY) + 1}
    assert anywhere.head() == head


def test_rows_may_come_in_any_order(here: Desk) -> None:
    """Backwards: rulings before sanctions, facts before people, people before units."""
    rows = [about(900, "registered"), *EVERY, about(1, "end", target="S-1", until="2023-01-01")]
    assert counts(here.send(*rows[::-1])) == {"new": len(rows) - 1, "corrects": 1}
    assert counts(here.send(*rows)) == {"same": len(rows)}


def test_files_may_come_in_any_order(here: Desk) -> None:
    """References, units, people and the rest are told apart across files."""
    parts = [
        [about(1, "position", unit="BKD.1"), about(1, "ruling"), about(1, "annul", target="g")],
        [about(1, "objection"), about(1, "golongan", key="g")],
        [about(1, "sanction"), about(1, "registered")],
        [of_unit("BKD.1", "unit", name="Bidang", parent="BKD")],
        [of_book("position_ref"), of_unit("BKD", "unit")],
    ]
    first = None
    for number, order in enumerate(itertools.islice(itertools.permutations(parts), 0, 120, 17)):
        paths = [here.file(*rows, name=f"{number}-{at}.jsonl") for at, rows in enumerate(order)]
        report = here.send_files(*paths)
        first = first or report
        assert report.refused == []
        if number:
            assert counts(report) == {"same": 10}
    assert first is not None
    assert counts(first) == {"new": 9, "corrects": 1}
    assert flags(first) == []


def test_the_first_of_equal_acts_in_a_file_stands(here: Desk) -> None:
    """A later one of the same content is the same, of other content it is offered back."""
    report = here.send(
        about(1, "registered"),
        about(1, "golongan", on="2021-04-01"),
        about(1, "golongan", on="2021-04-01"),
        about(1, "golongan", on="2021-10-01"),
    )
    assert counts(report) == {"new": 2, "same": 1, "conflicts": 1}
    (fact,) = here.facts().known("golongan")
    assert fact.effective_on.isoformat() == "2021-04-01"
    assert [row.place.row for row in report.rejected] == [4]


def test_an_import_that_adds_nothing_appends_nothing(here: Desk) -> None:
    """Neither its facts nor a note of itself; one that adds something is noted with its counts."""
    here.send(about(1, "registered"))
    head = here.head()
    here.send(about(1, "registered"))
    here.send(about(77, "golongan"))
    assert here.head() == head
    (noted,) = here.ledger.store.read(1, topics=("ledger.import_committed/1",))
    payload = json.loads(noted.state)
    assert payload["counts"]["new"] == 1
    assert (payload["first_position"], payload["last_position"]) == (head - 1, head - 1)
    assert payload["files"][0]["form"] == "facts"


def test_a_folder_of_many_files_is_noted_whole(here: Desk) -> None:
    """An event has its limit, so the note is of several events in one command."""
    paths = [here.file(about(who, "registered"), name=f"{who}.jsonl") for who in range(1, 900)]
    assert counts(here.send_files(*paths)) == {"new": 899}
    noted = list(here.ledger.store.read(1, topics=("ledger.import_committed/1",)))
    files = [one["sha256"] for note in noted for one in json.loads(note.state)["files"]]
    assert len(set(files)) == len(files) == 899
    assert len({note.recorded_at for note in noted}) == 1


def test_a_file_gives_each_event_its_origin(here: Desk) -> None:
    """Digest, form, row and batch; one batch an import, and no file name."""
    here.send(about(1, "registered"), about(1, "golongan"))
    here.send(about(1, "qualification"))
    origins = [json.loads(event.context)["origin"] for event in here.events()]
    assert [one["row"] for one in origins] == [1, 2, 1]
    assert origins[0]["batch"] == origins[1]["batch"] != origins[2]["batch"]
    assert all(set(one) == {"file", "form", "row", "batch"} for one in origins)
    assert all(len(one["file"]) == 64 for one in origins)


def test_a_broken_reference_refuses_its_row_only(here: Desk) -> None:
    """Each with its field and what stands in it; everything else in the file is stored."""
    report = here.send(
        about(1, "registered"),
        about(1, "dialogue", by=nip(700)),
        about(1, "ruling"),
        about(1, "annul", target="tidak-ada"),
        about(2, "golongan"),
        about(1, "golongan"),
    )
    assert counts(report) == {"new": 2, "refused": 4}
    assert codes(report) == [
        (2, "by", "PERSON_UNKNOWN"),
        (3, "of", "TARGET_UNKNOWN"),
        (4, "target", "TARGET_UNKNOWN"),
        (5, "nip", "PERSON_UNKNOWN"),
    ]
    found = [one["found"] for one in report.as_json()["refused"]]
    assert found == [nip(700), "K-1", "tidak-ada", nip(2)]


def test_other_persons_are_named_by_number_or_id(here: Desk) -> None:
    """Registered before or in the same file; the id of what is no person is refused."""
    here.send(about(1, "registered"), about(2, "registered"))
    ident = here.stream(2)
    report = here.send(
        about(1, "appraisal", appraiser=nip(2)),
        about(1, "appraisal", period="2021", appraiser=ident.hex),
        about(1, "appraisal", period="2020", appraiser=str(ident)),
        about(1, "appraisal", period="2019", appraiser=nip(3)),
        about(3, "registered"),
        about(1, "appraisal", period="2018", appraiser=here.ledger.stream.hex),
    )
    assert counts(report) == {"new": 5, "refused": 1}
    assert codes(report) == [(6, "appraiser", "PERSON_UNKNOWN")]
    named = {fact.fields["appraiser"] for fact in here.facts().known("appraisal")}
    assert named == {ident.hex, here.stream(3).hex}


def test_an_appraiser_of_another_agency_is_kept_sealed(here: Desk) -> None:
    """Nobody here holds the number: flagged, and the same when he is registered later."""
    row = about(1, "appraisal", appraiser=nip(700))
    report = here.send(about(1, "registered"), row)
    assert (counts(report), flags(report)) == ({"new": 2}, ["APPRAISER_UNKNOWN"])
    (fact,) = here.facts().known("appraisal")
    assert "appraiser" not in fact.fields
    assert nip(700) not in str(here.events()[-1])
    assert counts(here.send(row)) == {"same": 1}
    here.send(about(700, "registered"))
    assert counts(here.send(row)) == {"same": 1}


# ------------------------------------------------------------------------------------- who is meant


def test_a_new_number_finds_the_person_at_once_and_ever_after(anywhere: Desk) -> None:
    """In the import that gives it, wherever it stands there, and in later ones; so does the old."""
    first = anywhere.send(
        about(2, "golongan"),
        about(1, "qualification"),
        about(1, "identity", name=None, new_nip=nip(2)),
        about(1, "registered", employment="PPPK"),
    )
    assert counts(first) == {"new": 4}
    assert anywhere.stream(1) == anywhere.stream(2)
    second = anywhere.send(about(1, "attendance"), about(2, "leave"))
    assert counts(second) == {"new": 2}
    again = anywhere.send(about(2, "identity", name=None, new_nip=nip(2)), about(2, "attendance"))
    assert counts(again) == {"same": 2}
    assert len(anywhere.events(1)) == 6


def test_numbers_may_change_twice_in_one_import(here: Desk) -> None:
    """Each row under whichever number it was written."""
    report = here.send(
        about(3, "golongan"),
        about(2, "identity", name=None, new_nip=nip(3), on="2023-01-01"),
        about(1, "identity", name=None, new_nip=nip(2)),
        about(1, "registered"),
        about(2, "qualification"),
    )
    assert counts(report) == {"new": 5}
    assert here.stream(1) == here.stream(2) == here.stream(3)


def test_a_number_that_another_person_holds_is_refused(here: Desk) -> None:
    """Nothing about the other person ever goes to the wrong record."""
    here.send(about(1, "registered"), about(2, "registered"))
    report = here.send(
        about(1, "identity", name=None, new_nip=nip(2)), about(2, "golongan"), about(1, "leave")
    )
    assert counts(report) == {"new": 2, "refused": 1}
    assert codes(report) == [(1, "new_nip", "NUMBER_TAKEN")]
    assert [fact.kind for fact in here.facts(2).known("golongan")] == ["golongan"]
    assert here.facts(1).known("golongan") == ()


def test_who_registers_under_a_number_given_in_the_same_import_is_that_person(here: Desk) -> None:
    """A profile that knows the new number alone founds no second record."""
    here.send(about(1, "registered", employment="PPPK"))
    report = here.send(
        about(2, "registered", employment="CPNS"), about(1, "identity", name=None, new_nip=nip(2))
    )
    assert counts(report) == {"new": 1, "conflicts": 1}
    assert here.stream(1) == here.stream(2)


def test_who_was_annulled_is_not_registered_again_by_the_same_files(anywhere: Desk) -> None:
    """A registration that never was is known as that; only a correction brings the person back."""
    rows = [about(1, "registered", key="r"), about(1, "golongan"), about(1, "annul", target="r")]
    assert counts(anywhere.send(*rows)) == {"new": 2, "corrects": 1}
    head = anywhere.head()
    assert counts(anywhere.send(*rows)) == {"same": 3}
    assert anywhere.head() == head
    assert anywhere.ledger.index.find(nip(1)) is None
    back = anywhere.send(correct(1, "r", about(1, "registered", on="2021-01-01")))
    assert counts(back) == {"corrects": 1}
    assert anywhere.facts().known("registered")[0].effective_on.isoformat() == "2021-01-01"


def test_a_wrong_number_that_was_corrected_is_free_for_its_owner(here: Desk) -> None:
    """The files that gave it can be sent again and add nothing, whoever holds it now."""
    rows = [
        about(1, "registered"),
        about(1, "identity", name=None, new_nip=nip(2), key="i"),
        correct(1, "i", about(1, "identity", name=None, new_nip=nip(3))),
    ]
    assert counts(here.send(*rows)) == {"new": 2, "corrects": 1}
    assert counts(here.send(about(2, "registered"))) == {"new": 1}
    assert here.stream(2) != here.stream(1) == here.stream(3)
    assert counts(here.send(*rows)) == {"same": 3}
    assert codes(here.send(about(1, "identity", name=None, new_nip=nip(2), on="2024-01-01"))) == [
        (1, "new_nip", "NUMBER_TAKEN")
    ]


def test_a_refused_registration_leaves_nobody(here: Desk) -> None:
    """What is sent about him is refused with it, and nothing is half-stored."""
    report = here.send(about(1, "registered", name=None), about(1, "golongan"))
    assert codes(report) == [(1, "name", "FIELD_MISSING"), (2, "nip", "PERSON_UNKNOWN")]
    assert here.ledger.index.find(nip(1)) is None
    assert counts(here.send(about(1, "registered"), about(1, "golongan"))) == {"new": 2}


# ------------------------------------------------------------------------------------------- units


def test_unknown_units_are_founded_and_flagged(here: Desk) -> None:
    """A path from the top, each part under the one before, since the earliest day that names it."""
    report = here.send(
        about(1, "registered"),
        about(1, "position", unit="Dinas - Bidang - Seksi", on="2021-01-01"),
        about(1, "position", unit="Dinas - Bidang", on="2019-01-01"),
        about(1, "appraisal", unit="UPT Contoh"),
    )
    assert counts(report) == {"new": 4}
    assert flags(report) == ["UNIT_FOUNDED"] * 4
    units = here.ledger.units()
    top, middle, leaf = (
        here.unit(name, "2021-06-01")
        for name in ("Dinas", "Dinas - Bidang", "Dinas - Bidang - Seksi")
    )
    assert top is not None
    assert middle is not None
    assert leaf is not None
    on = here.facts().known("position")[1].effective_on
    assert units.path(leaf, on) == [leaf, middle, top]
    first = units.units[top].known("unit")[0].effective_on
    assert first.isoformat() == "2019-01-01"
    assert here.unit("Seksi", "2021-06-01") == leaf


def test_a_unit_founded_from_its_name_is_known_from_an_earlier_day_when_one_names_it(
    here: Desk,
) -> None:
    """Later imports may look further back; nothing is founded twice."""
    here.send(about(1, "registered"), about(1, "position", unit="Dinas - Bidang", on="2021-01-01"))
    before = here.unit("Dinas - Bidang")
    assert before is not None
    report = here.send(about(1, "position", unit="Dinas - Bidang", on="2015-01-01"))
    assert counts(report) == {"new": 1}
    assert here.unit("Dinas - Bidang", "2015-01-01") == before
    described = here.ledger.units().described(
        before, here.facts().known("position")[0].effective_on
    )
    assert described is not None
    assert described["name"] == "Bidang"
    again = here.send(about(1, "position", unit="Dinas - Bidang", on="2015-01-01"))
    assert (counts(again), flags(again)) == ({"same": 1}, [])


def test_a_unit_is_found_by_the_name_that_the_same_import_gives_it(here: Desk) -> None:
    """By code or by name, of a new unit or of one that is renamed: none is founded beside it."""
    here.send(of_unit("LAMA", "unit", name="Nama Lama"))
    report = here.send(
        about(1, "position", unit="Badan Kepegawaian Daerah"),
        about(1, "position", unit="Nama Baru", on="2022-06-01"),
        about(1, "position", unit="Nama Lama", on="2015-01-01"),
        about(1, "registered"),
        of_unit("BKD", "unit"),
        of_unit("LAMA", "unit", name="Nama Baru", on="2020-01-01"),
    )
    assert (counts(report), flags(report)) == ({"new": 6}, [])
    units = [fact.fields["unit"] for fact in here.facts().known("position")]
    old, new = here.unit("LAMA"), here.unit("BKD")
    assert old is not None
    assert new is not None
    assert units == [old.hex, new.hex, old.hex]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[1:])
def test_units_may_stand_below_those_that_come_later(here: Desk, order: tuple[int, ...]) -> None:
    """The tree is built from the top, whatever the order of rows; parents by code or name."""
    rows = [
        of_unit("A", "unit", name="Dinas A"),
        of_unit("A.1", "unit", name="Bidang Satu", parent="Dinas A"),
        of_unit("A.1.1", "unit", name="Seksi Satu", parent="A.1"),
    ]
    report = here.send(*(rows[at] for at in order))
    assert (counts(report), flags(report)) == ({"new": 3}, [])
    leaf = here.unit("A.1.1")
    assert leaf is not None
    on = here.ledger.units().units[leaf].known("unit")[0].effective_on
    assert here.ledger.units().depth(leaf, on) == 2


def test_a_parent_that_nobody_describes_is_founded(here: Desk) -> None:
    """And a successor, and a unit of which only a target is known: flagged, nothing is lost."""
    report = here.send(
        of_unit("A.1", "unit", parent="A"),
        of_unit("A.1", "unit_closed", successors=["B"]),
        of_unit("C", "target"),
    )
    assert counts(report) == {"new": 3}
    assert flags(report) == ["UNIT_FOUNDED"] * 3
    assert counts(here.send(of_unit("A.1", "unit", parent="A"))) == {"same": 1}


def test_a_circle_of_parents_is_refused(here: Desk) -> None:
    """Neither can come first; a unit above itself neither."""
    report = here.send(of_unit("A", "unit", parent="B"), of_unit("B", "unit", parent="A"))
    assert [code for _, _, code in codes(report)] == ["UNIT_UNKNOWN", "UNIT_UNKNOWN"]
    here.send(of_unit("C", "unit"))
    own = here.send(of_unit("C", "unit", parent="C", on="2015-01-01"))
    assert [code for _, _, code in codes(own)] == ["NOT_ALLOWED"]


def test_a_refused_unit_leaves_no_trace(here: Desk) -> None:
    """A post that names it founds it then, with an event of its own."""
    report = here.send(
        of_unit("A", "unit", parent="B"),
        of_unit("B", "unit", parent="A"),
        about(1, "registered"),
        about(1, "position", unit="A"),
    )
    assert counts(report) == {"new": 2, "refused": 2}
    unit = here.unit("A")
    assert unit is not None
    assert here.facts().known("position")[0].fields["unit"] == unit.hex


def test_a_corrected_code_still_means_the_unit(here: Desk) -> None:
    """The old file and the correction can be sent again, and nothing is founded."""
    rows = [
        of_unit("SALAH", "unit", name="Badan", key="u"),
        {
            "fact": "correct",
            "unit": "SALAH",
            "target": "u",
            "document": DOCUMENT,
            "replacement": of_unit("BENAR", "unit", name="Badan"),
        },
    ]
    assert counts(here.send(*rows)) == {"new": 1, "corrects": 1}
    assert counts(here.send(*rows, of_unit("BENAR", "unit", name="Badan"))) == {"same": 3}
    assert here.unit("SALAH") == here.unit("BENAR")


# ------------------------------------------------------------------------------------- corrections


@pytest.mark.parametrize("how", ["key", "id", "position", "place"])
def test_a_fact_is_corrected_by_any_of_its_names(anywhere: Desk, how: str) -> None:
    """By the sender's key, the id in it, its position in the log, or its place in the stream."""
    anywhere.send(about(1, "registered"), about(1, "sanction", key="kunci"))
    event = anywhere.events()[-1]
    names = {
        "key": "kunci",
        "id": "S-1",
        "position": event.id,
        "place": f"{event.originator_id.hex}/{event.originator_version}",
    }
    mend = correct(1, names[how], about(1, "sanction", level="RINGAN", kind="TEGURAN_LISAN"))
    assert counts(anywhere.send(mend)) == {"corrects": 1}
    assert counts(anywhere.send(mend)) == {"same": 1}
    (fact,) = anywhere.facts().known("sanction")
    assert fact.fields["level"] == "RINGAN"
    assert anywhere.facts(position=event.id).known("sanction")[0].fields["level"] == "SEDANG"


def test_what_was_replaced_is_refused_with_what_stands_now(here: Desk) -> None:
    """By position or place, in the same file too; the message names the current event."""
    here.send(about(1, "registered"), about(1, "golongan", key="g"))
    event = here.events()[-1]
    report = here.send(
        correct(1, "g", about(1, "golongan", on="2021-05-01")),
        correct(1, event.id, about(1, "golongan", on="2021-06-01")),
        about(1, "annul", target=f"{event.originator_id.hex}/{event.originator_version}"),
    )
    assert counts(report) == {"corrects": 1, "refused": 2}
    current = f"{event.originator_id.hex}/{event.originator_version + 1}"
    for one in report.refused:
        assert one["code"] == "FACT_ALREADY_REPLACED"
        assert current in one["message"] + one["next_step"]


def test_mends_are_applied_in_file_order(here: Desk) -> None:
    """Annulled and brought back in one file; the last word counts, the way there stays."""
    report = here.send(
        about(1, "annul", target="g"),
        correct(1, "g", about(1, "golongan", on="2022-04-01")),
        about(1, "golongan", key="g"),
        about(1, "registered"),
    )
    assert counts(report) == {"new": 2, "corrects": 2}
    (fact,) = here.facts().known("golongan")
    assert fact.effective_on.isoformat() == "2022-04-01"
    topics = [event.topic for event in here.events()]
    assert topics[-2:] == ["employee.annul/1", "employee.correct/1"]


def test_a_replacement_may_name_the_person_by_another_of_his_numbers(here: Desk) -> None:
    """Old and new number are one person; a third is somebody else."""
    here.send(
        about(1, "registered"),
        about(1, "identity", name=None, new_nip=nip(2)),
        about(1, "golongan", key="g"),
        about(3, "registered"),
    )
    mended = here.send(correct(1, "g", about(2, "golongan", on="2021-05-01")))
    assert counts(mended) == {"corrects": 1}
    other = here.send(correct(1, "g", about(3, "golongan", on="2021-06-01")))
    assert codes(other) == [(1, "replacement", "SUBJECT_DIFFERS")]


# ------------------------------------------------------------------------------------------ merges


def test_a_merge_states_everything_again_in_the_other_record(anywhere: Desk) -> None:
    """With links, sealed fields and corrections; nothing is counted twice."""
    rows = [
        about(1, "registered"),
        about(2, "registered"),
        about(1, "competency", hours=20, key="k"),
        correct(1, "k", about(1, "competency", hours=8)),
        about(1, "sanction"),
        about(1, "objection", grounds="rahasia"),
        about(1, "golongan"),
        about(2, "golongan"),
        about(1, "leave", key="l"),
        about(1, "annul", target="l"),
        about(1, "merged", into=nip(2), on="2022-06-01"),
    ]
    assert counts(anywhere.send(*rows)) == {"new": 9, "corrects": 2}
    assert counts(anywhere.send(*rows)) == {"same": 11}
    facts = anywhere.facts(2)
    (course,) = facts.known("competency")
    assert (course.fields["hours"], str(course.counts_from)) == ("8", "2022-06-01")
    assert len(facts.known("golongan")) == 1
    assert facts.known("leave") == ()
    (sanction,), (objection,) = facts.known("sanction"), facts.known("objection")
    assert objection.fields["target"] == sanction.root
    closed = anywhere.send(about(1, "qualification"))
    assert codes(closed) == [(1, "nip", "STREAM_CLOSED")] or codes(closed) == [
        (1, "", "STREAM_CLOSED")
    ]


def test_before_the_merge_they_were_two_persons(here: Desk) -> None:
    """The closed record answers for the days before it, the open one for the days since."""
    here.send(
        about(1, "registered"),
        about(2, "registered"),
        about(1, "qualification", level="S3"),
        about(1, "merged", into=nip(2), on="2022-06-01"),
    )

    def qualification(who: int, on: str) -> Any:
        points = {one["measure"]: one["points"] for one in here.score(who, on)["measures"]}
        return points.get("kualifikasi")

    assert qualification(1, "2022-05-31") == "25"
    assert qualification(2, "2022-05-31") is None
    assert here.score(1, "2022-06-01")["status"] == "not_applicable"
    assert qualification(2, "2022-06-01") == "25"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (about(1, "merged", into=nip(1)), "NOT_ALLOWED"),
        (about(1, "merged", into=nip(77)), "PERSON_UNKNOWN"),
        (about(2, "merged", into=nip(1)), "NOT_ALLOWED"),
        (about(1, "merged", into=nip(3)), "STREAM_CLOSED"),
    ],
    ids=["himself", "nobody", "circle", "twice"],
)
def test_merges_that_lead_nowhere_are_refused(here: Desk, row: Row, code: str) -> None:
    """Nothing changes by them: the record stays as it was, in a dry run and in earnest."""
    here.send(about(1, "registered"), about(2, "registered"), about(3, "registered"))
    if code == "STREAM_CLOSED" or row["nip"] == nip(2):
        here.send(about(1, "merged", into=nip(2)))
    head = here.head()
    assert [one[2] for one in codes(here.send(row, dry=True))] == [code]
    assert [one[2] for one in codes(here.send(row))] == [code]
    assert here.head() == head
    assert counts(here.send(about(3, "golongan"))) == {"new": 1}


# ----------------------------------------------------------------------------------- large and
# whole


def test_a_strict_import_of_more_people_than_are_held_at_once(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is appended before the end, so every state is kept until then."""
    monkeypatch.setattr(apply, "_CHUNK_ROWS", 3)
    rows = [
        row
        for who in range(1, 9)
        for row in (about(who, "registered"), about(who, "golongan"), about(who, "qualification"))
    ]
    assert counts(here.send(*rows, dry=True)) == {"new": 24}
    assert counts(here.send(*rows, strict=True)) == {"new": 24}
    assert counts(here.send(*rows)) == {"same": 24}
    assert len({event.recorded_at for who in range(1, 9) for event in here.events(who)}) == 1


def test_people_beyond_those_held_at_once_are_read_again(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory stays bounded and nothing is decided on an older state."""
    monkeypatch.setattr(apply, "_CHUNK_ROWS", 2)
    rows = [about(who, "registered") for who in range(1, 7)]
    rows += [
        about(who, "golongan", golongan=rank) for rank in ("I/a", "I/b") for who in range(1, 7)
    ]
    assert counts(here.send(*rows)) == {"new": 18}
    assert counts(here.send(*rows)) == {"same": 18}


def test_a_sheet_called_after_somebody_is_not_called_so_in_the_log(here: Desk) -> None:
    """The place of a row is open; the number of a person is left out of it."""
    path = here.folder / "a.xlsx"
    write_template("golongan", path)
    fill_golongan(path, golongan="III/a", on="2021-04-01", sheet=f"P {nip(1)}")
    assert counts(here.send(about(1, "registered"))) == {"new": 1}
    assert counts(here.send_files(path)) == {"new": 1}
    origin = json.loads(here.events()[-1].context)["origin"]
    assert origin["sheet"] == "P …"
    for event in here.events():
        assert nip(1).encode() not in event.context + event.state
