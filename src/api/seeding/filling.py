"""A demo ledger from its seed: founded, filled month by month, and used by its offices.

Equal sizes give equal bytes on every machine: ids, keys and instants come from the size alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from api.demo import province
from api.demo.province import Batch
from api.founding import found_ledger
from api.intake.subjects import Memory
from api.seeding import office, single
from api.seeding.chance import SeededBytes, SetClock
from api.seeding.office import Office
from ledger.application import Founding, Ledger

AGENCY_CODE, AGENCY = "65", "Provinsi Contoh (data rekaan)"
ZONE = "Asia/Makassar"
ACTOR = "demo"


@dataclass(frozen=True, slots=True)
class Filling:
    """A founded demo ledger and its clock."""

    ledger: Ledger
    clock: SetClock
    size: str


def found(url: str, size: str, *, first_day: date, keys: Path | None = None) -> Filling:
    """An empty demo ledger with its clock set to a day.

    Raises:
        Misuse: no such size. StoreError, KeyFolderExists: what is in the way.
    """
    clock = SetClock(ZONE, first_day)
    ledger = found_ledger(
        url,
        Founding(AGENCY_CODE, AGENCY, ZONE, demo=True),
        keys=keys,
        actor=ACTOR,
        randomness=SeededBytes(f"asn-ledger demo {size}"),
        clock=clock,
    )
    return Filling(ledger, clock, size)


def fill(
    filling: Filling,
    batches: Iterable[Batch],
    *,
    folder: Path | None,
    progress: Callable[[int], None],
) -> int:
    """Import every month and do what was done at its end; gives the rows imported.

    Args:
        folder: for workbooks that were sent and came back; None leaves that import out.
        progress: told how many rows more are in.
    """
    ledger, clock = filling.ledger, filling.clock
    people = tuple(province.people_of(filling.size))
    desk = Office(ledger, clock, people, folder)
    acts, memory, read = office.acts(), Memory(), 0
    for batch in batches:
        clock.set(batch.known_on)
        read += single.import_rows(
            ledger,
            batch.rows,
            actor=ACTOR,
            progress=progress,
            memory=memory,
            name=f"{batch.known_on.isoformat()}.jsonl",
        )
        for act in acts.get(batch.known_on, ()):
            act(desk)
    return read
