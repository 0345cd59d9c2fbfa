"""Berkas keputusan: the pinned basis, the candidates with each requirement, steps and recheck."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from api.outputs.papers import head
from api.outputs.papers.paper import (
    Block,
    Context,
    Grid,
    Line,
    Lines,
    Paper,
    Part,
    Remark,
    Signature,
    bands,
)
from api.outputs.papers.pdf import pdf
from api.outputs.papers.said import NOTHING, day, figure, instant, moment
from api.outputs.papers.words import DECISION_STATES, DIFFERS, REQUIREMENTS, STATUSES, TIES, told
from api.outputs.table import measure_header
from api.outputs.words import code_words, reason_words
from api.outputs.workbook import Cell
from ledger.domain.decision_candidates import MET, NOT_MET, UNKNOWN
from projections.decisions.dossier import REQUIREMENT_NOT_MET
from projections.reasons import Reason

Json = Mapping[str, Any]
TITLE: Final = "Berkas Keputusan"
_STATES: Final = (MET, NOT_MET, UNKNOWN)
SIGNS: Final = "Pejabat yang berwenang"


def decision_dossier(shown: Json, context: Context) -> bytes:
    """A dossier as PDF; `shown` as for `paper`."""
    return pdf(paper(shown, context), context)


def paper(shown: Json, context: Context) -> Paper:
    """The document of one decision.

    Args:
        shown: the object of `decision show --json`; beside its keys `recheck`, the object of
            `decision recheck --json`, where the basis was replayed.
        context: its seal covers the last step.
    """
    recheck = shown.get("recheck")
    parts = [
        Part("Keputusan", list(_about(shown, context))),
        Part("Dasar yang disematkan", [_basis(shown, context)]),
        Part("Langkah", list(_steps(shown, context))),
        Part("Calon", list(_candidates(shown))),
    ]
    if recheck is not None:
        parts.append(Part("Pemeriksaan ulang", list(_recheck(recheck))))
    parts.append(Part("Penutup", [Signature(SIGNS)]))
    basis = shown["basis"]
    rests: list[Line] = [
        ("Berlaku per", day(shown["as_of"])),
        ("Data tercatat s.d.", instant(basis["known_at"], context.zone)),
        ("Nomor catatan", basis["position"]),
        ("Digest jawaban", basis["digest"]),
    ]
    return Paper(
        title=f"{TITLE} {code_words(shown['kind'])}",
        about=f"{shown['id']} \u00b7 {told(DECISION_STATES, shown['state'])}",
        bands=bands(context),
        parts=parts,
        rests_on=[*rests, *head.seal_lines(context)],
        code=head.code_of(context, basis["position"], basis["digest"]),
    )


def _about(shown: Json, context: Context) -> Iterator[Block]:
    chosen = sum(1 for one in shown["candidates"] if one["chosen"])
    lines: list[Line] = [
        ("Keputusan", shown["id"]),
        ("Jenis", code_words(shown["kind"])),
        ("Keadaan", told(DECISION_STATES, shown["state"])),
    ]
    for name, label in (("issued", "Ditetapkan dengan"), ("revoked", "Dicabut dengan")):
        step = shown[name]
        if step is not None:
            number = step["number"] or "(tanpa nomor)"
            lines.append((label, f"{number}, {day(step['decided_on'])}"))
    lines += [
        ("Siapa yang ditimbang", _scope(shown, context)),
        ("Jumlah calon", len(shown["candidates"])),
        ("Terpilih", chosen),
        ("Bila nilai sama", told(TIES, shown["tie_rule"])),
    ]
    yield Lines(lines)
    if shown["issued"] is not None and shown["issued"]["against_ranking"]:
        yield Remark("Pilihan ini menyimpang dari urutan peringkat.", loud=True)


def _scope(shown: Json, context: Context) -> str:
    if shown["listed"]:
        return "orang yang disebut satu per satu"
    if shown["unit"] is None:
        return "semua yang tercatat"
    return head.unit_words(shown["unit"], context, shown["as_of"])


def _basis(shown: Json, context: Context) -> Lines:
    basis = shown["basis"]
    size, _, root = basis["checkpoint"].partition(" ")
    lines: list[Line] = [
        ("Instrumen peringkat", shown["instrument"]),
        ("Instrumen persyaratan", ", ".join(shown["requirements"]) or "-"),
        ("Berlaku per", day(shown["as_of"])),
        ("Data tercatat s.d.", instant(basis["known_at"], context.zone)),
        ("Nomor catatan", basis["position"]),
        ("Titik periksa", f"{size} catatan"),
        ("Akar catatan", root),
        ("Mesin hitung", basis["engine"]),
    ]
    texts = sorted(basis["instruments"].items())
    lines += [(f"Teks {name}", f"sha256:{digest}") for name, digest in texts]
    return Lines([*lines, ("Digest jawaban", basis["digest"])])


def _steps(shown: Json, context: Context) -> Iterator[Block]:
    told_steps: list[tuple[str, Json]] = [("Konsep dibuat", shown["drafted"])]
    for one in shown["recommended"]:
        what = "mendukung" if one["in_favour"] else "tidak mendukung"
        told_steps.append((f"{code_words(one['body'])} {what}", one))
    for name, label in (("issued", "Ditetapkan"), ("revoked", "Dicabut")):
        if shown[name] is not None:
            told_steps.append((label, shown[name]))
    rows: list[list[Cell]] = [
        [
            label,
            step["by"],
            moment(step["recorded_at"], context.zone),
            step["position"],
            step["reasons"] or NOTHING,
        ]
        for label, step in told_steps
    ]
    headers = ("Langkah", "Oleh", "Dicatat", "Nomor catatan", "Alasan")
    yield Grid("Langkah", headers, (24, 14, 16, 10, 36), rows)


def _candidates(shown: Json) -> Iterator[Block]:
    found = shown["candidates"]
    yield Grid(
        "Calon",
        ("Peringkat", "Nama", "NIP", "Nilai", "Kategori", "Status", "Terpilih"),
        (10, 27, 21, 9, 12, 12, 9),
        [_candidate(one) for one in found],
        empty="Tidak ada calon.",
    )
    required = [row for one in found for row in _requirements(one)]
    if required:
        states = [told(REQUIREMENTS, one).capitalize() for one in _STATES]
        yield Grid("Persyaratan", ("Nama", "Instrumen", *states), (22, 17, 23, 20, 18), required)
    why = [row for one in found for row in _why(one)]
    if why:
        yield Grid("Tanpa peringkat", ("Nama", "Mengapa tanpa peringkat"), (35, 65), why)


def _name(one: Json) -> str:
    return str((one.get("person") or {}).get("name") or one["subject"])


def _candidate(one: Json) -> list[Cell]:
    return [
        NOTHING if one["rank"] is None else one["rank"],
        _name(one),
        (one.get("person") or {}).get("nip"),
        figure(one["total"]),
        NOTHING if one["band"] is None else code_words(one["band"]),
        told(STATUSES, one["status"]),
        "ya" if one["chosen"] else "tidak",
    ]


def _requirements(one: Json) -> Iterator[list[Cell]]:
    """A row an instrument: which of its requirements are met, not met, unknown."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, state in one["requirements"].items():
        instrument, _, measure = name.partition("/")
        asked = measure_header(measure) if measure else "Cakupan instrumen"
        found.setdefault(instrument, {}).setdefault(state, []).append(asked)
    for instrument, states in found.items():
        yield [_name(one), instrument, *(", ".join(states.get(each, ())) for each in _STATES)]


def _why(one: Json) -> Iterator[list[Cell]]:
    if one["rank"] is None and one["why"]:
        yield [_name(one), "; ".join(_reason(code) for code in one["why"])]


def _reason(code: str) -> str:
    if code == REQUIREMENT_NOT_MET:
        return "ada persyaratan yang tidak terpenuhi"
    return reason_words(Reason(code, None, None))


def _recheck(found: Json) -> Iterator[Block]:
    basis, later = found["basis"], found["later"]
    same = "sama" if basis["same"] else f"BERBEDA: {told(DIFFERS, basis['differs'])}"
    yield Lines(
        [
            ("Dasar diputar ulang", same),
            ("Digest sekarang", basis["replayed"]),
            ("Mesin hitung", f"{basis['engine']['drafted']}, sekarang {basis['engine']['now']}"),
            ("Yang diketahui sampai", f"nomor catatan {later['position']}"),
            ("Teks instrumen berubah", _yes(later["instruments_changed"])),
            ("Peringkat akan lain", _yes(later["ranking"])),
            ("Persyaratan yang terpilih akan lain", _yes(later["requirements"])),
            ("Pilihan akan lain", _yes(later["choice"])),
            ("Akan berpengaruh", _yes(later["would_have_mattered"])),
        ]
    )
    rows: list[list[Cell]] = [
        [_name(one), _yes(one["chosen"]), _place(one["from"]), _place(one["to"])]
        for one in later["moved"]
    ]
    headers = ("Nama", "Terpilih", "Saat itu", "Menurut yang diketahui kemudian")
    empty = "Tidak ada calon yang keadaannya berubah."
    yield Grid("Calon yang berubah", headers, (34, 10, 28, 28), rows, empty)


def _place(side: Json | None) -> str:
    if side is None:
        return "bukan calon"
    rank = side.get("rank")
    place = "tanpa peringkat" if rank is None else f"peringkat {rank}"
    answered = {key: side.get(key) for key in ("total", "band", "status")}
    return f"{place}, {head.side_words({**answered, 'range': None})}"


def _yes(said: object) -> str:
    return "ya" if said else "tidak"
