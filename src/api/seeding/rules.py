"""The rule book of the demo: drafts enacted by two people, and one that waits for the second.

The drafts say of themselves that their numbers are examples; the document by which the demo enacts
them does so again.
"""

from __future__ import annotations

from datetime import datetime

from api import enacting, proposing
from api.demo.accounts import ANALYST, APPROVER
from ledger.application import Ledger
from ledger.domain.proposals import Proposal

# In the order in which one may read another.
DRAFTS = (
    "tertib-data-bkn",
    "kinerja-individu-contoh",
    "kinerja-opd-contoh",
    "talenta-contoh",
    "sebaran-predikat-se-menpanrb-3-2023",
    "profesionalitas-budaya-kerja-2021",
    "kinerja-periodik-contoh",
    "kinerja-periodik-tahunan-contoh",
    "kenaikan-pangkat-struktural-perbkn-4-2023",
    "kenaikan-pangkat-struktural-perbkn-4-2025",
)
# A text that the agency considers; until a second person confirms it nothing changes.
WAITING = "ip-asn-surat-bkn-2024"


def enact(ledger: Ledger, at: datetime) -> None:
    """Bring the drafts into force, each proposed by one and confirmed by another; propose one."""
    for place, name in enumerate(DRAFTS, start=1):
        proposal = _proposed(ledger, name, place)
        proposing.carry_out(ledger, proposal.id, actor=APPROVER, at=at)
    _proposed(ledger, WAITING, len(DRAFTS) + 1)


def _proposed(ledger: Ledger, name: str, place: int) -> Proposal:
    file, raw = enacting.named_text(name)
    text = enacting.checked(raw, file=file)
    document = {"kind": "SK", "number": f"DEMO/CONTOH/{place}", "date": "2026-10-30"}
    proposal, _ = enacting.propose_enactment(ledger, text, actor=ANALYST, document=document)
    return proposal
