"""Petikan rekam jejak: who, the score with its measures, the facts it read, and the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.outputs.papers import facts, head
from api.outputs.papers.paper import Block, Context, Grid, Line, Lines, Paper, Part, bands
from api.outputs.papers.pdf import pdf
from api.outputs.papers.said import day
from api.outputs.papers.words import kind_words, use_words
from api.outputs.words import code_words

Json = Mapping[str, Any]
TITLE: Final = "Petikan Rekam Jejak Kinerja"


def record_extract(shown: Json, context: Context) -> bytes:
    """A record extract as PDF.

    Args:
        shown: as for `paper`.
    """
    return pdf(paper(shown, context), context)


def paper(shown: Json, context: Context) -> Paper:
    """The document of one person's answer.

    Args:
        shown: the object of `score SUBJECT --json`, with `facts`; beside its keys `events`, the
            rows of `history SUBJECT --json` up to the same position, where the reader may see them.
        context: its seal covers `position`.
    """
    events = shown.get("events")
    known = {row["position"]: row for row in events or ()}
    parts = [
        Part("Identitas", [Lines(_identity(shown, known, context))]),
        Part("Nilai", [*head.stamp_remarks(shown["hypothetical"]), *_score(shown)]),
        Part(
            "Fakta yang dibaca",
            [
                Grid(
                    "Fakta yang dibaca",
                    facts.USE_HEADERS,
                    facts.USE_WIDTHS,
                    list(facts.use_rows(shown, known, context)),
                )
            ],
        ),
    ]
    if events is not None:
        parts.append(
            Part(
                "Catatan lengkap",
                [
                    Grid(
                        "Catatan lengkap",
                        facts.RECORD_HEADERS,
                        facts.RECORD_WIDTHS,
                        list(facts.record_rows(events, context)),
                    )
                ],
            )
        )
    return Paper(
        title=TITLE,
        about=head.who_words(shown),
        bands=bands(context, shown["hypothetical"]),
        parts=parts,
        rests_on=[*head.question_lines(shown, context), *head.seal_lines(context)],
        code=head.code_of(context, shown["position"], shown["digest"]),
    )


def _identity(shown: Json, known: Mapping[int, Json], context: Context) -> list[Line]:
    lines = head.person_lines(shown)
    for use in shown.get("facts", ()):
        if use["used"]:
            row = known.get(use["position"])
            label = "Kepegawaian" if row is None else kind_words(row["fact"])
            title = None if row is None else (row["sealed"] or {}).get("title")
            said = use_words(use["why"]) if title is None else f"{title} ({use_words(use['why'])})"
            since = day(use["effective_on"])
            lines.append((label, f"{said}, sejak {since}"))
    kind = shown["position_kind"]
    lines.append(("Jenis jabatan", "(tidak diketahui)" if kind is None else code_words(kind)))
    lines.append(("Unit", head.unit_words(shown["unit"], context, shown["as_of"])))
    return lines


def _score(shown: Json) -> list[Block]:
    blocks: list[Block] = [
        Lines(head.result_lines(shown)),
        Grid(
            "Ukuran",
            head.MEASURE_HEADERS,
            head.MEASURE_WIDTHS,
            list(head.measure_rows(shown["measures"])),
            empty="Tidak ada ukuran: orang ini di luar cakupan instrumen.",
        ),
    ]
    blocks.extend(head.why_blocks(shown))
    return blocks
