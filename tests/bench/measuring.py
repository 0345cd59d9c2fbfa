"""Measuring side by side: the things compared take turns, each in a process of its own.

A machine is never equally fast for long. So what is compared runs A B C, A B C, A B C; each round
gives its own ratios, and the median of the rounds is what counts. A process of its own for each run
keeps the garbage, caches and peak memory of one from the next.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        work: what was done, with its size.
        measured: name -> value with its unit, as it is printed.
        target: what was to be reached, in words.
        reached: whether it was.
        raw: every single measurement, for the results file.
    """

    work: str
    measured: dict[str, str]
    target: str
    reached: bool
    raw: dict[str, Any] = field(default_factory=dict)


def in_child(task: str, **arguments: Any) -> Any:
    """What a task of `tests.bench.tasks` gives, run in a fresh Python."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.tasks", task, json.dumps(arguments)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        env=_environment(),
    )
    if done.returncode:
        raise RuntimeError(f"{task} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def _environment() -> dict[str, str]:
    import os

    paths = [str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def rounds(
    repeats: int, tasks: Mapping[str, Mapping[str, Any]], prepare: Any = None
) -> dict[str, list[Any]]:
    """Run every task once a round; `prepare(name, round)` adds arguments, such as a fresh
    folder.
    """
    found: dict[str, list[Any]] = {name: [] for name in tasks}
    for turn in range(repeats):
        for name, arguments in tasks.items():
            extra = prepare(name, turn) if prepare is not None else {}
            found[name].append(in_child(name, **arguments, **extra))
    return found


def times_faster(ours: Sequence[float], other: Sequence[float]) -> float:
    """How many times as fast as the other ours is: the median of the rounds' ratios of seconds."""
    return median(theirs / mine for mine, theirs in zip(ours, other, strict=True))
