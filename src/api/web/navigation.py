"""The areas of the site in the order of the menu: address, Indonesian label, and the right each
needs. Pure.

Who may not open a page does not see it in the menu; the page itself decides again.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from api.access.policy import Action
from api.access.reach import may_at_all
from api.access.readers import Reader


class Area(NamedTuple):
    """One area; who may do any of `rights` sees it, and everybody who is signed in if there are
    none.
    """

    path: str
    label: str
    rights: tuple[Action, ...] = ()


AREAS: Final[tuple[Area, ...]] = (
    Area("/", "Beranda"),
    Area("/opd", "Perangkat Daerah", (Action.READ_UNITS,)),
    Area("/talenta", "Talenta", (Action.EXPORT,)),
    Area("/kasus", "Disiplin & sengketa", (Action.READ_CASES,)),
    Area("/keputusan", "Keputusan", (Action.READ_DECISIONS,)),
    Area("/audit", "Meja audit", (Action.READ_AUDIT,)),
    Area("/impor", "Impor", (Action.READ_IMPORTS, Action.IMPORT)),
    Area("/catat", "Catat", (Action.PROPOSE_FACT, Action.RECORD_FACT, Action.VERIFY_FACT)),
    Area("/aturan", "Aturan", (Action.READ_RULES,)),
    Area("/akses", "Akses", (Action.READ_ACCESS, Action.READ_ROLES)),
    Area("/panduan", "Panduan"),
)


def menu(reader: Reader, served: Collection[str]) -> tuple[tuple[str, str], ...]:
    """(address, label) of the areas that this installation serves and this reader may open."""
    return tuple(
        (one.path, one.label)
        for one in AREAS
        if one.path in served
        and (not one.rights or any(may_at_all(reader, right) for right in one.rights))
    )
