"""Trainings, seminars and courses, from five sources with five sets of names and numbers."""

from __future__ import annotations

from typing import Final

from api.intake import words
from api.intake.cells import plain
from api.intake.form import Context, form
from api.intake.forms import common
from api.intake.row_reader import Draft, RowReader, Take
from api.intake.words import Words
from ledger.vocabulary import CompetencyCategory

_COLUMNS: Final = {
    "nip": common.NIP,
    "nama": common.NAME,
}


def _category(row: RowReader, name: str, table: Words) -> Take:
    """The category; kinds that no indicator names become SEMINAR, flagged; induction is refused."""
    word = words.key(plain(row.cell(name)))
    if word in words.INDUCTION:
        return row.refuse(name, "TRAINING_NOT_RECORDED")
    if word in words.CATEGORY_BY_READING:
        row.note(name, "CATEGORY_BY_READING")
        return Take(str(CompetencyCategory.SEMINAR), row.header(name))
    return row.word(name, table)


def _put_what(row: RowReader, fact: Draft, category: Take) -> None:
    """Category, title, organiser, certificate and hours; the level is read from the title later."""
    fact.put("category", category)
    title = row.text("judul")
    fact.put("title", title if row.says("latihan_id") else row.require(title))
    fact.put("organiser", row.text("penyelenggara"))
    fact.put("certificate_no", row.text("nomor"))
    common.put_hours(row, fact, "jam")


def _convert_local(row: RowReader, _context: Context) -> None:
    fact = row.draft("competency", row.nip())
    _put_what(row, fact, row.require(_category(row, "jenis", words.CATEGORY)))
    common.put_days(row, fact, "mulai", row.pick("selesai", "tgl_sertifikat"), "tahun")


def _convert_ministry(row: RowReader, _context: Context) -> None:
    """Ministry numbers: 1 struktural, 2 teknis, 3 fungsional, 4 prajabatan, 5 sertifikasi."""
    fact = row.draft("competency", row.nip())
    said = plain(row.cell("jenis"))
    if said == "4":
        category = row.refuse("jenis", "TRAINING_NOT_RECORDED")
    elif said == "5":
        row.note("jenis", "CATEGORY_BY_READING")
        category = Take(str(CompetencyCategory.SEMINAR), row.header("jenis"))
    else:
        category = row.require(_category(row, "jenis", words.MINISTRY_CATEGORY))
    _put_what(row, fact, category)
    fact.put("to", row.require(row.day("tgl_sertifikat")))


def _convert_seminar(row: RowReader, _context: Context) -> None:
    fact = row.draft("competency", row.nip())
    category = row.word("jenis", words.SEMINAR_KIND)
    if category.blank:
        category = Take(str(CompetencyCategory.SEMINAR), row.header("jenis"))
    _put_what(row, fact, category)
    fact.put("to", row.require(row.day("tgl_sertifikat")))


def _convert_course(row: RowReader, _context: Context) -> None:
    """SIASN: T, F or P on the certificate, else jenis diklat; without a kind it is SEMINAR."""
    fact = row.draft("competency", row.nip())
    said = plain(row.cell("jenis_id"))
    if said in {"5", "6"}:
        row.note("jenis_id", "CATEGORY_BY_READING")
        category = Take(str(CompetencyCategory.SEMINAR), row.header("jenis_id"))
    else:
        category = _category(row, row.pick("jenis_sertifikat", "jenis_id"), words.SIASN_CATEGORY)
    if category.blank:
        category = Take(str(CompetencyCategory.SEMINAR), category.column)
    _put_what(row, fact, category)
    common.put_days(row, fact, "mulai", "selesai", "tahun")


def _convert_leadership(row: RowReader, _context: Context) -> None:
    fact = row.draft("competency", row.nip())
    _put_what(row, fact, Take(str(CompetencyCategory.KEPEMIMPINAN), row.header("judul")))
    if not row.says("judul") and row.says("latihan_id"):
        named = row.text("latihan_id")
        fact.put("title", named._replace(value=f"Latihan struktural {named.value}"))
    common.put_days(row, fact, "mulai", "selesai", "tahun")


BANJARBARU: Final = form(
    "pelatihan",
    "daftar pelatihan",
    kinds="competency",
    columns=_COLUMNS
    | {
        "jabatan": "jabatan",
        "unit": "unit_kerja",
        "judul": "nama_pelatihan, nama pelatihan, judul pelatihan",
        "jenis": "jenis_pelatihan",
        "penyelenggara": "penyelenggara, lembaga penyelenggara",
        "tempat": "tempat",
        "mulai": "tanggal_mulai, tgl mulai",
        "selesai": "tanggal_selesai, tgl selesai",
        "jam": "jp, jam pelajaran, jumlah jp",
        "nomor": "no_sertifikat, nomor sertifikat",
        "tgl_sertifikat": "tgl_sertifikat, tanggal sertifikat",
        "tahun": "tahun",
        "sertifikat": "sertifikat_url",
        "keterangan": "keterangan",
    },
    required="nip judul jenis mulai|selesai|tgl_sertifikat",
    convert=_convert_local,
)

SIMPEG: Final = form(
    "simpeg-diklat",
    "riwayat diklat SIMPEG",
    kinds="competency",
    columns=_COLUMNS
    | {
        "judul": "nama_diklat",
        "jenis": "jenis_diklat",
        "penyelenggara": "penyelenggara",
        "mulai": "tgl_mulai, tanggal mulai",
        "selesai": "tgl_selesai, tanggal selesai",
        "jam": "jam_pelajaran, jp, jumlah jam",
        "nomor": "no_sertifikat, nomor sertifikat",
        "tgl_sertifikat": "tgl_sertifikat, tanggal sertifikat",
        "tahun": "tahun",
    },
    required="nip judul jenis mulai|selesai",
    convert=_convert_local,
)

MINISTRY: Final = form(
    "kementerian-diklat",
    "riwayat diklat kementerian",
    kinds="competency",
    columns=_COLUMNS
    | {
        "judul": "nama_diklat",
        "jenis": "jenis_diklat",
        "penyelenggara": "instansi_penyelenggara",
        "tgl_sertifikat": "tgl_sertifikat",
        "berlaku_awal": "mb_sertifikat_awal",
        "berlaku_akhir": "mb_sertifikat_akhir",
        "jam": "jumlah_jp",
        "nomor": "no_sertifikat",
        "id_siasn": "id_rw_siasn",
    },
    required="nip judul jenis tgl_sertifikat jam|berlaku_awal|id_siasn|penyelenggara",
    convert=_convert_ministry,
)

SEMINAR: Final = form(
    "seminar",
    "riwayat seminar dan kursus",
    kinds="competency",
    columns=_COLUMNS
    | {
        "judul": "nama_seminar, nama seminar",
        "jenis": "jenis_seminar",
        "penyelenggara": "instansi_penyelenggara, penyelenggara",
        "tgl_sertifikat": "tgl_sertifikat, tanggal sertifikat",
        "jam": "jumlah_jp, jp",
        "nomor": "no_sertifikat, nomor sertifikat",
    },
    required="nip judul tgl_sertifikat",
    convert=_convert_seminar,
)

COURSE: Final = form(
    "siasn-kursus",
    "riwayat kursus SIASN",
    kinds="competency",
    columns=_COLUMNS
    | {
        "judul": "namaKursus",
        "jenis_sertifikat": "jenisKursusSertipikat, jenisKursusSertifikat",
        "jenis_id": "jenisDiklatId",
        "jenis": "jenisKursus, jenisKursusNama",
        "penyelenggara": "institusiPenyelenggara",
        "mulai": "tanggalKursus",
        "selesai": "tanggalSelesaiKursus, tglSelesaiKursus",
        "jam": "jumlahJam",
        "nomor": "nomorSertipikat, noSertipikat, nomorSertifikat, noSertifikat",
        "tahun": "tahunKursus",
        "orang": "pnsOrangId",
    },
    required="nip judul mulai|selesai|tahun",
    convert=_convert_course,
)

LEADERSHIP: Final = form(
    "siasn-diklat",
    "riwayat diklat struktural SIASN",
    kinds="competency",
    columns=_COLUMNS
    | {
        "judul": "latihanStrukturalNama, latihanStruktural",
        "latihan_id": "latihanStrukturalId",
        "penyelenggara": "institusiPenyelenggara",
        "mulai": "tanggal",
        "selesai": "tanggalSelesai",
        "jam": "jumlahJam",
        "nomor": "nomor",
        "tahun": "tahun",
        "orang": "pnsOrangId",
    },
    required="nip judul|latihan_id mulai|selesai|tahun",
    convert=_convert_leadership,
)
