"""Sertifikat nilai: one answer with the signed checkpoint that proves it, and how to check it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.outputs.papers import facts, head
from api.outputs.papers.paper import Context, Grid, Line, Lines, Paper, Part, Remark, bands
from api.outputs.papers.pdf import pdf
from api.outputs.words import code_words

Json = Mapping[str, Any]
TITLE: Final = "Sertifikat Nilai"
HOW: Final = (
    "Periksa berkas sertifikatnya dengan perintah asn-ledger verify BERKAS --key KUNCI, dengan"
    " kunci yang diperoleh dari jalan lain. Bukti dan nilai dihitung ulang dari berkas itu saja,"
    " tanpa peladen. Kertas ini menyebut isinya; yang membuktikan adalah berkasnya."
)


def score_certificate(shown: Json, context: Context) -> bytes:
    """A certificate on paper as PDF; `shown` as for `paper`."""
    return pdf(paper(shown, context), context)


def paper(shown: Json, context: Context) -> Paper:
    """The document of a certificate that was checked.

    Args:
        shown: the object `answer` of a certificate, with `person` where it is known; beside its
            keys `certificate`: `{digest, size, root, events, note}`, the digest of the file, its
            checkpoint, how many events it holds and the text of the signed note.
    """
    proof = shown["certificate"]
    kind = shown["position_kind"]
    own: list[Line] = [
        *head.person_lines(shown),
        ("Jenis jabatan", "(tidak diketahui)" if kind is None else code_words(kind)),
        ("Unit", head.unit_words(shown["unit"], context, shown["as_of"])),
    ]
    uses = list(facts.use_rows(shown, {}, context))
    without_names = [[row[0], *row[2:]] for row in uses]
    headers = [one for one in facts.USE_HEADERS if one != facts.USE_HEADERS[1]]
    note = [(f"Baris {place}", line) for place, line in enumerate(_note(proof["note"]), start=1)]
    return Paper(
        title=TITLE,
        about=head.who_words(shown),
        bands=bands(context, shown["hypothetical"]),
        parts=[
            Part("Pemilik", [Lines(own)]),
            Part(
                "Nilai",
                [
                    *head.stamp_remarks(shown["hypothetical"]),
                    Lines(head.result_lines(shown)),
                    Grid(
                        "Ukuran",
                        head.MEASURE_HEADERS,
                        head.MEASURE_WIDTHS,
                        list(head.measure_rows(shown["measures"])),
                        empty="Tidak ada ukuran: orang ini di luar cakupan instrumen.",
                    ),
                    *head.why_blocks(shown),
                ],
            ),
            Part(
                "Fakta yang dibuktikan",
                [Grid("Fakta yang dibuktikan", headers, (24, 11, 26, 14, 18, 9), without_names)],
            ),
            Part("Titik periksa bertanda tangan", [Lines(note)]),
            Part("Cara memeriksa", [Remark(HOW)]),
        ],
        rests_on=[
            *head.question_lines(shown, context),
            ("Digest sertifikat", proof["digest"]),
            ("Peristiwa di dalamnya", proof["events"]),
            ("Buku catatan", context.origin),
            ("Titik periksa", f"{proof['size']} catatan"),
            ("Akar catatan", proof["root"]),
            *([("Tautan tetap", context.link)] if context.link is not None else []),
        ],
        code=head.code_of(context, proof["size"], proof["digest"]),
    )


def _note(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]
