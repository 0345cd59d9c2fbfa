"""The twins of what pages and JSON show: the same object as PDF, workbook or text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from api.outputs.papers import (
    case_minutes,
    comparison,
    decision_dossier,
    lists,
    people_lists,
    record_extract,
    score_certificate,
    unit_sheet,
)
from api.outputs.papers.paper import Context, Paper
from api.outputs.papers.pdf import pdf
from api.outputs.papers.sheets import csv_text, xlsx
from ledger.errors import Misuse

Json = Mapping[str, Any]
Maker = Callable[[Json, Context], Paper]
SUFFIXES: Final = (".pdf", ".xlsx", ".csv")
MEDIA: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".pdf": "application/pdf",
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".csv": "text/csv; charset=utf-8",
    }
)
KINDS: Final[Mapping[str, Maker]] = MappingProxyType(
    {
        "petikan": record_extract.paper,
        "perbandingan": comparison.paper,
        "kasus": case_minutes.paper,
        "keputusan": decision_dossier.paper,
        "sertifikat": score_certificate.paper,
        "daftar-kasus": lists.cases,
        "daftar-keputusan": lists.decisions,
        "daftar-pegawai": people_lists.members,
        "daftar-unit": lists.units,
        "talenta": people_lists.talent,
        "unit": unit_sheet.paper,
    }
)
_NAMING: Final = ("subject", "id", "as_of", "position")
_PLAIN: Final = re.compile(r"[^A-Za-z0-9.-]+")


class Twin(NamedTuple):
    """A file: its bytes, its media type, and a name without personal data."""

    data: bytes
    media: str
    name: str


def write(kind: str, suffix: str, shown: Json, context: Context) -> Twin:
    """The twin of what is shown.

    Args:
        kind: one of KINDS, whose module says what `shown` holds.
        suffix: one of SUFFIXES.

    Raises:
        Misuse: another kind or suffix.
    """
    if kind not in KINDS:
        raise Misuse(
            f"There is no document named {kind}.", next_step="There is: " + ", ".join(KINDS) + "."
        )
    return of_paper(KINDS[kind](shown, context), suffix, context, name=name_of(kind, shown))


def of_paper(made: Paper, suffix: str, context: Context, *, name: str) -> Twin:
    """The file of a document that somebody else made; `name` is without its ending.

    Raises:
        Misuse: a suffix that is none of SUFFIXES.
    """
    if suffix == ".pdf":
        data = pdf(made, context)
    elif suffix == ".xlsx":
        data = xlsx(made)
    elif suffix == ".csv":
        data = csv_text(made)
    else:
        raise Misuse(
            f"A document is not written as {suffix}.", next_step="Use " + ", ".join(SUFFIXES) + "."
        )
    return Twin(data, MEDIA[suffix], name + suffix)


def name_of(kind: str, shown: Json) -> str:
    """The name of a file: what it is, and the opaque ids and coordinates that it is about."""
    sides = (shown, *(shown[key] for key in ("from", "to") if isinstance(shown.get(key), Mapping)))
    said = [str(one[key]) for one in sides for key in _NAMING if one.get(key) is not None]
    return "-".join([kind, *(_PLAIN.sub("-", one).strip("-") for one in said)])
