"""Units by their names and codes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.desk import Desk
from api.naming import unit_json

Json = dict[str, Any]
FEWEST_LETTERS = 2


def units(desk: Desk, text: str, *, limit: int) -> list[Json]:
    """Units of today whose code begins with a text, or whose name has a word that begins with each
    word of it; by code. Units are no secret.
    """
    words = text.casefold().split()
    if sum(len(one) for one in words) < FEWEST_LETTERS:
        return []
    today = desk.today()
    directory = desk.units()
    found = []
    for one in directory.tree(today).units:
        about = unit_json(directory, UUID(one), today)
        code, name = about["code"] or "", about["name"] or ""
        parts = name.casefold().split()
        named = all(any(part.startswith(word) for part in parts) for word in words)
        if named or code.casefold().startswith(text.casefold()):
            found.append(about)
    found.sort(key=lambda one: (one["code"] or "", one["id"] or ""))
    return [
        {
            **one,
            "address": f"/opd/{one['code'] or one['id']}",
            "label": one["name"],
            "note": one["path"],
        }
        for one in found[:limit]
    ]
