"""The benchmarks still run and measure what they say, at a thousandth of their size and in this process."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.bench import benchmarks, machine, report, tasks
from tests.bench.benchmarks import Sizes, every
from tests.bench.facts_lines import nip_of, rows, write_lines
from tests.bench.measuring import Figure, in_child, times_faster

SMOKE = Sizes.scaled(0.001)
NUMBER = re.compile(r"[\d,]+(\.\d+)?")


def in_this_process(task: str, **arguments: Any) -> Any:
    """What the child would give, without waiting for a Python to start."""
    return tasks.TASKS[task](**arguments)


@pytest.mark.parametrize("name", every(SMOKE))
def test_each_benchmark_runs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every side of it does its work, and every value it prints is a number with its unit."""
    monkeypatch.setattr(benchmarks, "in_child", in_this_process)
    said: list[str] = []
    figure = every(SMOKE)[name](said.append)
    assert said
    assert figure.work
    assert figure.target
    assert [value for value in figure.measured.values() if not NUMBER.match(value)] == []


def test_a_task_runs_in_a_python_of_its_own(tmp_path: Path) -> None:
    """What the runner starts finds the program and answers in JSON."""
    file = write_lines(tmp_path / "facts.jsonl", 60, 20)
    run = in_child("import unchecked", url=f"sqlite:///{tmp_path}/stock", file=str(file))
    assert run["rows"] == 60
    assert run["peak_mb"] > 1


def test_the_facts_files_are_what_they_say() -> None:
    """So many facts, about so many people, each registered first and no number twice."""
    found = list(rows(900, 30))
    assert len(found) == 900
    assert [row["fact"] for row in found[:30]] == ["registered"] * 30
    assert len({row["nip"] for row in found}) == 30
    assert len({nip_of(index) for index in range(20_000)}) == 20_000


def test_ratios_are_medians_of_rounds() -> None:
    """A round that something disturbed does not decide."""
    assert times_faster([1, 1, 1], [2, 9, 3]) == 3


def test_results_become_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is measured now replaces what was measured before, the rest stays; both are shown."""
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    about = machine.describe()
    first = Figure("work one", {"ours": "2 s"}, "soon", reached=False)
    other = Figure("work two", {"ours": "1 s"}, "soon", reached=True)
    report.save("here", about, {"one": first, "two": other})
    report.save("here", about, {"one": Figure("work one", {"ours": "3 s"}, "soon", reached=True)})
    page = report.rendered(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    assert "| work one | ours 3 s | soon | yes |" in page
    assert "| work two | ours 1 s | soon | yes |" in page
    assert "2 s" not in page
    assert str(about["processor"]) in page
    assert page.startswith("before\n")
    assert page.endswith("after\n")


def test_the_page_shows_the_results_kept() -> None:
    """docs/performance.md is what its results give: `make bench` writes both."""
    page = report.PAGE.read_text("utf-8")
    assert report.rendered(page) == page
