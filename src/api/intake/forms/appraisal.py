"""Penilaian kinerja: e-Kinerja evaluations and plans, SIASN's kinerja, SKP rows until 2021."""

from __future__ import annotations

import re
from typing import Final

from api.intake import person_number, titles, words
from api.intake.cells import Cell, Unreadable, plain
from api.intake.dates import MONTHS
from api.intake.form import Context, form
from api.intake.forms import common
from api.intake.row_reader import Draft, RowReader, Take
from ledger import values
from ledger.vocabulary import AppraisalState, Assignment

YEARLY: Final = "13"  # the month number under which a whole year is kept
_QUARTER: Final = re.compile(r"(?:TRIWULAN|TW|KUARTAL|Q)[ .\-]*(IV|III|II|I|[1-4])\b")
_HALF: Final = re.compile(r"(?:SEMESTER|SMT)[ .\-]*(II|I|[12])\b")
_NUMBERS: Final = {"I": 1, "II": 2, "III": 3, "IV": 4}


def _put_period(row: RowReader, fact: Draft) -> None:
    """From and to; where the days are blank, a year with its month, quarter or half."""
    start, end = row.day("awal"), row.day("akhir")
    if not start.blank or not end.blank:
        fact.put("from", row.require(start))
        fact.put("to", row.require(end))
        row.in_order("awal", "akhir", start, end)
        if row.says("tahun") and end.value:
            year = row.year("tahun")
            if year.value and year.value != int(end.value[:4]):
                row.note("tahun", "YEAR_DISAGREES")
        return
    year = row.require(row.year("tahun"))
    part = row.take(row.pick("bulan", "jenis"), _part_of_year)
    period = Take(f"{year.value}{part.value or ''}", year.column, year.unread or part.unread)
    fact.put("period", period)
    for name in ("from", "to"):
        fact.put(name, period._replace(value=None))


def _part_of_year(cell: Cell) -> str:
    """What follows the year in a period: nothing for a whole year, -06, -Q2, -H1."""
    text = plain(cell).upper()
    if text in {YEARLY, "TAHUNAN", "TAHUN", "YEARLY"}:
        return ""
    if match := _QUARTER.search(text):
        return f"-Q{_NUMBERS.get(match[1]) or int(match[1])}"
    if match := _HALF.search(text):
        return f"-H{_NUMBERS.get(match[1]) or int(match[1])}"
    month = int(text) if text.isdigit() else MONTHS.get(text.split(" ")[0].lower(), 0)
    if 1 <= month <= 12:
        return f"-{month:02d}"
    raise Unreadable("NOT_A_PERIOD")


def _put_result(row: RowReader, fact: Draft) -> None:
    """Predicate as printed, both ratings, or that nothing was appraised."""
    printed = row.text("hasil")
    state = words.APPRAISAL_STATE.members.get(words.key(printed.value or ""))
    result, behaviour = row.word("hasil_kerja", words.RATING), row.word("perilaku", words.RATING)
    fact.put("work_result", result)
    fact.put("work_behaviour", behaviour)
    if state is not None and state != AppraisalState.DINILAI:
        fact.put("state", printed._replace(value=state))
        return
    if printed.blank or state is not None:
        if result.blank or behaviour.blank:
            fact.put("state", printed._replace(value=str(AppraisalState.BELUM_DINILAI)))
        return
    predicate = row.word("hasil", words.PREDICATE)
    fact.put("predicate", predicate)
    if predicate.value and not printed.value.isdigit():
        fact.put("printed", printed)


def _settle(fact: Draft) -> None:
    """Where what was appraised cannot be read, that nothing stands there is no second error."""
    if fact.unread & {"predicate", "score", "work_result", "work_behaviour"}:
        fact.unread.add("predicate")


def _put_assignment(row: RowReader, fact: Draft, name: str) -> None:
    """PLT, PLH or PJ where the SKP is one of an acting post; which of them, by word or title."""
    said = words.key(plain(row.cell(name)))
    if said in {"", "0", "false", "tidak", "t", "n", "no", "definitif"}:
        return
    acting = titles.acting(plain(row.cell(name))) or titles.acting(plain(row.cell("jabatan")))
    if acting is None:
        row.note(name, "ASSIGNMENT_UNREADABLE")
        acting = Assignment.PLT
    fact.put("assignment", Take(str(acting), row.header(name)))


def _put_appraiser(row: RowReader, fact: Draft, *names: str) -> None:
    """The appraiser's NIP; somebody without a readable one is left out, flagged."""
    name = row.pick(*names)
    if not row.says(name):
        return
    try:
        fact.put("appraiser", Take(person_number.read_nip(row.cell(name)), row.header(name)))
    except Unreadable:
        row.note(name, "APPRAISER_UNREADABLE")


def _convert_evaluation(row: RowReader, _context: Context) -> None:
    fact = row.draft("appraisal", row.nip())
    _put_period(row, fact)
    _put_result(row, fact)
    _settle(fact)
    if row.says("unor"):
        common.put_unit(row, fact, "unor", "unor_induk")
    _put_assignment(row, fact, "penugasan")
    fact.put("skp_id", row.text(row.pick("penilaian_id", "skp_id")))
    _put_appraiser(row, fact, "penilai", "atasan")
    fact.put("learned_on", row.day("dinilai"))


def _convert_siasn(row: RowReader, _context: Context) -> None:
    """SIASN: rating 1 to 3, kuadran 1 to 5; months of start and end where it is not a year."""
    fact = row.draft("appraisal", row.nip())
    _put_siasn_period(row, fact)
    fact.put("work_result", row.word(row.pick("hasil_kerja_nilai", "hasil_kerja"), words.RATING))
    fact.put("work_behaviour", row.word(row.pick("perilaku_nilai", "perilaku"), words.RATING))
    name = row.pick("kuadran", "kuadran_nilai")
    predicate = row.word(name, words.PREDICATE)
    fact.put("predicate", predicate)
    if predicate.value and name == "kuadran":
        fact.put("printed", row.text("kuadran"))
    if predicate.blank and not {"work_result", "work_behaviour"} <= fact.fields.keys():
        fact.put("predicate", row.require(predicate))
    _settle(fact)
    fact.put("skp_id", row.text("id"))
    _put_appraiser(row, fact, "penilai")


def _put_siasn_period(row: RowReader, fact: Draft) -> None:
    first, last = row.count("bulan_mulai"), row.count("bulan_selesai")
    year = row.year(row.pick("tahun_mulai", "tahun"))
    end_year = row.year(row.pick("tahun_selesai", "tahun"))
    if first.value is None or last.value is None:
        period = row.require(row.year(row.pick("tahun", "tahun_selesai")))
        fact.put("period", period._replace(value=period.value and str(period.value)))
        return
    whole = {first.value, last.value} <= set(range(1, 13)) and year.value and end_year.value
    if not whole:
        fact.put("from", row.refuse("bulan_mulai", "NOT_A_PERIOD"))
        return
    end = values.month_end(end_year.value, last.value)
    fact.put("from", first._replace(value=f"{year.value:04d}-{first.value:02d}-01"))
    fact.put("to", last._replace(value=end.isoformat()))


def _convert_old(row: RowReader, _context: Context) -> None:
    """Until 2021: a value, its word, and the period; the regime follows from the period's end."""
    fact = row.draft("appraisal", row.nip())
    _put_period(row, fact)
    score, word = row.amount("nilai"), row.text("kategori")
    fact.put("score", score)
    if score.blank:
        fact.put("predicate", row.require(row.word("kategori", words.PREDICATE)))
    fact.put("printed", word)
    _settle(fact)
    _put_appraiser(row, fact, "penilai")


def _convert_plan(row: RowReader, _context: Context) -> None:
    fact = row.draft("plan", row.nip())
    start, end = row.require(row.day("awal")), row.require(row.day("akhir"))
    fact.put("from", start)
    fact.put("to", end)
    row.in_order("awal", "akhir", start, end)
    if words.key(plain(row.cell("status"))) in words.DRAFT_WORDS:
        fact.put("state", row.refuse("status", "PLAN_IS_DRAFT"))
    else:
        fact.put("state", row.require(row.word("status", words.PLAN_STATE)))


EVALUATION: Final = form(
    "ekinerja-evaluasi",
    "laporan evaluasi kinerja e-Kinerja",
    kinds="appraisal",
    columns={
        "nip": common.NIP,
        "nama": common.NAME,
        "penilaian_id": "skp_penilaian_id",
        "skp_id": "skp_id",
        "tahun": "tahun_skp, tahun",
        "jenis": "jenis, jenis periode, tipe periodik",
        "bulan": "bulan, angka periodik",
        "awal": "periode_awal_skp, periode awal",
        "akhir": "periode_akhir_skp, periode akhir",
        "jabatan": "skp_jabatan, jabatan",
        "unor": "skp_unor",
        "unor_induk": "skp_unor_induk",
        "penugasan": "is_skp_plt_plh_pjb, is_plt_plh",
        "hasil_kerja": "hasil_kerja, rating hasil kerja",
        "perilaku": "perilaku_kerja, rating perilaku kerja",
        "hasil": "hasil_akhir, predikat kinerja, predikat",
        "penilai": "pegawai_penilai_nip, nip penilai",
        "atasan": "pegawai_atasan_nip, nip atasan",
        "dinilai": "waktu_dinilai",
    },
    required="nip hasil awal|tahun akhir|tahun",
    convert=_convert_evaluation,
)

SIASN: Final = form(
    "siasn-kinerja",
    "riwayat kinerja SIASN",
    kinds="appraisal",
    columns={
        "nip": common.NIP,
        "nama": common.NAME,
        "id": "id",
        "tahun": "tahun",
        "bulan_mulai": "bulanMulaiPenilaian",
        "bulan_selesai": "bulanSelesaiPenilaian",
        "tahun_mulai": "tahunMulaiPenilaian",
        "tahun_selesai": "tahunSelesaiPenilaian",
        "hasil_kerja": "hasilKinerja",
        "hasil_kerja_nilai": "hasilKinerjaNilai",
        "perilaku": "perilakuKerja",
        "perilaku_nilai": "perilakuKerjaNilai",
        "kuadran": "kuadranKinerja",
        "kuadran_nilai": "kuadranKinerjaNilai",
        "penilai": "penilaiNipNrp, nipNrpPenilai",
        "orang": "pnsDinilaiId",
    },
    required="nip kuadran|kuadran_nilai|hasil_kerja_nilai tahun|tahun_selesai",
    convert=_convert_siasn,
)

OLD_SKP: Final = form(
    "skp-lama",
    "riwayat SKP sampai 2021",
    kinds="appraisal",
    columns={
        "nip": common.NIP,
        "nama": common.NAME,
        "tahun": "tahun",
        "awal": "tgl_mulai, tanggal mulai, periode awal",
        "akhir": "tgl_akhir, tanggal akhir, tgl selesai, periode akhir",
        "penilai": "penilai_nip, nip_penilai, penilai nip",
        "nilai_skp": "nilai_skp",
        "nilai": "nilai_prestasi_kerja, nilai prestasi",
        "kategori": "kategori_nilai_prestasi, kategori nilai prestasi kerja, sebutan",
    },
    required="nip nilai tahun|akhir",
    convert=_convert_old,
)

PLAN: Final = form(
    "ekinerja-skp",
    "daftar SKP e-Kinerja",
    kinds="plan",
    columns={
        "nip": common.NIP,
        "nama": common.NAME,
        "skp_id": "skp_id",
        "jabatan": "jabatan",
        "status": "skp_status, status skp",
        "model": "skp_model",
        "unor": "skp_unor, unit",
        "awal": "periode_awal",
        "akhir": "periode_akhir",
        "penugasan": "is_plt_plh",
    },
    required="nip status awal akhir",
    convert=_convert_plan,
)
