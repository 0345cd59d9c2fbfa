"""A penetapan: which answers it makes official, from when, and how another answer says so."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from ledger.copies.bundle_seal import checkpoint_for, seal_of
from ledger.domain.decision_streams import stream_of
from projections.answer import digest
from projections.asking import selection
from projections.asking.certificate import certificate
from tests.archives import members
from tests.builders import about
from tests.contract.command import AsnLedger
from tests.contract.test_decisions import (
    DAY,
    DECREE,
    built,
    checked,
    draft,
    imported,
    issue,
    on_each,
    people,
    ranks,
    run,
)
from tests.contract.test_enacting import ledger_of
from tests.persons import nip

__all__ = ["built", "on_each", "people"]
QUESTION = ("--instrument", "jp-tahunan")
LATE = about(1, "competency", title="Terlambat", to="2023-06-01", hours=4)


def scores(asn: AsnLedger, *how: object) -> dict[str, Any]:
    """Everybody's answers, by number."""
    result = asn("score", *QUESTION, "--all", *how, "--json")
    assert result.status == 0, result.err
    return {one["person"]["nip"]: one for one in result.lines}


def one(asn: AsnLedger, who: int, *how: object) -> Any:
    """One person's answer."""
    return asn("score", *QUESTION, nip(who), *how, "--json").json


def penetapan(asn: AsnLedger, ident: str = "PN-2023", *who: object) -> Any:
    """The answers of 2023 drafted and issued; gives the decision."""
    draft(asn, *(who or ("--all",)), ident=ident, kind="PENETAPAN")
    return issue(asn, ident=ident)


def positions(asn: AsnLedger) -> int:
    """Where the log ends."""
    found: int = asn("decision", "list", "--json").json["position"]
    return found


def test_answers_are_official_from_the_issue_on(on_each: AsnLedger) -> None:
    """On both databases: null in a draft and at every position before the issue, for ever."""
    before = positions(on_each)
    asked = scores(on_each, *DAY, "--position", before)
    drafted = draft(on_each, "--all", ident="PN-2023", kind="PENETAPAN")
    assert {a["issued"] for a in scores(on_each, *DAY).values()} == {None}
    last = positions(on_each)
    issue(on_each, ident="PN-2023")
    now = scores(on_each, *DAY)
    assert {a["issued"] for a in now.values()} == {"PN-2023"}
    assert scores(on_each, *DAY, "--position", before) == asked
    assert {a["issued"] for a in scores(on_each, *DAY, "--position", last).values()} == {None}
    assert {a["issued"] for a in scores(on_each, "--as-of", "2023-12-30").values()} == {None}
    assert {who: a["total"] for who, a in now.items()} == {
        who: total for who, (_, total) in ranks(drafted).items()
    }


def test_one_many_and_traced_agree(people: AsnLedger) -> None:
    """Person, everybody, everybody with derivations, export, both sides of a diff: one digest."""
    penetapan(people)
    official = positions(people)
    imported(people, LATE)
    everybody = scores(people, *DAY)
    traced = scores(people, *DAY, "--trace")
    assert {who: a["digest"] for who, a in everybody.items()} == {
        who: a["digest"] for who, a in traced.items()
    }
    for who in range(1, 6):
        alone = one(people, who, *DAY)
        assert alone["digest"] == everybody[nip(who)]["digest"] == digest(alone)
        assert alone["issued"] == everybody[nip(who)]["issued"]
    sides = ("--position-from", official, "--position-to", positions(people))
    changed = people("diff", nip(1), *QUESTION, *DAY, *sides, "--json").json
    assert changed["to"]["digest"] == everybody[nip(1)]["digest"]
    assert changed["from"]["digest"] == one(people, 1, *DAY, "--position", official)["digest"]
    assert people("export", *QUESTION, *DAY, "--out", "semua.jsonl").status == 0
    told = (people.folder / "semua.jsonl").read_text("utf-8")
    assert all(answer["digest"] in told for answer in everybody.values())
    with_period = one(people, 3, "--period", "2023")
    assert (with_period["issued"], with_period["period"]) == ("PN-2023", "2023")


def test_later_knowledge_shows_that_the_official_number_is_another(people: AsnLedger) -> None:
    """Such an answer is not official and names the penetapan; the others still are."""
    decided = penetapan(people)
    official = positions(people)
    imported(people, LATE)
    moved, same = one(people, 1, *DAY), one(people, 3, *DAY)
    assert (moved["total"], moved["issued"], moved["status"]) == ("14", None, "complete")
    (why,) = moved["why"]
    assert (why["code"], why["missing"], why["measure"]) == ("OFFICIAL_DIFFERS", "PN-2023", None)
    assert why["next_step"]
    assert (same["issued"], same["why"]) == ("PN-2023", [])
    assert ranks(decided)[nip(1)] == (4, "10")
    then = one(people, 1, *DAY, "--position", official)
    assert (then["total"], then["issued"]) == ("10", "PN-2023")
    found = checked(people, "PN-2023")
    assert (found["basis"]["same"], found["later"]["would_have_mattered"]) == (True, True)
    assert "official: set by PN-2023" in people("score", *QUESTION, nip(3), *DAY).out
    assert "OFFICIAL_DIFFERS" in people("score", *QUESTION, nip(1), *DAY).out


def test_an_outsider_sees_that_an_answer_is_the_pinned_one(people: AsnLedger) -> None:
    """With position, instant and `issued` put back to those of the basis its digest is that one."""
    drafted = draft(people, "--all", ident="PN-2023", kind="PENETAPAN")
    at = drafted["basis"]["position"]
    basis = scores(people, *DAY, "--position", at)
    issue(people, ident="PN-2023")
    pinned = {each["person"]["nip"]: each["digest"] for each in drafted["candidates"]}
    assert {who: answer["digest"] for who, answer in basis.items()} == pinned
    for who, answer in scores(people, *DAY).items():
        put_back = answer | {
            "position": at,
            "known_at": basis[who]["known_at"],
            "issued": None,
        }
        assert digest(put_back) == pinned[who]


@pytest.mark.parametrize("how", [("--without", "k"), ("--rules", "Jam pelajaran 20 JP")])
def test_a_hypothesis_is_never_official(people: AsnLedger, how: tuple[str, str]) -> None:
    """Neither without a fact nor under a decree named by hand."""
    penetapan(people)
    answer = one(people, 3, *DAY, *how)
    assert answer["hypothetical"]
    assert (answer["issued"], answer["why"]) == (None, [])


def test_revoked_it_was_official_only_until_then(people: AsnLedger) -> None:
    """As known between issue and revocation it still is; a later penetapan sets it anew."""
    penetapan(people)
    official = positions(people)
    imported(people, LATE)
    gone = ("PN-2023", "--decided-on", "2024-03-01", "--reasons", "keliru")
    assert run(people, "revoke", *gone, actor="ppk").status == 0
    assert {a["issued"] for a in scores(people, *DAY).values()} == {None}
    assert not any(a["why"] for a in scores(people, *DAY).values() if a["total"])
    then = scores(people, *DAY, "--position", official)
    assert {a["issued"] for a in then.values()} == {"PN-2023"}
    penetapan(people, "PN-2023-B")
    assert {a["issued"] for a in scores(people, *DAY).values()} == {"PN-2023-B"}


def test_of_two_about_somebody_the_later_counts(people: AsnLedger) -> None:
    """For those it is about; its basis does not depend on the earlier one."""
    first = penetapan(people)
    second = penetapan(people, "PN-2023-B", nip(1), nip(3))
    found = {who: answer["issued"] for who, answer in scores(people, *DAY).items()}
    assert found == {nip(who): "PN-2023-B" if who in (1, 3) else "PN-2023" for who in range(1, 6)}
    assert [checked(people, each["id"])["basis"]["same"] for each in (first, second)] == [True] * 2


def test_another_kind_of_decision_makes_nothing_official(people: AsnLedger) -> None:
    """Only a penetapan does; and it chooses nobody."""
    draft(people, "--all", "--choose", nip(3))
    issue(people)
    assert {a["issued"] for a in scores(people, *DAY).values()} == {None}
    chosen = ("--kind", "PENETAPAN", *QUESTION, *DAY, "--id", "PN-1", "--all", "--choose", nip(3))
    assert run(people, "draft", *chosen).json["error"]["code"] == "choice_refused"
    draft(people, "--all", ident="PN-2", kind="PENETAPAN")
    refused = run(
        people, "issue", "PN-2", *DECREE, "--choose", nip(3), "--reasons", "x", actor="ppk"
    )
    assert refused.json["error"]["code"] == "choice_refused"


def test_a_certificate_and_the_verifier_say_the_same(people: AsnLedger) -> None:
    """An official answer is computed again from a certificate alone; the log is sound."""
    penetapan(people)
    written = people("score", *QUESTION, nip(3), *DAY, "--certificate", "s.json", "--json")
    assert written.status == 0, written.err
    told = (people.folder / "s.json").read_text("utf-8")
    assert '"issued":"PN-2023"' in told
    assert people("verify", "s.json").status == 0
    whole = people("verify", "--scores")
    assert (whole.status, "Nothing is damaged" in whole.out) == (0, True)


def test_a_file_about_one_person_carries_his_part_of_a_penetapan_and_no_other_decision(
    people: AsnLedger,
) -> None:
    """Replayed from it his answer still is official; without that part the file is refused."""
    penetapan(people)
    draft(people, nip(1), nip(2), ident="P-9")
    file = people.folder / "satu.zip"
    assert people("bundle", "--person", nip(3), "--out", file).status == 0
    told = one(people, 3, *DAY)
    held = {json.loads(line)[2] for line in members(file)["events.jsonl"].splitlines()}
    own = [stream_of("PN-2023").hex, stream_of("PN-2023", 1).hex]
    assert held >= set(own)
    assert stream_of("P-9").hex not in held
    again = AsnLedger(str(file), people.folder)
    found = again("score", *QUESTION, told["subject"], *DAY, "--json").json
    assert (found["issued"], found["digest"]) == ("PN-2023", told["digest"])
    for left_out in own:
        certified = people.folder / f"{left_out}.json"
        with ledger_of(people) as ledger:
            stored = checkpoint_for(ledger, told["position"], actor="tester")
            streams = selection.streams_of(ledger, [UUID(told["subject"])], stored.size)
            answer = {name: part for name, part in told.items() if name != "person"}
            with seal_of(ledger, stored) as seal:
                kept = sorted(streams - {UUID(left_out)})
                certified.write_bytes(certificate(ledger.store, answer, seal, kept))
        refused = people("verify", certified)
        assert (refused.status, "PN-2023 made answers official" in refused.err) == (1, True)
