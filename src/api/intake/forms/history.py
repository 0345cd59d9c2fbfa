"""Awards, education and ranks."""

from __future__ import annotations

import re
from typing import Final

from api.intake import titles, words
from api.intake.cells import Cell, plain
from api.intake.form import Context, form
from api.intake.forms import common
from api.intake.row_reader import RowReader, Take

_NOT_CODE: Final = re.compile(r"[^A-Z0-9]+")
_KIND_MAX: Final = 60
OTHER_AWARD: Final = "PENGHARGAAN_LAIN"


def _convert_award(row: RowReader, _context: Context) -> None:
    fact = row.draft("award", row.nip())
    name = row.text(row.pick("nama_penghargaan", "jenis"))
    fact.put("kind", _award_kind(row, row.require(name)))
    common.put_when(row, fact, "tgl_sk", "tahun")
    fact.put("giver", row.text("pemberi"))
    common.put_decree(fact, row.text("no_sk"), row.day("tgl_sk"))


def _award_kind(row: RowReader, name: Take) -> Take:
    """A kind of the law, else the award's own name as a code word, flagged."""
    if name.value is None:
        return name
    kind = titles.award_kind(name.value)
    if kind is None:
        row.note(row.pick("nama_penghargaan", "jenis"), "AWARD_KIND_FREE")
        word = _NOT_CODE.sub("_", name.value.upper()).strip("_")[:_KIND_MAX].strip("_")
        kind = word or OTHER_AWARD
    return name._replace(value=kind)


def _convert_education(row: RowReader, _context: Context) -> None:
    fact = row.draft("qualification", row.nip())
    common.put_when(row, fact, "tgl_lulus", "tahun_lulus")
    fact.put("level", row.require(row.word(row.pick("jenjang", "jenjang_id"), words.EDUCATION)))
    fact.put("field", row.text(row.pick("jurusan", "bidang")))
    fact.put("institution", row.text("institusi"))
    fact.put("diploma_no", row.text("no_ijazah"))


def _convert_rank(row: RowReader, _context: Context) -> None:
    fact = row.draft("golongan", row.nip())
    fact.put("on", row.require(row.day("tmt")))
    fact.put("golongan", row.require(_rank(row)))
    common.put_decree(fact, row.text("no_sk"), row.day("tgl_sk"))


def _rank(row: RowReader) -> Take:
    """Golongan in one column, or golongan and ruang in two."""

    def joined(cell: Cell) -> str:
        return words.read_golongan(f"{plain(cell)}/{plain(row.cell('ruang'))}")

    if row.says("ruang") and row.says("gol"):
        return row.take("gol", joined)
    return row.take(row.pick("golongan", "gol", "pangkat"), words.read_golongan)


AWARD: Final = form(
    "penghargaan",
    "riwayat penghargaan",
    kinds="award",
    columns={
        "nip": common.NIP,
        "nama": common.NAME,
        "nama_penghargaan": "nama_penghargaan, hargaNama, penghargaan",
        "jenis": "jenis_penghargaan",
        "tahun": "tahun",
        "no_sk": common.DECREE_NUMBER + ", skNomor",
        "tgl_sk": common.DECREE_DAY + ", skDate",
        "pemberi": "pemberi",
        "orang": "pnsOrangId",
    },
    required="nip nama_penghargaan|jenis tahun|tgl_sk",
    convert=_convert_award,
)

EDUCATION: Final = form(
    "riwayat-pendidikan",
    "riwayat pendidikan",
    kinds="qualification",
    columns={
        "nip": common.NIP,
        "nama": common.NAME,
        "jenjang": "jenjang, tingkat pendidikan, tkPendidikanNama, jenjang pendidikan",
        "jenjang_id": "tkPendidikanId",
        "bidang": "bidang",
        "jurusan": "jurusan, pendidikanNama, program studi",
        "tgl_lulus": "tgl_lulus, tanggal lulus, tglLulus",
        "tahun_lulus": "tahun_lulus, tahunLulus",
        "no_ijazah": "no_ijazah, nomor ijazah, nomorIjasah, nomorIjazah",
        "institusi": "institusi_pendidikan, namaSekolah, nama sekolah, perguruan tinggi",
        "gelar_awal": "gelar awal, gelar depan",
        "gelar_akhir": "gelar akhir, gelar belakang",
    },
    required="nip jenjang|jenjang_id tgl_lulus|tahun_lulus no_ijazah|institusi|jurusan|bidang",
    convert=_convert_education,
)

RANK: Final = form(
    "riwayat-pangkat",
    "riwayat pangkat dan golongan",
    kinds="golongan",
    columns={
        "nip": common.NIP,
        "nama": common.NAME,
        "jenis": "jenis_kp, jenisKPNama, jenisKPId",
        "tmt": "tmtsk, tmt sk, tmt golongan, tmt pangkat, tmt",
        "tgl_sk": common.DECREE_DAY,
        "no_sk": common.DECREE_NUMBER,
        "pertek": "no_pertek_bkn, noPertekBkn",
        "gol": "gol",
        "ruang": "ruang",
        "golongan": "golongan, golongan ruang, golru, gol ruang",
        "pangkat": "pangkat",
        "mk_tahun": "mker_th, masaKerjaGolonganTahun",
        "mk_bulan": "mker_bl, masaKerjaGolonganBulan",
    },
    required="nip tmt gol|golongan no_sk|tgl_sk|pertek|jenis|mk_tahun",
    convert=_convert_rank,
)
