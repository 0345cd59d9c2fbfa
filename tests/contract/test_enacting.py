"""`instrument enact` and `repeal`, `pending` and `confirm`: two people, one command, no way round."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledger.application import Ledger
from ledger.commands import decision_desk as desk
from ledger.commands import second_person
from ledger.domain.decision import Draft
from ledger.domain.decision_candidates import Candidate
from ledger.domain.decision_commands import decide_draft, decide_issue, decide_revoke
from ledger.vocabulary_agency import DecisionKind
from tests.builders import about, of_unit
from tests.contract.command import AsnLedger
from tests.contract.test_instruments import DRAFT, READING, head, write
from tests.persons import nip

DOCUMENT = ("--document", "SK:800/12/2024:2024-02-01")
PROPOSAL_KEYS = [
    *("id", "kind", "says", "command", "digest", "proposed_by", "recorded_at", "document", "state"),
]
DAY_KEYS = [
    *("as_of", "instrument", "from", "to", "moved", "raised", "lowered", "unmoved"),
    *("mean_change", "became_computable", "no_longer_computable", "other_band", "penetapan"),
]


def office(asn: AsnLedger) -> AsnLedger:
    """Four people of one unit with trainings of 10 to 40 hours."""
    rows = [of_unit("BKD", "unit")]
    for who in range(1, 5):
        rows += [
            about(who, "registered", on="2015-01-01"),
            about(who, "position", on="2016-01-01", kind="PELAKSANA"),
            about(who, "competency", title=f"Diklat {who}", to="2023-05-04", hours=10 * who),
        ]
    imported = asn("import", asn.file("berkas.jsonl", *rows), "--actor", "loket")
    assert imported.status == 0, imported.out
    return asn


@pytest.fixture
def on_each(founded: AsnLedger) -> AsnLedger:
    """The office on each database."""
    return office(founded)


@pytest.fixture(scope="session")
def built_people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `people`, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("people")
    asn = AsnLedger(f"sqlite:///{folder / 'ledger.sqlite3'}", folder)
    assert asn("init").status == 0
    office(asn)
    return folder


@pytest.fixture
def people(built_people: Path, tmp_path: Path) -> AsnLedger:
    """The office."""
    shutil.copytree(built_people, tmp_path, dirs_exist_ok=True)
    return AsnLedger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)


def enact(asn: AsnLedger, name: str, actor: str = "ani", *more: str) -> dict[str, Any]:
    """A text that is proposed."""
    result = asn("instrument", "enact", name, *DOCUMENT, "--actor", actor, *more, "--json")
    assert result.status == 0, result.err
    found: dict[str, Any] = result.json
    return found


def confirm(asn: AsnLedger, ident: int, actor: str = "budi") -> dict[str, Any]:
    """A proposal that is carried out."""
    result = asn("confirm", ident, "--actor", actor, "--json")
    assert result.status == 0, result.err
    found: dict[str, Any] = result.json
    return found


def in_force(asn: AsnLedger, text: str, name: str = "draf.yaml") -> int:
    """A text enacted by two people; gives the position of its enactment."""
    (position,) = confirm(asn, enact(asn, write(asn, text, name))["proposal"]["id"])["recorded"]
    return int(position)


def code_of(asn: AsnLedger, *arguments: object) -> str:
    """The code with which a command is refused, leaving the log as it was."""
    before = head(asn)
    refused = asn(*arguments, "--json")
    assert refused.status == 1, refused.out
    assert head(asn) == before
    code: str = refused.json["error"]["code"]
    return code


def scores(asn: AsnLedger, day: str, *more: str) -> dict[str, dict[str, Any]]:
    """Everybody's answers by subject."""
    result = asn("score", "--all", "--instrument", "contoh", "--as-of", day, *more, "--json")
    assert result.status == 0, result.err
    return {one["subject"]: one for one in result.lines}


@contextmanager
def ledger_of(asn: AsnLedger) -> Iterator[Ledger]:
    """The ledger itself, for what has no command yet."""
    keys = asn.folder / "ledger.sqlite3.keys"
    places = keys if keys.exists() else next(asn.folder.glob("var/keys/*"))
    ledger = Ledger.open(asn.url, keys=places)
    try:
        yield ledger
    finally:
        ledger.close()


# ------------------------------------------------------------------------- proposing and confirming


def test_an_enactment_is_proposed_then_confirmed_by_another(on_each: AsnLedger) -> None:
    """The shapes of each step; nothing is in force until the second; text and digest as proposed."""
    name = write(on_each, DRAFT)
    found = enact(on_each, name, "ani", "--reason", "sesuai berita acara")
    assert list(found) == ["proposal", "new", "effect"]
    one = found["proposal"]
    assert list(one) == PROPOSAL_KEYS
    assert (one["kind"], one["proposed_by"], one["state"]) == ("enact", "ani", "pending")
    assert one["document"] == {"kind": "SK", "number": "800/12/2024", "date": "2024-02-01"}
    assert list(found["effect"]) == ["position", "known_at", "days", "days_without_change"]
    assert all(list(day) == DAY_KEYS for day in found["effect"]["days"])
    assert on_each("score", nip(1), "--instrument", "contoh").status == 1
    waiting = on_each("pending", "--json").json
    assert waiting == {"position": one["id"], "pending": [one]}
    done = confirm(on_each, one["id"])
    assert list(done) == ["proposal", "position", "recorded", "effect"]
    assert done["proposal"] == one | {"state": "confirmed"}
    assert done["recorded"] == [done["position"] + 1]
    assert on_each("pending", "--json").json["pending"] == []
    shown = on_each("instrument", "show", "contoh", "--json").json
    assert (shown["enacted"], shown["enacted_by"]) == (done["recorded"][0], "budi")
    assert shown["document"] == one["document"]
    assert (shown["text"], shown["sha256"]) == (DRAFT, one["command"]["sha256"])
    assert scores(on_each, "2023-12-31")


def test_what_is_confirmed_is_one_command(on_each: AsnLedger) -> None:
    """Confirmation and enactment became known together: there is no position between them."""
    done = confirm(on_each, enact(on_each, write(on_each, DRAFT))["proposal"]["id"])
    within = on_each("instrument", "list", "--position", done["position"], "--json")
    assert within.json["error"]["code"] == "position_refused"
    rows = on_each("events", "--kind", "confirmed", "--kind", "enact", "--json").lines[-2:]
    assert [one["fact"] for one in rows] == ["confirmed", "enact"]
    assert len({one["recorded_at"] for one in rows}) == 1


def test_a_log_of_enactments_verifies(people: AsnLedger) -> None:
    """Proposal and enactment keep the text as its file is, line breaks and all."""
    in_force(people, DRAFT)
    verified = people("verify", "--json")
    assert (verified.status, verified.json["findings"]) == (0, [])


@pytest.mark.parametrize("actor", ["ani", "Ani", "ANI"])
def test_the_proposer_never_confirms(people: AsnLedger, actor: str) -> None:
    """Nothing is recorded when he tries."""
    ident = enact(people, write(people, DRAFT))["proposal"]["id"]
    assert code_of(people, "confirm", ident, "--actor", actor) == "second_person_needed"


def test_a_proposal_closes_once(on_each: AsnLedger) -> None:
    """Neither confirmed twice, nor rejected after it; an unknown id is refused."""
    ident = enact(on_each, write(on_each, DRAFT))["proposal"]["id"]
    confirm(on_each, ident)
    for closing in ((), ("--reject",)):
        again = code_of(on_each, "confirm", ident, *closing, "--actor", "citra")
        assert again == "proposal_closed"
    for unknown in (ident + 1, 1, 0, 10**9):
        assert code_of(on_each, "confirm", unknown, "--actor", "citra") == "proposal_unknown"


def test_a_rejected_proposal_is_never_carried_out(on_each: AsnLedger) -> None:
    """The proposer may withdraw his own; why is sealed and stands in no open place."""
    ident = enact(on_each, write(on_each, DRAFT))["proposal"]["id"]
    why = ("--reason", "keliru pasal")
    misused = on_each("confirm", ident, *why, "--actor", "budi", "--json")
    assert (misused.status, misused.json["error"]["code"]) == (2, "misused")
    gone = on_each("confirm", ident, "--reject", *why, "--actor", "ani", "--json").json
    assert (gone["proposal"]["state"], gone["recorded"]) == ("rejected", [])
    assert code_of(on_each, "confirm", ident, "--actor", "budi") == "proposal_closed"
    assert "keliru" not in on_each("events", "--json").out
    assert enact(on_each, "draf.yaml")["new"] is True


def test_the_same_is_proposed_once(people: AsnLedger) -> None:
    """A second proposal of the same text, by whomever, adds nothing and names the first."""
    first = enact(people, write(people, DRAFT))["proposal"]["id"]
    before = head(people)
    again = enact(people, "draf.yaml", "citra")
    assert (again["new"], again["proposal"]["id"]) == (False, first)
    assert head(people) == before
    confirm(people, first)
    arguments = ("instrument", "enact", "draf.yaml", *DOCUMENT, "--actor", "ani")
    assert code_of(people, *arguments) == "already_enacted"


def test_a_shipped_draft_is_enacted_by_its_name(people: AsnLedger) -> None:
    """The very text that comes with the program."""
    ident = enact(people, "tertib-data-bkn")["proposal"]["id"]
    confirm(people, ident)
    (draft,) = [
        one
        for one in people("instrument", "list", "--json").json["drafts"]
        if one["name"] == "tertib-data-bkn"
    ]
    assert draft["enacted"] == head(people)


@pytest.mark.parametrize(
    "document", ["SK", "SK:1", "SK:1:kemarin", ":1:2024-01-01", "SK::2024-01-01"]
)
def test_a_document_is_kind_number_and_date(people: AsnLedger, document: str) -> None:
    """Anything else is misuse and says how to write it."""
    refused = people("instrument", "enact", "talenta-contoh", "--document", document, "--json")
    assert (refused.status, refused.json["error"]["code"]) == (2, "misused")


def test_a_kind_of_another_version_is_listed_and_not_carried_out(people: AsnLedger) -> None:
    """It may only be rejected."""
    with ledger_of(people) as ledger:
        one, _ = second_person.propose(ledger, "grant", {"account": "eka"}, actor="ani")
    (waiting,) = people("pending", "--json").json["pending"]
    assert (waiting["kind"], waiting["command"]) == ("grant", {"account": "eka"})
    assert code_of(people, "confirm", one.id, "--actor", "budi") == "proposal_kind_unknown"
    assert people("confirm", one.id, "--reject", "--actor", "budi").status == 0


# ------------------------------------------------------------------------------ checked at each step


def test_what_a_text_reads_must_be_in_force(people: AsnLedger) -> None:
    """When it is proposed, and again when it is confirmed."""
    write(people, READING, "baca.yaml")
    arguments = ("instrument", "enact", "baca.yaml", *DOCUMENT)
    assert code_of(people, *arguments) == "instrument_not_in_force"
    in_force(people, DRAFT)
    waiting = enact(people, "baca.yaml")["proposal"]["id"]
    gone = people("instrument", "repeal", "contoh", *DOCUMENT, "--actor", "ani", "--json").json
    confirm(people, gone["proposal"]["id"])
    assert code_of(people, "confirm", waiting, "--actor", "budi") == "instrument_not_in_force"
    assert people("confirm", waiting, "--reject", "--actor", "budi").status == 0


def test_instruments_never_read_each_other_in_a_circle(people: AsnLedger) -> None:
    """Nor does one read a measure that is no longer there."""
    in_force(people, DRAFT)
    in_force(people, READING.replace("decimals", "of: jp, decimals"), "baca.yaml")
    circle = DRAFT.replace(
        "{measure: penghargaan, max: 4, rule: tally, facts: award, by: kind, window: ever,"
        " points: {}, others: 4}",
        "{measure: putar, max: 4, rule: score, instrument: pembaca, decimals: 2}",
    )
    assert circle != DRAFT
    write(people, circle, "putar.yaml")
    arguments = ("instrument", "enact", "putar.yaml", *DOCUMENT)
    assert code_of(people, *arguments) == "instruments_in_circle"
    write(people, DRAFT.replace("measure: jp", "measure: jam"), "jam.yaml")
    assert code_of(people, "instrument", "enact", "jam.yaml", *DOCUMENT) == "measure_unknown"
    checked = people("instrument", "check", "putar.yaml", "--json").json
    assert [one["code"] for one in checked["faults"]] == ["instruments_in_circle"]


def test_what_was_repealed_meanwhile_is_not_repealed_again(people: AsnLedger) -> None:
    """Two proposals to repeal one text are one, a stale one is refused; nobody says it never was."""
    position = in_force(people, DRAFT)
    repeal = ("instrument", "repeal", "contoh", "--rules", "Pergub contoh", *DOCUMENT)
    one = people(*repeal, "--actor", "ani", "--json").json
    assert one["proposal"]["command"]["enacted"] == position
    assert people(*repeal, "--actor", "citra", "--json").json["new"] is False
    confirm(people, one["proposal"]["id"])
    assert code_of(people, *repeal) == "instrument_unknown"
    asked = people("score", "--all", "--instrument", "contoh")
    assert asked.status == 1
    assert "No text of contoh stands in the rule book, as known at that position." in asked.err
    assert "repealed" in asked.err
    shown = people("instrument", "show", "contoh", "--rules", "Pergub contoh", "--json").json
    assert (shown["repealed"]["by"], shown["in_force"]) == ("budi", False)


def test_several_texts_need_a_decree(people: AsnLedger) -> None:
    """Which one is repealed is never guessed."""
    in_force(people, DRAFT)
    in_force(people, DRAFT.replace("Pergub contoh", "Pergub lain"), "lain.yaml")
    refused = people("instrument", "repeal", "contoh", *DOCUMENT, "--json")
    assert (refused.status, refused.json["error"]["code"]) == (2, "misused")
    assert "Pergub contoh; Pergub lain" in refused.json["error"]["next_step"]


# ------------------------------------------------------------------------------- what it would change


def stricter(people: AsnLedger) -> dict[str, Any]:
    """A text in force, and one proposed from mid-2023 that asks for more hours."""
    in_force(people, DRAFT)
    text = DRAFT.replace("target: 25", "target: 40").replace("2022-01-01", "2023-06-30")
    return enact(people, write(people, text, "ketat.yaml"))


def test_the_effect_is_what_asking_before_and_after_finds(people: AsnLedger) -> None:
    """On every day that matters: who moves and by how much, counted one by one afterwards."""
    found = stricter(people)
    days = found["effect"]["days"]
    assert [one["as_of"] for one in days[:2]] == ["2023-06-30", "2023-12-31"]
    assert days[-1]["as_of"] > days[-2]["as_of"] >= "2025-12-31"
    before = {one["as_of"]: scores(people, one["as_of"]) for one in days}
    done = confirm(people, found["proposal"]["id"])
    assert done["effect"]["days"] == days
    for one in days:
        after = scores(people, one["as_of"])
        changes = [
            Decimal(after[who]["total"]) - Decimal(old["total"])
            for who, old in before[one["as_of"]].items()
        ]
        moved = [change for change in changes if change]
        assert one["moved"] == len(moved) == one["raised"] + one["lowered"]
        mean = None if not moved else Decimal(one["mean_change"])
        assert mean is None or abs(mean - sum(moved, Decimal(0)) / len(moved)) <= Decimal("0.005")
        bands = [old["band"] != after[who]["band"] for who, old in before[one["as_of"]].items()]
        assert one["other_band"] == sum(bands)
        assert one["to"]["measured"] == len(after)
    assert days[0]["moved"] == 3


def test_only_answers_known_later_change(on_each: AsnLedger) -> None:
    """At every earlier position the answer is the same object with the same digest, for ever."""
    found = stricter(on_each)
    known = str(head(on_each))
    asked = ("--position", known)
    before = scores(on_each, "2023-12-31", *asked)
    confirm(on_each, found["proposal"]["id"])
    assert scores(on_each, "2023-12-31", *asked) == before
    later = scores(on_each, "2023-12-31")
    assert {one["total"] for one in later.values()} != {one["total"] for one in before.values()}
    assert all(later[who]["digest"] != before[who]["digest"] for who in later)


def decided(people: AsnLedger, ident: str, on: date, whom: list[str]) -> None:
    """A penetapan of some people's scores as of a day."""
    with ledger_of(people) as ledger:
        head = ledger.store.head()
        assert head.recorded_at is not None
        candidates = tuple(Candidate(one, "complete", "sha256:0") for one in whom)
        draft = Draft(
            id=ident,
            kind=DecisionKind.PENETAPAN,
            instrument="contoh",
            listed=True,
            as_of=on,
            basis_position=head.position,
            known_at=head.recorded_at,
            instruments={"contoh": "0"},
            answer_digest="0",
            candidates=candidates,
            engine="1",
        )
        desk.decide(ledger, ident, lambda state: decide_draft(state, draft), actor="ani")
        how: Any = {"number": f"SK {ident}", "decided_on": date(2024, 2, 1), "reasons": "x"}
        desk.decide(
            ledger, ident, lambda state: decide_issue(state, ident, actor="ppk", **how), actor="ppk"
        )


def test_who_rests_on_a_penetapan_is_said(on_each: AsnLedger) -> None:
    """Its day is looked at too; counted are those whose answer moves; a revoked one is not."""
    in_force(on_each, DRAFT)
    totals = scores(on_each, "2023-09-30")
    decided(on_each, "P-1", date(2023, 9, 30), list(totals))
    decided(on_each, "P-2", date(2023, 9, 30), [max(totals, key=lambda who: totals[who]["total"])])
    decided(on_each, "P-3", date(2023, 9, 30), list(totals))
    with ledger_of(on_each) as ledger:
        how: Any = {"decided_on": date(2024, 3, 1), "actor": "ppk", "reasons": "x"}
        desk.decide(ledger, "P-3", lambda state: decide_revoke(state, "P-3", **how), actor="ppk")
    text = DRAFT.replace("target: 25", "target: 30").replace("2022-01-01", "2023-06-30")
    effect = enact(on_each, write(on_each, text, "ketat.yaml"))["effect"]
    by_day = {one["as_of"]: one["penetapan"] for one in effect["days"]}
    assert by_day.pop("2023-09-30") == [
        {"id": "P-1", "number": "SK P-1", "decided_on": "2024-02-01", "people": 4, "changed": 2},
        {"id": "P-2", "number": "SK P-2", "decided_on": "2024-02-01", "people": 1, "changed": 0},
    ]
    assert not any(by_day.values())
    told = on_each("instrument", "enact", "ketat.yaml", *DOCUMENT, "--actor", "ani").out
    assert "RESTS ON PENETAPAN SK P-1 of 2024-02-01: 2 of its 4" in told


def test_a_text_that_begins_later_changes_nothing_yet(people: AsnLedger) -> None:
    """Its first day alone is shown, stamped a forecast; days under another text are named."""
    in_force(people, DRAFT)
    text = DRAFT.replace("target: 25", "target: 40").replace("2022-01-01", "2199-01-01")
    (day,) = enact(people, write(people, text, "kelak.yaml"))["effect"]["days"]
    assert (day["as_of"], day["to"]["hypothetical"]) == ("2199-01-01", {"forecast": True})
    earlier = DRAFT.replace("target: 25", "target: 40").replace("2022-01-01", "2021-12-01")
    effect = enact(people, write(people, earlier, "dulu.yaml"))["effect"]
    assert [one["as_of"] for one in effect["days"]] == ["2021-12-01", "2021-12-31"]
    assert effect["days_without_change"][0] == "2022-12-31"


@pytest.mark.parametrize("first", ["0500-01-01", "9999-12-31"])
def test_a_text_from_a_day_nobody_asks_about_is_weighed_all_the_same(
    people: AsnLedger, first: str
) -> None:
    """From the first day that can be asked about, or on none."""
    text = DRAFT.replace("2022-01-01", first)
    effect = enact(people, write(people, text, "jauh.yaml"))["effect"]
    told = [one["as_of"] for one in effect["days"]] or effect["days_without_change"]
    assert told[0] == ("1945-08-17" if first < "1" else "2200-12-31")


def test_who_reads_what_changes_is_counted_too(people: AsnLedger) -> None:
    """An instrument that reads another one changes with it."""
    in_force(people, DRAFT)
    in_force(people, READING, "baca.yaml")
    text = DRAFT.replace("target: 25", "target: 40")
    days = enact(people, write(people, text, "ketat.yaml"))["effect"]["days"]
    moved = {one["instrument"]: one["moved"] for one in days if one["as_of"] == "2023-12-31"}
    assert moved == {"contoh": 3, "pembaca": 3}


def test_repealing_says_what_falls_back(people: AsnLedger) -> None:
    """To the text before, or to none at all."""
    first = in_force(people, DRAFT)
    in_force(people, DRAFT.replace("Pergub contoh", "Pergub lain"), "lain.yaml")
    repeal = ("instrument", "repeal", "contoh", *DOCUMENT, "--actor", "ani", "--rules")
    found = people(*repeal, "Pergub lain", "--json").json
    assert found["effect"]["days"][0]["to"]["enacted"] == first
    confirm(people, found["proposal"]["id"])
    found = people(*repeal, "Pergub contoh", "--json").json
    day = found["effect"]["days"][0]
    assert (day["to"], day["no_longer_computable"]) == (None, 4)
    told = people(*repeal, "Pergub contoh").out
    assert "contoh: Pergub contoh -> no rules" in told


def test_words_say_the_same(people: AsnLedger) -> None:
    """At a terminal: the change as a table, the id, and who may confirm."""
    in_force(people, DRAFT)
    text = DRAFT.replace("target: 25", "target: 40").replace("Pergub contoh", "Pergub lain")
    write(people, text, "ketat.yaml")
    told = people("instrument", "enact", "ketat.yaml", *DOCUMENT, "--actor", "ani").out
    ident = people("pending", "--json").json["pending"][0]["id"]
    for words in ("contoh: Pergub contoh -> Pergub lain", "2023-12-31", f"confirm {ident}"):
        assert words in told, words
    listed = people("pending").out
    assert "enact contoh under Pergub lain" in listed
    assert "SK 800/12/2024 of 2024-02-01" in listed
    done = people("confirm", ident, "--actor", "budi").out
    assert "proposed by ani, confirmed by budi" in done
    assert people("pending").out == "Nothing waits.\n"
