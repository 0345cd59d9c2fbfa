"""What docs say of the instrument language is what the loader reads."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from projections.language.instrument import load
from projections.language.rules import RULES
from projections.language.schema import schema
from projections.language.shipped import drafts, names, text
from tests.instrument_pages import DOCS, PAGES

PAGE = (DOCS / "writing-instruments.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
HEAD = """
instrument: contoh
title: contoh
subject: employee
basis: LOCAL
decree: contoh
in_force_from: 2024-01-01
period: {cut_off: period_end}
population: {employment: PNS}
cite: contoh
mark: assumed
"""


def whole(block: str) -> str:
    """An example as a whole text: as it stands, or a measure below the simplest head."""
    if not block.startswith("-"):
        return block
    top = re.search(r"max: ([\d.]+)", block)
    assert top is not None
    head = HEAD
    if "rule: members" in block or "rule: pattern" in block:
        head = HEAD.replace("subject: employee", "subject: org_unit")
        head = head.replace("population: {employment: PNS}", "population: {kind: DINAS}")
    bands = f"bands: {{edge: lower, of: [[{top[1]}, PENUH], [0, BELUM]]}}\n"
    return f"{head}max: {top[1]}\nmeasures:\n{block}\n{bands}"


@pytest.mark.parametrize("block", BLOCKS)
def test_every_example_loads(block: str) -> None:
    """What a drafter copies from the page is accepted."""
    assert load(whole(block).encode(), file="contoh.yaml").measures


def test_every_rule_has_a_section_with_an_example() -> None:
    """No rule of the language is left out of the page, nor of the schema."""
    for rule in RULES:
        section = PAGE.split(f"### {rule}\n")[1].split("\n#")[0]
        assert f"rule: {rule}" in section


@pytest.mark.parametrize("page", PAGES)
def test_generated_pages_are_fresh(page: str) -> None:
    """`python -m tests.instrument_pages` writes them anew."""
    assert (DOCS / page).read_text("utf-8") == PAGES[page]()


def measures(part: Any) -> Iterator[dict[str, Any]]:
    """Every measure and requirement of a text."""
    for one in (*part.get("measures", ()), *part.get("requirements", ()), *part.get("sum", ())):
        yield one
        yield from measures(one)


@pytest.mark.parametrize("name", [*names(), *drafts()])
def test_shipped_texts_fit_the_schema(name: str) -> None:
    """Every key of a shipped text is in the schema, and every key that must stand is there."""
    found = yaml.safe_load(text(name))
    said = schema()
    assert set(said["required"]) <= set(found) <= set(said["properties"])
    for one in measures(found):
        kind = "measure" if "measure" in one else "requirement"
        shapes = said["$defs"][kind]["oneOf"]
        rule = one.get("rule")
        fitting = [s for s in shapes if s["properties"].get("rule", {}).get("const") == rule]
        assert any(set(s["required"]) <= set(one) <= set(s["properties"]) for s in fitting), one
