"""What the proofs cost, as rows of the table: hashing, a checkpoint, one proof."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.facts_lines import write_lines
from tests.bench.measuring import Figure

Place = Callable[[str], AbstractContextManager[dict[str, str]]]
InChild = Callable[..., Any]
HASHING_MAX = 1.25
CHECKPOINT_MS_MAX = 300
PROOF_MS_MAX = 1


@dataclass(frozen=True)
class ProofSizes:
    """How much is measured."""

    appended: int
    people: int
    facts: int
    fresh: int
    proofs: int
    rounds: int

    @classmethod
    def scaled(cls, scale: float) -> ProofSizes:
        """A share of the sizes of the table."""
        return cls(
            appended=max(int(100_000 * scale), 200),
            people=max(int(20_000 * scale), 20),
            facts=max(int(1_000_000 * scale), 400),
            fresh=max(int(10_000 * scale), 20),
            proofs=max(int(1_000 * scale), 20),
            rounds=5 if scale >= 1 else 1,
        )


def hashing(
    sizes: ProofSizes, database: str, place: Place, in_child: InChild, tell: Callable[[str], None]
) -> Figure:
    """Bulk append as it is, and with entry, leaf and tree left out."""
    runs: dict[str, list[dict[str, Any]]] = {"hashed": [], "unhashed": []}
    load = {"events": sizes.appended, "people": sizes.people}
    for turn in range(sizes.rounds):
        for name, found in runs.items():
            with place(database) as empty:
                found.append(in_child(f"append {name}", url=empty["url"], **load))
        tell(f"{database} round {turn + 1}: {[found[turn] for found in runs.values()]}")
    pairs = list(zip(runs["hashed"], runs["unhashed"], strict=True))
    ratio = median(one["seconds"] / other["seconds"] for one, other in pairs)
    cpu = median(one["cpu"] / other["cpu"] for one, other in pairs)
    seconds = {name: median(run["seconds"] for run in found) for name, found in runs.items()}
    return Figure(
        work=f"bulk append of {sizes.appended:,} events with entry, leaf and tree, and without,"
        f" {database}",
        measured={name: f"{found:.1f} s" for name, found in seconds.items()}
        | {"times as long": f"{ratio:.2f}", "times the client's processor": f"{cpu:.2f}"},
        target="at most 1.25 times as long",
        reached=ratio <= HASHING_MAX,
        raw=runs,
    )


def long_log(
    sizes: ProofSizes, database: str, place: Place, in_child: InChild, tell: Callable[[str], None]
) -> Figure:
    """A checkpoint and single proofs on a log of a million events about 20,000 people."""
    with place(database) as ledger:
        file = write_lines(Path(ledger["folder"]) / "facts.jsonl", sizes.facts, sizes.people)
        filled = in_child("import ours", **ledger, files=[str(file)])
        file.unlink()
        tell(f"{filled['rows']:,} facts imported in {filled['seconds']:.0f} s")
        run = in_child(
            "proofs", **ledger, fresh=sizes.fresh, proofs=sizes.proofs, rounds=sizes.rounds
        )
    tell(f"{database}: {run}")
    return Figure(
        work=f"checkpoint after {sizes.fresh:,} new events, and inclusion proofs of single events,"
        f" in {run['events']:,} events of {run['streams']:,} people, {database}",
        measured={
            "checkpoint": f"{run['checkpoint_ms']:.0f} ms",
            "the first one": f"{run['first_s']:.1f} s",
            "path of a proof": f"{run['proof_ms']:.2f} ms",
            "of it computing": f"{run['proof_cpu_ms']:.2f} ms",
            "its 95th percentile": f"{run['proof_p95_ms']:.2f} ms",
            "proof with its event and checkpoint": f"{run['whole_ms']:.2f} ms",
            "checking it": f"{run['check_ms']:.2f} ms",
        },
        target="checkpoint under 300 ms, path under 1 ms",
        reached=run["checkpoint_ms"] < CHECKPOINT_MS_MAX and run["proof_ms"] < PROOF_MS_MAX,
        raw={**run, "import_s": filled["seconds"]},
    )
