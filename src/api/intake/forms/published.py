"""IP-ASN as SIASN, a province or a district printed it: for reconciliation, never for a score."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from api.intake.form import Context, Form, form
from api.intake.forms import common
from api.intake.row_reader import RowReader, Take

INSTRUMENT: Final = "ip-asn"
MEASURES: Final = ("kualifikasi", "kompetensi", "kinerja", "disiplin")


def _convert(row: RowReader, context: Context) -> None:
    fact = row.draft("published_score", row.nip())
    year = row.year("tahun")
    if year.blank and context.year is not None:
        year = Take(context.year, year.column or row.header("total"))
    year = row.require(year)
    period = year._replace(value=year.value and str(year.value))
    fact.put("on", year._replace(value=year.value and f"{year.value}-12-31"))
    fact.put("period", period)
    fact.put("instrument", Take(INSTRUMENT, row.header("total")))
    measures: dict[str, Any] = {}
    for name in MEASURES:
        take = row.amount(name)
        if take.column:
            fact.columns[f"measures.{name}"] = take.column
        if take.unread:
            fact.unread.add("measures")
        if take.value is not None:
            measures[name] = take.value
    if measures:
        fact.fields["measures"] = measures
        fact.columns["measures"] = fact.columns[f"measures.{next(iter(measures))}"]
    total = row.require(row.amount("total"))
    fact.put("total", total)
    whole = len(measures) == len(MEASURES) and total.value is not None
    if whole and sum(Decimal(value) for value in measures.values()) != Decimal(total.value):
        row.note("total", "TOTAL_DISAGREES")
    fact.put("learned_on", row.day("dicetak"))


def _form(name: str, title: str, required: str, **columns: str) -> Form:
    shared = {"nip": common.NIP, "nama": common.NAME, "tahun": "tahun, tahun pengukuran, periode"}
    return form(
        name,
        title,
        kinds="published_score",
        columns=shared | columns,
        required=required,
        convert=_convert,
    )


_PLAIN: Final = {name: name for name in MEASURES}
_ALL: Final = "nip kualifikasi kompetensi kinerja disiplin total"

SIASN: Final = _form(
    "siasn-pip",
    "hasil PIP ASN SIASN",
    _ALL + " jabatan|satker",
    **_PLAIN,
    jabatan="nama jabatan, jabatan",
    satker="satuan kerja, unit kerja",
    total="total, subtotal, nilai, nilai ip asn",
)

PROVINCE: Final = _form(
    "rasn-ip-asn",
    "hasil IP-ASN provinsi atau API SIASN",
    _ALL,
    **_PLAIN,
    keterangan_kualifikasi="keterangan_kualifikasi",
    keterangan_kompetensi="keterangan_kompetensi",
    keterangan_kinerja="keterangan_kinerja",
    keterangan_disiplin="keterangan_disiplin",
    total="total, subtotal",
    dicetak="updated, created_at, updated_at",
)

DISTRICT: Final = _form(
    "kabupaten-pip",
    "tabel PIP kabupaten/kota",
    _ALL,
    **{name: f"skor_{name}" for name in MEASURES},
    total="nilai_pip",
    kategori="kategori_pip",
)
