"""The rest of an import, shared between two processes where that is worth it."""

from __future__ import annotations

import os
from contextlib import closing

from api.intake.apply import Importer
from api.intake.second_hand import ROWS_MIN, Job, SecondHand, Turns
from api.intake.spool import REST, Spool, shared_rows

_OWN, _OTHER = 0, 1


def apply_rest(importer: Importer, spool: Spool, url: str | None) -> None:
    """Apply the facts that name others, person by person.

    Args:
        url: where the ledger is, for a second process to open; None to do all of it here. Give it
            only for a ledger with the clock and randomness of the machine.

    Raises:
        ImportInterrupted: the second process ended midway.
    """
    alone = importer.dry or importer.strict or (os.cpu_count() or 1) < 2
    if url is None or alone or spool.count(REST) < ROWS_MIN:
        importer.phase(spool.rows(REST), REST)
        return
    importer.subjects.fetch_people(spool.subjects())
    people = importer.subjects.people
    spool.share({n: _OTHER if people[n].int & 1 else _OWN for n in spool.subjects() if n in people})
    job = Job(
        url,
        importer.ledger.keyring.folder,
        spool.path,
        _OTHER,
        importer.actor,
        importer.batch,
        dict(importer.digests),
        people,
    )
    with closing(SecondHand(job, importer.progress)) as other:
        with closing(Turns(spool.path)) as turns:
            importer.turns = turns
            importer.phase(shared_rows(spool.path, _OWN), REST)
        result = other.result()
        if result is None:
            importer.phase(shared_rows(spool.path, _OTHER), REST)
        else:
            importer.absorb(*result)
