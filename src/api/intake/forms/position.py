"""Riwayat jabatan: posts held, as SIASN reads them out and as local SIMPEG lists them."""

from __future__ import annotations

from typing import Final

from api.intake.form import Context, form
from api.intake.forms import common
from api.intake.forms.profile import put_post
from api.intake.row_reader import RowReader


def _convert(row: RowReader, _context: Context) -> None:
    nip = row.nip()
    fact = row.draft("position", nip)
    fact.put("on", row.require(row.day("tmt")))
    title = row.text(row.pick("jabatan", "jabatan_fungsional", "jabatan_umum"))
    if row.require(title).value:
        put_post(row, fact_title=title, kind_names=("jenis_id", "jenis"))
    if "kind" not in fact.fields and row.says("jabatan_fungsional"):
        fact.put("kind", row.text("jabatan_fungsional")._replace(value="FUNGSIONAL"))
    elif "kind" not in fact.fields and row.says("jabatan_umum"):
        fact.put("kind", row.text("jabatan_umum")._replace(value="PELAKSANA"))
    if not common.put_unit(row, fact, "unor", "unor_induk", "satker"):
        fact.put("unit", row.require(row.text(row.pick("unor", "satker"))))
    fact.put("until", row.day("sampai"))
    fact.put("workplace", row.text("lokasi"))
    common.put_decree(fact, row.text("no_sk"), row.day("tgl_sk"))


POSITION: Final = form(
    "riwayat-jabatan",
    "riwayat jabatan",
    kinds="position",
    columns={
        "nip": common.NIP,
        "nama": common.NAME,
        "jenis_id": "jenis jabatan id, jenis_jabatan_id",
        "jenis": "jenis jabatan, jenis jabatan nama, jenisJabatan",
        "eselon": "eselon, eselon nama, eselonering",
        "jabatan": "nama jabatan, jabatan, jabatan nama, namaJabatan",
        "jabatan_fungsional": "jabatan fungsional nama, jabatanFungsionalNama",
        "jabatan_umum": "jabatan fungsional umum nama, jabatan pelaksana",
        "tmt": "tmt jabatan, tmt, tmtJabatan, tmt_jab",
        "sampai": "sampai, tanggal selesai jabatan, tmt akhir, tgl akhir jabatan",
        "unor": "unor nama, nama unor, unit kerja, unit organisasi, unor, unorNama",
        "unor_induk": "unor induk nama, unor induk, unorIndukNama",
        "satker": "satuan kerja, satuan kerja nama, satker, opd, instansi kerja nama",
        "lokasi": "lokasi kerja, tempat tugas",
        "no_sk": common.DECREE_NUMBER,
        "tgl_sk": common.DECREE_DAY,
        "pelantikan": "tmt pelantikan, tanggal pelantikan",
    },
    required="nip tmt jabatan|jabatan_fungsional|jabatan_umum no_sk|tgl_sk|pelantikan|sampai",
    convert=_convert,
)
