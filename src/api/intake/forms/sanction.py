"""Hukuman disiplin as a ministry lists it and as SIASN reads and writes it."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from api.intake import numbers, titles, words
from api.intake.cells import Cell, plain
from api.intake.form import Context, form
from api.intake.forms import common
from api.intake.row_reader import Draft, RowReader, Take
from ledger import values

_MONTHS_PER_YEAR: Final = 12
_YEARS_WORD: Final = re.compile(r"(?i)\b(tahun|thn|th)\b")


def _convert(row: RowReader, _context: Context) -> None:
    nip = row.nip()
    fact = row.draft("sanction", nip)
    start = row.require(row.day("tmt"))
    fact.put("on", start)
    fact.put("id", row.text("id"))
    fact.put("level", row.require(row.word("tingkat", words.SANCTION_LEVEL)))
    _put_kind(row, fact)
    number, decided = row.text("no_sk"), row.day("tgl_sk")
    fact.put("decided_on", decided)
    if number.blank or decided.blank:
        fact.put(
            "document",
            row.refuse(
                row.pick("no_sk", "tgl_sk") if number.blank else "tgl_sk", "DOCUMENT_MISSING"
            ),
        )
    common.put_decree(fact, number, decided)
    _put_until(row, fact, start)
    if row.says("batal_nomor") or row.says("batal_tanggal"):
        _put_annulment(row, nip, fact, number)


def _put_kind(row: RowReader, fact: Draft) -> None:
    """The kind by its words; an unknown one is LAINNYA, flagged, because scores read the level."""
    name = row.pick("jenis", "jenis_id")
    said = row.require(row.text(name))
    if said.value is None:
        fact.put("kind", said)
        return
    kind = titles.sanction_kind(said.value)
    if kind == "LAINNYA" and words.key(said.value) != "lainnya":
        row.note(name, "SANCTION_KIND_OTHER")
    fact.put("kind", said._replace(value=str(kind)))


def _put_until(row: RowReader, fact: Draft, start: Take) -> None:
    """The end of the term: as stated, else the effective day and the months it lasts."""
    stated, months = row.day("akhir"), _months(row)
    reckoned = None
    if start.value and months.value:
        reckoned = values.shift_months(date.fromisoformat(start.value), months.value).isoformat()
    if stated.blank:
        fact.put("until", months._replace(value=reckoned))
        return
    fact.put("until", stated)
    if stated.value and reckoned and stated.value[:7] != reckoned[:7]:
        row.note("akhir", "END_DISAGREES")
    row.in_order("tmt", "akhir", start, stated)


def _months(row: RowReader) -> Take:
    def read(cell: Cell) -> int:
        count = numbers.read_count(cell)
        return count * _MONTHS_PER_YEAR if _YEARS_WORD.search(plain(cell)) else count

    if row.says("masa"):
        return row.take("masa", read)
    years, months = row.count("masa_tahun"), row.count("masa_bulan")
    total = (years.value or 0) * _MONTHS_PER_YEAR + (months.value or 0)
    return months._replace(value=total or None, unread=years.unread or months.unread)


def _put_annulment(row: RowReader, nip: Take, sanction: Draft, number: Take) -> None:
    """SIASN keeps the decree that quashed a sanction beside it: the sanction never was."""
    sanction.fields.setdefault("id", number.value)
    fact = row.draft("annul", nip)
    decided = row.require(row.day("batal_tanggal"))
    fact.put("on", decided)
    fact.put("target", Take(sanction.fields["id"], number.column))
    common.put_decree(fact, row.require(row.text("batal_nomor")), decided, kind="SK_PEMBATALAN")


MINISTRY: Final = form(
    "hukdis",
    "riwayat hukuman disiplin",
    kinds="sanction",
    columns={
        "nip": common.NIP,
        "nama": common.NAME,
        "tingkat": "tingkat_hukdis, tingkat hukuman, tingkat hukuman disiplin",
        "jenis": "jenis_hukdis, jenis hukuman, jenis hukuman disiplin",
        "tmt": "tmtsk, tmt sk, tmt hukuman, tmt",
        "tgl_sk": common.DECREE_DAY,
        "no_sk": common.DECREE_NUMBER,
        "masa": "masa_hukuman",
        "akhir": "akhir_hukdis, akhir hukuman, tanggal akhir hukuman",
        "aturan": "aturan_dilanggar",
        "alasan": "alasan_hukuman",
        "keterangan": "keterangan",
    },
    required="nip tingkat jenis tmt",
    convert=_convert,
)

SIASN: Final = form(
    "siasn-hukdis",
    "riwayat hukuman disiplin SIASN",
    kinds="sanction annul",
    columns={
        "nip": common.NIP,
        "nama": common.NAME,
        "id": "id",
        "tingkat": "jenisTingkatHukumanId, jenisTingkatHukuman",
        "jenis": "jenisHukumanNama",
        "jenis_id": "jenisHukumanId, jenisHukuman",
        "tmt": "hukumanTanggal",
        "tgl_sk": "skTanggal",
        "no_sk": "skNomor",
        "masa_tahun": "masaTahun",
        "masa_bulan": "masaBulan",
        "akhir": "akhirHukumanTanggal, akhirHukumTanggal",
        "batal_nomor": "skPembatalanNomor",
        "batal_tanggal": "skPembatalanTanggal",
        "orang": "pnsOrangId, pnsOrang",
    },
    required="nip tingkat jenis|jenis_id tmt",
    convert=_convert,
)
