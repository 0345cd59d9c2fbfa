"""Tables whose rows carry a drawing. The roles are written out, because a phone shows the rows as
blocks, and a table that is shown so is no table any more to a reader of the screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from api.web.charts.svg import el

Said = str | Markup
Cell = tuple[Said, str | None]


def table(
    title: str,
    kind: str,
    heads: Sequence[Cell],
    rows: Iterable[Markup],
    foot: Markup | None = None,
) -> Markup:
    """A table of drawn rows; `heads` and cells are (content, class)."""
    top = el("tr", *(_cell("th", one, "columnheader", scope="col") for one in heads), role="row")
    return el(
        "table",
        el("caption", title, class_="sr"),
        el("thead", top, role="rowgroup"),
        el("tbody", *rows, role="rowgroup"),
        el("tfoot", foot, role="rowgroup") if foot is not None else Markup(""),
        class_=f"bars {kind}",
        role="table",
    )


def line(row: Mapping[str, Any], *cells: Cell) -> Markup:
    """A row headed by its `label`, with its `href` and `note` if it has them."""
    label: Said = row["label"]
    if row.get("href"):
        label = el("a", label, href=row["href"])
    note = el("span", row["note"], class_="quiet note") if row.get("note") else Markup("")
    head = _cell("th", (Markup("").join((label, note)), None), "rowheader", scope="row")
    others = (_cell("td", one, "cell") for one in cells)
    return el("tr", head, *others, class_="part" if row.get("level") else None, role="row")


def _cell(name: str, one: Cell, role: str, scope: str | None = None) -> Markup:
    said, kind = one
    return el(name, said, scope=scope, class_=kind, role=role)
