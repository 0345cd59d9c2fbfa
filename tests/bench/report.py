"""Results as JSON for the machine they come from, and as a table for people in
docs/performance.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench.measuring import ROOT, Figure

RESULTS = Path(__file__).with_name("results")
PAGE = ROOT / "docs/performance.md"
BEGIN, END = "<!-- generated: benchmarks -->", "<!-- end of generated -->"


def save(machine_name: str, about: Mapping[str, Any], figures: Mapping[str, Figure]) -> Path:
    """Keep the figures; those that were not measured now stay as they were."""
    path = RESULTS / f"{machine_name}.json"
    known = json.loads(path.read_text("utf-8"))["figures"] if path.exists() else {}
    for name, figure in figures.items():
        known[name] = asdict(figure) | {"date": about["date"]}
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"machine": dict(about), "figures": known}, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", "utf-8")
    return path


def table(results: Mapping[str, Any]) -> str:
    """The figures of one machine."""
    about = results["machine"]
    lines = [
        f"{about['processor']}, {about['cores']} cores, {about['memory_gb']} GB, {about['system']}; "
        f"Python {about['python']}, SQLite {about['sqlite']}, PostgreSQL {about['postgresql']}, "
        f"eventsourcing {about['eventsourcing']}, Polars {about['polars']}; {about['date']}.",
        "",
        "| work | measured | to reach | reached |",
        "|---|---|---|---|",
    ]
    for figure in results["figures"].values():
        measured = "; ".join(f"{name} {value}" for name, value in figure["measured"].items())
        reached = "yes" if figure["reached"] else "**no**"
        lines.append(f"| {figure['work']} | {measured} | {figure['target']} | {reached} |")
    return "\n".join(lines)


def rendered(page: str) -> str:
    """The page with the tables of all machines made anew."""
    tables = [table(json.loads(path.read_text("utf-8"))) for path in sorted(RESULTS.glob("*.json"))]
    part = "\n\n".join([BEGIN, *tables, END])
    return re.sub(f"{BEGIN}.*?{END}", lambda _: part, page, flags=re.DOTALL)


def write_page() -> None:
    """Put the tables into the page."""
    PAGE.write_text(rendered(PAGE.read_text("utf-8")), "utf-8")
