"""What offices did while facts came in: rights, decisions, disputes, checkpoints, each on its day.

All of it goes the way that commands and requests go. Numbers of decrees say that they are invented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from api.demo import stories
from api.demo.accounts import (
    ADMINISTRATOR,
    ANALYST,
    APPRAISER,
    DECIDER,
    OPERATOR,
    PANEL,
    owners,
)
from api.demo.person import HEAD, LAST_DAY, PNS, Person
from api.demo.record import document
from api.seeding import rules, single, waiting
from api.seeding.chance import SetClock
from ledger.application import Ledger
from ledger.checkpoints.checkpoint import take_checkpoint
from ledger.commands import acknowledgement, decision_desk, disputing
from ledger.commands.acknowledgement import Warned
from ledger.domain import decision_commands
from ledger.domain.decision import Decision
from ledger.domain.decision_candidates import Candidate
from ledger.errors import ProgramError
from ledger.events.base import encode
from ledger.events.book import RoleGranted
from ledger.vocabulary_agency import DecisionKind, DisputeOutcome, RecommendingBody
from projections.asking import inquiry
from projections.asking.inquiry import Ask
from projections.decisions import basis
from projections.decisions.basis import Who
from projections.watch import warning_rules, watching

OPENED_ON = date(2024, 1, 31)
PENETAPAN, SATYALANCANA, PROMOTION = "PN-2023", "SL-2025", "PJ-2026"
WARNING, NEXT_RANK = "TG-2026", "KP-2026-10"
DISPUTED_PROMOTION, REJECTED_DISPUTE = "SANGGAH-PJ-2026", "SANGGAH-SKP-2024"
_MET = "MEMENUHI"
_NOT_BEFORE = date(2005, 8, 1)  # who entered before is proposed for the next medal
_MOST = 60  # of one question, so that a draft is a page


@dataclass(frozen=True, slots=True)
class Office:
    """A demo ledger while it is filled. `folder` keeps workbooks; None leaves them out."""

    ledger: Ledger
    clock: SetClock
    people: tuple[Person, ...]
    folder: Path | None

    def stream(self, nip: str) -> UUID:
        """The record of somebody of the demo."""
        found = self.ledger.index.find(nip)
        if found is None:
            raise ProgramError("the demo tells of somebody who is not in it")
        return found

    def staff(self, place: str) -> tuple[Person, ...]:
        """Civil servants who serve in a place today, its head apart; people of stories first."""
        everybody = (*stories.cast().values(), *self.people)
        served = (one for one in everybody if one.place.code == place and one.role != HEAD)
        return tuple(
            one for one in served if one.employment == PNS and one.serves_on(self.clock.day)
        )[:_MOST]


def acts() -> Mapping[date, Sequence[Callable[[Office], None]]]:
    """What is done at the end of a day, after what became known until then was imported."""
    return {
        OPENED_ON: (_grant_roles,),
        date(2024, 2, 29): (_set_scores, _checkpoint),
        date(2025, 4, 30): (_reject_dispute,),
        date(2025, 7, 31): (_honour, _checkpoint),
        date(2026, 2, 28): (_warn,),
        date(2026, 7, 31): (_promote, _checkpoint),
        date(2026, 8, 31): (_dispute_promotion,),
        LAST_DAY: (_enact, _draft_ranks, _acknowledge, _import_with_refusals, _checkpoint),
    }


def _grant_roles(office: Office) -> None:
    """Each account its role, over its unit; the first administrator's own is granted with them."""
    units = office.ledger.units()
    granted = []
    for account, person in owners(office.people):
        unit = None if account.unit is None else units.find(account.unit, office.clock.day)
        granted.append(
            encode(
                RoleGranted(
                    account=account.name,
                    role=account.role,
                    unit=unit,
                    person=None if person is None else office.stream(person.nip),
                )
            )
        )
    office.ledger.append_to_book(granted, ADMINISTRATOR)


def _checkpoint(office: Office) -> None:
    take_checkpoint(office.ledger, actor=ADMINISTRATOR)


def _enact(office: Office) -> None:
    rules.enact(office.ledger, office.clock())


def _import_with_refusals(office: Office) -> None:
    if office.folder is not None:
        waiting.import_with_refusals(office.ledger, office.folder)


# ---------------------------------------------------------------------------------------- decisions


def _draft(
    office: Office,
    ident: str,
    kind: DecisionKind,
    ask: Ask,
    people: Iterable[Person],
    *,
    requirements: Sequence[str] = (),
) -> Decision:
    """What an analyst drafts about some people, and Tim Penilai Kinerja recommends."""
    listed = tuple(office.stream(one.nip) for one in people)
    draft = basis.draft_of(
        office.ledger,
        ident,
        kind,
        ask,
        Who(listed=listed),
        requirements=requirements,
        today=office.clock.day,
        now=office.clock(),
    )
    found, _ = decision_desk.decide(
        office.ledger,
        ident,
        lambda state: decision_commands.decide_draft(state, draft),
        actor=ANALYST,
    )
    return found


def _recommend(office: Office, ident: str) -> None:
    decision_desk.decide(
        office.ledger,
        ident,
        lambda state: decision_commands.decide_recommend(
            state,
            ident,
            body=RecommendingBody.TIM_PENILAI_KINERJA,
            in_favour=True,
            actor=PANEL,
        ),
        actor=PANEL,
    )


def _issue(
    office: Office, ident: str, *, number: str, chosen: Sequence[Candidate], reasons: str | None
) -> None:
    decision_desk.decide(
        office.ledger,
        ident,
        lambda state: decision_commands.decide_issue(
            state,
            ident,
            number=number,
            decided_on=office.clock.day,
            actor=DECIDER,
            chosen=tuple(one.subject for one in chosen) or None,
            reasons=reasons,
        ),
        actor=DECIDER,
    )


def _set_scores(office: Office) -> None:
    """IP-ASN of 2023 of Biro Organisasi, signed while a certificate was still under way."""
    ask = Ask("ip-asn", date(2023, 12, 31))
    _draft(office, PENETAPAN, DecisionKind.PENETAPAN, ask, office.staff("SETDA-ORG"))
    reasons = "Penetapan tahunan indeks profesionalitas."
    _issue(office, PENETAPAN, number="SK DEMO/1/2024", chosen=(), reasons=reasons)


def _honour(office: Office) -> None:
    """Whoever of two agencies meets every requirement of the medal for ten years."""
    staff = (*office.staff("BKD"), *office.staff("BAPPEDA"))
    people = [one for one in staff if one.entered_on > _NOT_BEFORE]
    ask = Ask("satyalancana-x", office.clock.day)
    found = _draft(office, SATYALANCANA, DecisionKind.SATYALANCANA, ask, people)
    _recommend(office, SATYALANCANA)
    met = [one for one in found.draft.candidates if one.band == _MET]
    _issue(office, SATYALANCANA, number="KEPPRES DEMO/2/2025", chosen=met, reasons=None)


def _warn(office: Office) -> None:
    """The lowest predicate of an agency, in writing."""
    ask = Ask("skp", date(2025, 12, 31))
    found = _draft(office, WARNING, DecisionKind.PERINGATAN, ask, office.staff("DISDIKBUD"))
    lowest = _ranked(found)[-1]
    reasons = "Predikat kinerja tahun 2025 paling rendah di unitnya; teguran dan pembinaan."
    _issue(office, WARNING, number="SK DEMO/3/2026", chosen=(lowest,), reasons=reasons)


def _promote(office: Office) -> None:
    """The second of the ranking, with reasons, and the post that he takes over."""
    ask = Ask("ip-asn", date(2026, 6, 30))
    found = _draft(office, PROMOTION, DecisionKind.PROMOSI_JABATAN, ask, office.staff("BKD"))
    _recommend(office, PROMOTION)
    second = _ranked(found)[1]
    reasons = "Pengalaman memimpin tim lebih dibutuhkan daripada selisih indeks."
    _issue(office, PROMOTION, number="SK DEMO/4/2026", chosen=(second,), reasons=reasons)
    row = {
        "fact": "position",
        "nip": _nip(office, second),
        "on": "2026-08-03",
        "kind": "PENGAWAS",
        "eselon": "IV.a",
        "title": "Kepala Subbagian Perencanaan",
        "unit": "BKD",
        "document": document("SK", "DEMO/4/2026", office.clock.day),
    }
    single.import_rows(office.ledger, [row], actor=OPERATOR)


def _draft_ranks(office: Office) -> None:
    """Who may rise in rank; recommended, and waiting for whoever decides."""
    ask = Ask("kenaikan-pangkat-fungsional", date(2026, 10, 1))
    _draft(office, NEXT_RANK, DecisionKind.KENAIKAN_PANGKAT, ask, office.staff("DISDIKBUD"))
    _recommend(office, NEXT_RANK)


def _ranked(found: Decision) -> list[Candidate]:
    ranked = [one for one in found.draft.candidates if one.rank is not None]
    return sorted(ranked, key=lambda one: (one.rank or 0, one.subject))


def _nip(office: Office, candidate: Candidate) -> str:
    subject = UUID(candidate.subject)
    held = office.ledger.people([subject])[subject]
    if held is None:
        raise ProgramError("somebody of the demo has no number")
    return str(held["nip"])


# ----------------------------------------------------------------------------------------- disputes


def _reject_dispute(office: Office) -> None:
    """An appraisal that its owner contested, and the agency upheld."""
    person = stories.cast()[stories.QUASHED]
    _contest(
        office,
        office.stream(person.nip),
        "appraisal",
        ident=REJECTED_DISPUTE,
        by="pegawai Dinas Kesehatan",
        reason="Hasil kerja triwulan IV belum diperhitungkan.",
        number="800/DEMO/KB/2025",
    )
    disputing.resolve(
        office.ledger,
        office.stream(person.nip),
        REJECTED_DISPUTE,
        outcome=DisputeOutcome.DITOLAK,
        reason="Hasil kerja triwulan IV sudah termasuk; lihat berita acara.",
        document=document("BERITA_ACARA", "800/DEMO/BA-KB/2025", office.clock.day),
        actor=PANEL,
    )


def _dispute_promotion(office: Office) -> None:
    """Whoever came first contests the post that the second was given; nobody has decided yet."""
    promoted = decision_desk.decision_of(office.ledger, PROMOTION).chosen or ()
    _contest(
        office,
        UUID(promoted[0]),
        "position",
        ident=DISPUTED_PROMOTION,
        by="pegawai peringkat pertama pada BKD",
        reason="Pengangkatan menyimpang dari peringkat.",
        number="800/DEMO/SANGGAH/2026",
    )


def _contest(
    office: Office, stream: UUID, kind: str, *, ident: str, by: str, reason: str, number: str
) -> None:
    """Contest the newest fact of a kind."""
    head = office.ledger.store.head().position
    newest = inquiry.facts_of(office.ledger, stream, head).latest(kind, office.clock.day)
    if newest is None:
        raise ProgramError(f"the demo contests a fact of the kind {kind} that is not there")
    disputing.contest(
        office.ledger,
        stream,
        newest.root,
        ident=ident,
        by=by,
        reason=reason,
        document=document("SURAT", number, office.clock.day),
        actor=OPERATOR,
    )


# ----------------------------------------------------------------------------------------- warnings


def _acknowledge(office: Office) -> None:
    """The appraiser has seen what is open about one of his people; it stays open."""
    stream = office.stream(stories.cast()[stories.FALLEN].nip)
    day = office.clock.day
    asked = watching.watch(
        office.ledger, warning_rules.shipped(), Ask("", day), today=day, now=office.clock()
    )
    for one in watching.person(office.ledger, asked, stream):
        warned = Warned(one.subject, one.rule.name, one.key)
        acknowledgement.acknowledge(office.ledger, warned, actor=APPRAISER)
