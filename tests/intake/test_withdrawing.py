"""Taking a whole import back: annulled, put back, or kept with the reason, and never half done."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from api.intake import withdrawing
from api.intake.batches import ImportUnknown, batches
from api.intake.taking_back import Why
from api.intake.withdrawing import Withdrawal, withdraw
from ledger.commands import erasure
from ledger.errors import NotAllowed
from ledger.verifying.whole import Wish, verify
from tests.builders import Desk, about, every_fact, of_book, of_unit
from tests.persons import nip

BACK = {"kind": "BA", "number": "1/2026", "date": "2026-03-01"}


def last(here: Desk) -> str:
    """The batch of the last import."""
    return batches(here.ledger)[-1].id


def take_back(here: Desk, batch: str | None = None, **options: Any) -> Withdrawal:
    """Withdraw an import, the last one by default."""
    given: dict[str, Any] = {"actor": "budi", "document": BACK} | options
    return withdraw(here.ledger, batch or last(here), **given)


def correct(who: int, target: object, row: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A correction by a whole row."""
    return about(who, "correct", target=target, replacement=row, **more)


def kept(done: Withdrawal) -> set[tuple[str, Why]]:
    """Kind and reason of what stayed."""
    return {(one.kind, one.why) for one in done.kept}


def standing(here: Desk, who: int = 1) -> set[str]:
    """The kinds of facts that stand about a person."""
    return {kind for kind, facts in here.facts(who).facts.items() if facts}


def called(here: Desk, code: str) -> object:
    """What a unit of a code ever used is called; None where nothing of it stands."""
    stream = here.unit(code)
    assert stream is not None
    return here.ledger.units().described(stream, date(2022, 6, 30))


def test_a_withdrawn_import_is_as_if_it_had_never_been(anywhere: Desk) -> None:
    """Of every kind of fact: annulled in its own stream; what was asked before stays answered."""
    anywhere.send(about(900, "registered"))
    before = anywhere.head()
    mends = ("merged", "correct", "annul", "end")
    rows = [row for row in every_fact() if row["fact"] not in mends]
    anywhere.send(*rows)
    then, person = anywhere.head(), anywhere.stream()
    done = take_back(anywhere, reason="salah berkas")
    assert (done.restored, done.already, kept(done)) == (0, 0, set())
    assert anywhere.ledger.index.find(nip(1)) is None
    assert not anywhere.ledger.history_of(person).facts
    assert anywhere.ledger.history_of(person, position=then).facts
    assert standing(anywhere, 900) == {"registered"}
    assert called(anywhere, "BKD") is None
    events = list(anywhere.ledger.store.read(then + 1))
    assert {json.loads(one.context)["document"]["number"] for one in events} == {"1/2026"}
    assert events[-1].id == done.position == batches(anywhere.ledger)[-1].withdrawn
    assert len(events) == done.annulled + 1
    assert before < then


def test_what_it_mended_is_as_it_was(anywhere: Desk) -> None:
    """A correction, an annulment, an end and an undone annulment, sealed fields included."""
    anywhere.send(
        about(1, "registered"),
        about(1, "competency", title="Kursus Lama", hours=8, key="corrected"),
        about(1, "golongan", key="annulled"),
        about(1, "award", key="ended"),
        about(1, "leave", key="back"),
    )
    anywhere.send(about(1, "annul", target="back"))
    (course,) = anywhere.facts().known("competency")
    anywhere.send(
        correct(1, "corrected", about(1, "competency", title="Kursus Lain", hours=40, key=None)),
        about(1, "annul", target="annulled"),
        about(1, "end", target="ended", until="2023-01-01"),
        correct(1, "back", about(1, "leave", key=None)),
        about(1, "qualification"),
    )
    done = take_back(anywhere)
    assert (done.annulled, done.restored, kept(done)) == (1, 4, set())
    facts = anywhere.facts()
    (now,) = facts.known("competency")
    assert (now.fields, now.effective_on) == (course.fields, course.effective_on)
    assert (len(facts.known("golongan")), len(facts.known("leave"))) == (1, 0)
    assert facts.known("award")[0].until is None
    assert not facts.known("qualification")
    titles = [
        part["sealed"]["title"]
        for one in anywhere.events()
        for part in anywhere.ledger.rows.unseal(
            one, anywhere.ledger.store.sealed([one.id]).get(one.id, ())
        ).values()
        if "title" in part.get("sealed", {})
    ]
    assert titles == ["Kursus Lain", "Kursus Lama"]
    assert anywhere.send(about(1, "competency", title="Kursus Lama", hours=8)).same == 1


def test_what_was_mended_since_stays_and_is_named(here: Desk) -> None:
    """Somebody decided about it on another document; the rest is taken back."""
    here.send(about(1, "registered"))
    here.send(about(1, "golongan", key="g"), about(1, "leave"))
    batch = last(here)
    here.send(correct(1, "g", about(1, "golongan", golongan="III/b", key=None)))
    done = take_back(here, batch)
    assert kept(done) == {("golongan", Why.MENDED_SINCE)}
    assert standing(here) == {"registered", "golongan"}


def test_a_registration_stays_while_facts_of_others_hang_on_it(here: Desk) -> None:
    """So does a unit that others name; the facts themselves go."""
    here.send(
        of_unit("BKD", "unit"), of_unit("X", "unit"), about(1, "registered"), about(1, "leave")
    )
    batch = last(here)
    here.send(about(1, "position", unit="BKD"))
    done = take_back(here, batch)
    stays = Why.OTHERS_HANG_ON_IT
    assert kept(done) == {("registered", stays), ("unit", stays)}
    assert standing(here) == {"registered", "position"}
    assert (called(here, "BKD") is None, called(here, "X") is None) == (False, True)


def test_withdrawn_again_nothing_is_added(here: Desk) -> None:
    """By anybody, and whatever was kept."""
    here.send(about(1, "registered"), about(1, "golongan"))
    done = take_back(here)
    head = here.head()
    again = take_back(here, actor="citra")
    assert (again.annulled, again.already, again.position) == (0, 2, done.position)
    assert here.head() == head


def test_a_dry_run_counts_the_same_and_records_nothing(here: Desk) -> None:
    """One path."""
    here.send(about(1, "registered"), about(1, "golongan"), of_book("position_ref"))
    head = here.head()
    dry = take_back(here, dry=True)
    assert here.head() == head
    real = take_back(here)
    assert (dry.annulled, dry.streams, dry.position) == (real.annulled, real.streams, None)


def test_a_withdrawal_that_crashed_is_finished_by_another(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two batches of streams and before the note: what is done stays done."""
    here.send(*(about(who, "registered") for who in range(1, 6)))
    monkeypatch.setattr(withdrawing, "_STREAMS_AT_ONCE", 2)
    real, left = here.ledger.store.append_many, [2]

    def crashing(commands: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return real(commands)

    with monkeypatch.context() as broken:
        broken.setattr(here.ledger.store, "append_many", crashing)
        with pytest.raises(KeyboardInterrupt):
            take_back(here)
    assert batches(here.ledger)[-1].withdrawn is None
    done = take_back(here)
    assert (done.annulled, done.already) == (1, 4)
    assert batches(here.ledger)[-1].withdrawn == done.position


def test_a_merge_is_not_withdrawn(here: Desk) -> None:
    """What one record held is stated in the other; nothing is touched."""
    here.send(about(1, "registered"), about(2, "registered"), about(1, "golongan"))
    here.send(about(1, "merged", into=nip(2)))
    head = here.head()
    with pytest.raises(NotAllowed):
        take_back(here)
    assert here.head() == head


def test_facts_of_the_erased_stay_unread(here: Desk) -> None:
    """Their keys are gone, and nothing more is said of them."""
    here.send(about(1, "registered"), about(1, "golongan"), about(2, "registered"))
    erasure.erase(here.ledger, here.stream(1), ground="UU 27/2022 Pasal 43", actor="tester")
    done = take_back(here)
    assert kept(done) == {("registered", Why.ERASED), ("golongan", Why.ERASED)}
    assert done.annulled == 1


def test_an_unknown_import_is_named_as_such(here: Desk) -> None:
    """With what to do; so is one that never came to its end."""
    with pytest.raises(ImportUnknown) as unknown:
        take_back(here, "0" * 32)
    assert unknown.value.next_step


def test_an_import_once_withdrawn_may_be_stated_again_by_a_correction(here: Desk) -> None:
    """The same rows are the same act and add nothing; a correct says that it was so after all."""
    here.send(about(1, "registered"))
    here.send(about(1, "golongan", key="g"))
    take_back(here)
    assert here.send(about(1, "golongan", key="g")).same == 1
    assert here.send(correct(1, "g", about(1, "golongan", key=None))).corrects == 1
    assert len(here.facts().known("golongan")) == 1


def test_the_log_still_verifies(anywhere: Desk) -> None:
    """What a withdrawal records has the shape of its topics."""
    anywhere.send(about(1, "registered"), about(1, "golongan", key="g"))
    anywhere.send(correct(1, "g", about(1, "golongan", golongan="III/b", key=None)))
    take_back(anywhere)
    found = verify(Wish(anywhere.url, keys=anywhere.ledger.keyring.folder))
    assert not found.findings.counts
