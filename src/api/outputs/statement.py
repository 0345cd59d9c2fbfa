"""What a file rests on: the question, the coordinates and the digest of its answers."""

from __future__ import annotations

import orjson

from api.outputs.workbook import Cell
from ledger.canonical import instant_text
from projections.asking.inquiry import Asked

SHEET = "Keterangan"
_DIGEST_MEANS = (
    "SHA-256 dari larik kanonik digest semua jawaban, urut ID; sama untuk pertanyaan yang sama"
)


def question_lines(asked: Asked, *, unit: str | None = None) -> list[tuple[str, Cell]]:
    """The question of a file, resolved: whoever asks it again gets the same answers."""
    question = asked.question
    hypothetical = question.hypothetical()
    lines: list[tuple[str, Cell]] = [
        ("Instrumen", f"{asked.plan.instrument}: {asked.plan.title}"),
        ("Dasar", asked.plan.decree),
        ("Nomor catatan pemberlakuan", asked.enacted),
        ("Per tanggal", question.as_of),
        ("Periode", question.period or "-"),
        ("Unit", unit or "semua"),
        ("Nomor catatan", question.position),
        ("Data tercatat s.d.", instant_text(question.known_at)),
    ]
    if hypothetical is not None:
        lines.append(("SIMULASI, bukan data resmi", orjson.dumps(hypothetical).decode()))
    return lines


def rows_lines(rows: int, digest: str) -> list[tuple[str, Cell]]:
    """How many rows a file has, and the digest of the answers behind it."""
    return [("Jumlah baris", rows), ("Digest jawaban", digest), ("Arti digest", _DIGEST_MEANS)]
