"""Berita acara: a discipline case with its steps, clocks, findings and sanctions by article."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from api.outputs.papers import head
from api.outputs.papers.field_words import field_words
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
from api.outputs.papers.said import day, iso, moment
from api.outputs.papers.words import (
    BOUNDS,
    CLOCKS,
    CONSEQUENCES,
    COUNTS,
    FINDINGS,
    GOVERNS,
    MARKS,
    STATES,
    STEPS,
    kind_words,
    told,
)
from api.outputs.words import code_words
from api.outputs.workbook import Cell

Json = Mapping[str, Any]
TITLE: Final = "Berita Acara Perkara Disiplin"
PARTLY: Final = "Memuat bagian SIMULASI, bukan data resmi"
SIGNS: Final = "Pejabat yang membuat berita acara"
_OPEN: Final = "sampai dicabut atau selesai dijalani"
_UNREGULATED: Final = "Aturan perkara ini tidak diketahui: tidak ada tenggat dan temuan."


def case_minutes(shown: Json, context: Context) -> bytes:
    """The minutes of a case as PDF; `shown` as for `paper`."""
    return pdf(paper(shown, context), context)


def paper(shown: Json, context: Context) -> Paper:
    """The document of one discipline case.

    Args:
        shown: the object of `case show --json`; beside its keys `effect`, the object of `case
            effect --json`, where what follows without the case is to be shown too.
        context: its seal covers `position`.
    """
    effect = shown.get("effect")
    parts = [
        Part("Perkara", list(_about(shown))),
        Part("Langkah", [_steps(shown, context)]),
        Part("Tenggat", _clocks(shown)),
        Part("Temuan", [_findings(shown)]),
        Part("Hukuman", list(_sanctions(shown))),
    ]
    if effect is not None:
        parts.append(Part("SIMULASI: akibat bagi nilai", list(_effect(effect))))
    parts.append(Part("Penutup", [Signature(SIGNS)]))
    digest = head.content_digest(shown)
    return Paper(
        title=TITLE,
        about=head.who_words(shown),
        bands=(*bands(context), *(() if effect is None else (PARTLY,))),
        parts=parts,
        rests_on=[*_rests_on(shown, context, digest), *head.seal_lines(context)],
        code=head.code_of(context, shown["position"], digest),
    )


def name_of(shown: Json) -> str:
    """A case by the agency's id, else by what opened it."""
    return str(shown["id"] or shown["case"])


def _about(shown: Json) -> Iterator[Block]:
    text, following = shown["procedure"], shown["next"]
    lines: list[Line] = [
        *head.person_lines(shown),
        ("Perkara", name_of(shown)),
        ("Dugaan pelanggaran", code_words(shown["ground"]) if shown["ground"] else None),
        ("Hari perbuatan", day(shown["act_on"])),
        ("Keadaan", told(STATES, shown["state"])),
    ]
    if following is not None:
        by = " atau ".join(code_words(one) for one in following["by"])
        lines.append(("Langkah berikut", f"{told(STEPS, following['step'])}, oleh {by or '-'}"))
    lines.append(("Terlambat", "ya" if shown["overdue"] else "tidak"))
    if text is not None:
        governs = text["governs"]
        chosen = f"{told(GOVERNS, governs['by'])} ({told(MARKS, governs['mark'])})"
        lines.append(("Aturan", f"{text['decree']}, dipilih {chosen}"))
    yield Lines([line for line in lines if line[1] is not None])
    if text is None:
        yield Remark(_UNREGULATED, loud=True)
    if shown["disputed"]:
        facts = "; ".join(f"{one['root']} (sengketa {one['dispute']})" for one in shown["disputed"])
        yield Remark(f"Fakta perkara ini yang disengketakan: {facts}.", loud=True)


def _steps(shown: Json, context: Context) -> Grid:
    rows: list[list[Cell]] = [
        [
            place,
            told(STEPS, one["step"]),
            iso(one["on"]),
            moment(one["recorded_at"], context.zone),
            one["position"],
            ", ".join(
                f"{field_words(name)} {one[name]}"
                for name in ("sanction", "filing")
                if one[name] is not None
            ),
        ]
        for place, one in enumerate(shown["steps"], start=1)
    ]
    headers = ("Urut", "Langkah", "Hari", "Dicatat", "Nomor catatan", "Mengenai fakta")
    return Grid("Langkah", headers, (7, 37, 13, 17, 10, 16), rows)


def _clocks(shown: Json) -> list[Block]:
    rows: list[list[Cell]] = [
        [
            one["clock"].replace("_", " "),
            f"{told(STEPS, one['until'])} {_term(one)} sejak {told(STEPS, one['after'])}"
            + (" (bila diajukan)" if one["optional"] else ""),
            iso(one["since"]),
            _due(one),
            iso(one["met"]),
            told(CLOCKS, one["state"]),
            f"{one['cite']} ({told(MARKS, one['mark'])})",
        ]
        for one in shown["clocks"]
    ]
    headers = ("Tenggat", "Ketentuan", "Sejak", "Batas", "Dilakukan", "Keadaan", "Dasar")
    found: list[Block] = [Grid("Tenggat", headers, (14, 25, 11, 12, 11, 11, 16), rows)]
    terms: list[list[Cell]] = [
        [one["term"].replace("_", " "), _count(one), f"{one['cite']} ({told(MARKS, one['mark'])})"]
        for one in shown["terms"]
    ]
    if terms:
        columns = ("Jangka waktu", "Lamanya", "Dasar")
        found.append(Grid("Jangka waktu lain", columns, (45, 20, 35), terms))
    return found


def _term(clock: Json) -> str:
    return f"{told(BOUNDS, clock['bound'])} {_count(clock)}"


def _count(one: Json) -> str:
    return f"{one['number']} {told(COUNTS, one['count'])}"


def _due(clock: Json) -> Cell:
    if clock["due"] is None and clock["missing_year"] is not None:
        return f"hari libur {clock['missing_year']} belum ditetapkan"
    return iso(clock["due"])


def _findings(shown: Json) -> Grid:
    rows: list[list[Cell]] = [
        [
            told(FINDINGS, one["finding"]),
            told(STEPS, one["step"]),
            iso(one["on"]),
            one["position"],
            ", ".join(
                ["ditolak" if one["refuses"] else "dicatat"]
                + [told(CONSEQUENCES, each) for each in one["consequence"]]
            ),
            one["cite"],
        ]
        for one in shown["findings"]
    ]
    headers = ("Temuan", "Langkah", "Hari", "Nomor catatan", "Akibat", "Dasar")
    empty = "Tidak ada langkah yang menyimpang dari aturan sejauh yang tercatat."
    return Grid("Temuan", headers, (26, 20, 12, 10, 16, 16), rows, empty)


def _sanctions(shown: Json) -> Iterator[Block]:
    if not shown["sanctions"]:
        yield Remark("Tidak ada hukuman yang tercatat.")
    for one in shown["sanctions"]:
        lines: list[Line] = [
            ("Hukuman", f"{one['id'] or one['root']}: {code_words(one['kind'])}"),
            ("Tingkat", code_words(one["level"])),
            ("Ditetapkan", day(one["decided_on"])),
            ("Mulai berlaku", day(one["effective_on"])),
            ("Berakhir", _OPEN if one["until"] is None else f"sebelum {day(one['until'])}"),
            ("Keadaan", told(STATES, one["state"])),
        ]
        if one["open_since"] is not None:
            lines.append(("Menunggu putusan sejak", day(one["open_since"])))
        blocks = one["blocks"]
        if blocks is not None:
            effect = "ya" if blocks["promotion_and_pay_rise"] else "tidak"
            by = f"{blocks['cite']}, {told(MARKS, blocks['mark'])}"
            lines.append(("Menahan kenaikan pangkat dan KGB", f"{effect} ({by})"))
        yield Lines(lines)
        periods: list[list[Cell]] = [
            [iso(each["from"]), iso(each["until"]), ", ".join(map(code_words, each["levels"]))]
            for each in one["in_force"]
        ]
        headers = ("Berlaku dari", "Sampai sebelum", "Tingkat")
        empty = "Tidak pernah berlaku, sejauh yang tercatat."
        yield Grid(
            f"Masa berlaku {one['id'] or one['root']}", headers, (25, 25, 50), periods, empty
        )


def _effect(effect: Json) -> Iterator[Block]:
    """Instruments whose answer would be another; the others are counted."""
    kinds = "; ".join(
        f"{kind_words(one['kind'])} berlaku {day(one['effective_on'])}, nomor catatan"
        f" {one['position']}"
        for one in effect["facts"]
    )
    yield Remark(f"Seolah-olah fakta ini tidak ada: {kinds}. Tidak disimpan.", loud=True)
    moved = [one for one in effect["instruments"] if one["moves"]]
    rows: list[list[Cell]] = []
    for one in moved:
        own: list[Cell] = [f"{one['instrument']} ({one['decree']})"]
        recorded = head.side_words(one["recorded"])
        rows.append([*own, "tanpa fakta itu", recorded, head.side_words(one["without"])])
        for lower in one["reduced"]:
            level = code_words(lower["hypothetical"]["level"])
            rows.append([*own, f"diperingan: {level}", recorded, head.side_words(lower)])
    headers = ("Instrumen", "Andaikan", "Tercatat", "Simulasi")
    yield Grid("Akibat bagi nilai", headers, (31, 21, 24, 24), rows, "Tidak ada yang berubah.")
    same = len(effect["instruments"]) - len(moved)
    yield Remark(f"Instrumen lain yang jawabannya tetap: {same}.")


def _rests_on(shown: Json, context: Context, digest: str) -> list[Line]:
    lines: list[Line] = [
        ("Berlaku per", day(shown["as_of"])),
        *head.known_line(context),
        ("Nomor catatan", shown["position"]),
        ("Perkara", shown["case"]),
    ]
    if shown["procedure"] is not None:
        lines.append(("Teks aturan", f"sha256:{shown['procedure']['sha256']}"))
    return [*lines, ("Digest isi", digest)]
