"""What the demo's offices did: rights, decisions, disputes, cases, checkpoints, refused rows."""

from pathlib import Path

import orjson

from api.demo import province, stories
from api.demo.accounts import ACCOUNTS, ANALYST, APPRAISER, DECIDER
from api.demo.person import LAST_DAY
from api.seeding import office, rules, waiting
from ledger.checkpoints.checkpoint_store import checkpoint_sizes, last_checkpoint
from ledger.commands import acknowledgement, decision_desk, disputing
from ledger.commands.second_person import proposals_of
from ledger.events.book import RoleGranted
from ledger.vocabulary_agency import DecisionKind, Role
from projections.asking import inquiry
from projections.decisions import recheck
from projections.discipline import asking_cases
from tests.demo.conftest import Founded, founded

TODAY = LAST_DAY


def test_every_role_has_an_account_that_the_ledger_grants_it(small: Founded) -> None:
    """Each role is granted to its account, over its unit, with the person whose record it is."""
    granted = {}
    for event in small.ledger.book_events():
        if event.topic == RoleGranted.SPEC.topic:
            payload = orjson.loads(event.state)
            granted[payload["account"]] = payload
    assert {payload["role"] for payload in granted.values()} == {role.value for role in Role}
    assert set(granted) == {account.name for account in ACCOUNTS}
    for account in ACCOUNTS:
        payload = granted[account.name]
        assert ("unit" in payload) == (account.unit is not None)
        owned = account.cast is not None or account.heads is not None
        assert ("person" in payload) == owned


def test_the_appraiser_has_reports(small: Founded) -> None:
    """Whoever signs in as an appraiser is named in the latest appraisal of his people."""
    stream = small.ledger.index.find(stories.cast()[stories.FALLEN].nip)
    assert stream is not None
    facts = inquiry.facts_of(small.ledger, stream, small.ledger.store.head().position)
    latest = facts.latest("appraisal", TODAY)
    assert latest is not None
    (own,) = (
        orjson.loads(event.state)["person"]
        for event in small.ledger.book_events()
        if event.topic == RoleGranted.SPEC.topic
        and orjson.loads(event.state)["account"] == APPRAISER
    )
    assert latest.fields["appraiser"] == own


def test_decisions_of_every_sort_are_issued_and_one_waits(small: Founded) -> None:
    """A penetapan, a medal, a warning, a promotion against the ranking; a rise in rank waits."""
    known = decision_desk.decisions_of(small.ledger).by_id
    issued = {one.draft.kind for one in known.values() if one.state == "issued"}
    assert issued == {
        DecisionKind.PENETAPAN,
        DecisionKind.SATYALANCANA,
        DecisionKind.PERINGATAN,
        DecisionKind.PROMOSI_JABATAN,
    }
    promotion = known[office.PROMOTION]
    assert promotion.issued is not None
    assert promotion.issued.against_ranking
    assert promotion.issued.reasoned
    assert known[office.NEXT_RANK].state == "recommended"
    for one in known.values():
        assert one.drafted.actor == ANALYST
        assert one.issued is None or one.issued.actor == DECIDER
        assert one.chosen != ()


def test_later_knowledge_moves_what_was_signed(small: Founded) -> None:
    """The basis of the penetapan still gives its answers, and the late certificate moved one."""
    signed = decision_desk.decision_of(small.ledger, office.PENETAPAN)
    now = small.ledger.store.head().recorded_at
    assert now is not None
    found = recheck.recheck(small.ledger, signed, today=TODAY, now=now)
    told = recheck.as_json(small.ledger, found)
    late = small.ledger.index.find(stories.cast()[stories.LATE].nip)
    assert told["basis"]["same"]
    assert late is not None
    assert [one["subject"] for one in told["later"]["moved"]] == [late.hex]


def test_one_dispute_is_open_and_one_was_decided(small: Founded) -> None:
    """The promotion is contested, and whoever contested an appraisal was answered."""
    known = {one.id: one for one in disputing.every_dispute(small.ledger)}
    assert known[office.DISPUTED_PROMOTION].open
    assert not known[office.REJECTED_DISPUTE].open
    promoted = decision_desk.decision_of(small.ledger, office.PROMOTION).chosen
    assert promoted == (known[office.DISPUTED_PROMOTION].stream,)


def test_cases_stand_at_every_step(small: Founded) -> None:
    """Reported, summoned, examined, decided, suspended, in force, served, annulled; some late."""
    asked = asking_cases.when(small.ledger, TODAY, small.ledger.store.head().position)
    told = list(asking_cases.everybodys(small.ledger, asked))
    states = {one.state.value for one in told if one.state is not None}
    assert states == {
        "DILAPORKAN",
        "DIPANGGIL",
        "DIPERIKSA",
        "DIJATUHKAN",
        "DITANGGUHKAN",
        "BERLAKU",
        "SELESAI",
        "DIBATALKAN",
    }
    regimes = {one.regime.procedure.regime.value for one in told if one.regime is not None}
    assert regimes == {"PP53", "PP94", "PPPK"}


def test_a_text_and_its_second_person_are_waited_for(small: Founded) -> None:
    """The drafts are enacted by two people; one more is proposed and confirmed by nobody."""
    proposals = proposals_of(small.ledger)
    assert len(proposals.by_id) == len(rules.DRAFTS) + 1
    (waits,) = proposals.pending()
    assert waits.actor == ANALYST


def test_checkpoints_cover_what_was_done(small: Founded) -> None:
    """One after each signing, and the last over everything, so that no warning is left of it."""
    sizes = checkpoint_sizes(small.ledger.store)
    assert len(sizes) == 4
    assert max(sizes) == small.ledger.store.head().position


def test_warnings_are_open_and_some_were_seen(small: Founded) -> None:
    """The appraiser saw what is open about one of his people."""
    seen = acknowledgement.acknowledged(small.ledger)
    assert {one.actor for several in seen.values() for one in several} == {APPRAISER}


def test_refused_rows_wait_to_be_mended(small: Founded) -> None:
    """The workbook that was sent lies beside the one that came back with three rows."""
    names = sorted(path.name for path in small.workbooks.iterdir())
    assert names == [waiting.FILE.replace(".xlsx", ".ditolak.xlsx"), waiting.FILE]


def test_the_same_seed_gives_the_same_log(small: Founded, tmp_path: Path) -> None:
    """Founded twice, the roots of both logs are equal, and so is each byte of what is signed."""
    again = founded(tmp_path)
    first, second = last_checkpoint(small.ledger.store), last_checkpoint(again.ledger.store)
    assert first is not None
    assert second is not None
    assert first.checkpoint == second.checkpoint
    assert first.note == second.note
    sent = [(one.workbooks / waiting.FILE).read_bytes() for one in (small, again)]
    assert sent[0] == sent[1]
    again.ledger.close()


def test_acts_fall_on_days_on_which_facts_come_in() -> None:
    """What is done on a day rests on what was imported on it: no act is left out."""
    days = {batch.known_on for batch in province.batches("small")}
    assert set(office.acts()) <= days
