"""Codes of facts, cases, causes and decisions in Indonesian, as officials write them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.outputs.papers.field_words import field_words
from api.outputs.words import code_words

Words = Mapping[str, str]

FACTS: Final[Words] = MappingProxyType(
    {
        "registered": "Pendaftaran",
        "identity": "Perubahan identitas",
        "merged": "Penggabungan rekam jejak",
        "employment": "Status kepegawaian",
        "standing": "Kedudukan hukum",
        "left": "Berhenti",
        "qualification": "Pendidikan",
        "position": "Jabatan",
        "golongan": "Golongan ruang",
        "competency": "Pengembangan kompetensi",
        "plan": "SKP",
        "appraisal": "Penilaian kinerja",
        "activity": "Laporan kegiatan",
        "dialogue": "Dialog kinerja",
        "need": "Kebutuhan pengembangan",
        "self_assessment": "Penilaian diri",
        "absence": "Ketidakhadiran",
        "leave": "Cuti",
        "attendance": "Kehadiran",
        "case": "Laporan pelanggaran",
        "summons": "Panggilan",
        "examination": "Pemeriksaan",
        "suspension": "Pembebasan sementara dari tugas",
        "sanction": "Hukuman disiplin",
        "delivered": "Penyampaian keputusan",
        "served": "Hukuman selesai dijalani",
        "objection": "Keberatan",
        "appeal": "Banding administratif",
        "ruling": "Putusan",
        "innovation": "Inovasi",
        "award": "Penghargaan",
        "record_check": "Pemeriksaan tertib data",
        "culture": "Penilaian budaya kerja",
        "potential": "Penilaian potensi",
        "credit": "Angka kredit",
        "competency_test": "Uji kompetensi",
        "service_exam": "Ujian dinas",
        "periodic_pay": "Kenaikan gaji berkala",
        "published_score": "Nilai tercetak",
        "inspection": "Pengawasan",
        "finding": "Temuan",
        "follow_up": "Tindak lanjut temuan",
        "transferred_in": "Pindah masuk",
        "transferred_out": "Pindah keluar",
        "correct": "Pembetulan fakta",
        "annul": "Pembatalan fakta",
        "end": "Pengakhiran fakta",
        "disputed": "Fakta disengketakan",
        "dispute_resolved": "Sengketa fakta diputus",
        "warning_acknowledged": "Peringatan dini dilihat",
        "hold_placed": "Penahanan hukum dipasang",
        "hold_lifted": "Penahanan hukum dicabut",
        "erased": "Identitas dihapus",
        "unit": "Unit",
        "unit_closed": "Unit dihapus",
        "unit_appraisal": "Predikat unit",
        "assessment": "Penilaian unit",
        "target": "Target unit",
        "formation": "Formasi",
        "position_ref": "Rujukan jabatan",
        "calendar": "Hari libur",
    }
)

# Why a fact counted or not, where the word is no code of the fact itself.
USES: Final[Words] = MappingProxyType(
    {
        "OUT_OF_WINDOW": "di luar jangka waktu",
        "OLDER_YEAR": "tahun yang lebih lama",
        "OTHER_PERIOD": "periode lain",
        "WHOLE_YEAR_COUNTS": "nilai setahun yang dihitung",
        "EARLIER": "sudah diganti yang lebih baru",
        "EARLIER_POSITION": "jabatan sebelumnya",
        "ENDED": "sudah berakhir",
        "NOT_YET": "belum berlaku",
        "LOWER": "ada yang lebih tinggi",
        "NOT_WORST": "ada yang lebih berat",
        "NOT_COUNTED": "tidak dihitung oleh aturan",
        "NOT_ASKED": "tidak ditanyakan oleh aturan",
        "SUSPENDED": "ditangguhkan oleh keberatan atau banding",
        "DIBATALKAN": "dibatalkan",
        "CLOSED": "perkara sudah selesai",
        "OPEN": "perkara belum selesai",
        "CLOSES": "mengakhiri perkara",
        "ABSENT": "tidak ada",
        "OVERLAPS": "tumpang tindih dengan yang lain",
        "FIELD_UNKNOWN": "isian yang menentukan masih kosong",
        "KIND_UNKNOWN": "jenis jabatan belum diketahui",
        "OBJECTION": "keberatan atau banding",
        "SAME_DAY_OUTRANKED": "kalah oleh fakta lain pada hari yang sama",
        "SAME_DAY_LESS_SPECIFIC_UNIT": "hari yang sama, unit kurang rinci",
        "SAME_DAY_EARLIER_RECORDED": "hari yang sama, dicatat lebih dahulu",
        "UNIT_CLOSED_TO_SUCCESSOR": "unit dihapus, dihitung pada penggantinya",
        "UNIT_CLOSED_UNIT_UNKNOWN": "unit dihapus, penggantinya tidak diketahui",
        "None": "tidak disebut",
    }
)

STATUSES: Final[Words] = MappingProxyType(
    {
        "complete": "Lengkap",
        "provisional": "Sementara",
        "not_computable": "Belum dapat dihitung",
        "not_applicable": "Di luar cakupan",
    }
)
MARKS: Final[Words] = MappingProxyType(
    {
        "verified": "dipastikan",
        "reading": "tafsir praktik",
        "recalled": "menurut ingatan",
        "assumed": "anggapan",
        "missing": "belum diketahui",
    }
)
REQUIREMENTS: Final[Words] = MappingProxyType(
    {"met": "terpenuhi", "not_met": "tidak terpenuhi", "unknown": "belum diketahui"}
)

CLASSES: Final[Words] = MappingProxyType(
    {
        "corrections": "Pembetulan dan yang baru diketahui",
        "expiries": "Habis masa",
        "new_facts": "Fakta baru",
        "position": "Jabatan",
        "rules": "Aturan",
    }
)
CAUSES: Final[Words] = MappingProxyType(
    {
        "corrected": "Dibetulkan",
        "annulled": "Dibatalkan",
        "ended": "Diakhiri",
        "reinstated": "Dipulihkan",
        "became_known_late": "Baru diketahui",
        "disputed": "Disengketakan",
        "dispute_resolved": "Sengketanya selesai",
        "not_known_yet": "Belum diketahui saat itu",
        "not_corrected_yet": "Belum dibetulkan saat itu",
        "not_ended_yet": "Belum diakhiri saat itu",
        "not_annulled_yet": "Belum dibatalkan saat itu",
        "not_disputed_yet": "Belum disengketakan saat itu",
        "not_resolved_yet": "Sengketanya belum selesai saat itu",
        "left_window": "Keluar dari jangka waktu",
        "came_into_window": "Mulai dihitung",
        "day_passed": "Waktu berjalan",
        "new": "Baru",
        "post_changed": "Jabatan lain",
        "kind_changed": "Jenis jabatan berubah",
        "rules_changed": "Aturan lain",
    }
)

STATES: Final[Words] = MappingProxyType(
    {
        "DILAPORKAN": "Dilaporkan",
        "DIPANGGIL": "Dipanggil",
        "DIPERIKSA": "Diperiksa",
        "DIJATUHKAN": "Dijatuhkan",
        "DITERIMA": "Keputusan diterima",
        "DITANGGUHKAN": "Ditangguhkan",
        "BERLAKU": "Berlaku",
        "DIBATALKAN": "Dibatalkan",
        "SELESAI": "Selesai",
    }
)
STEPS: Final[Words] = MappingProxyType(
    {
        "REPORT": "Laporan pelanggaran",
        "SUMMONS_1": "Panggilan pertama",
        "SUMMONS_1_MISSED": "Tidak hadir pada panggilan pertama",
        "SUMMONS_2": "Panggilan kedua",
        "SUMMONS_2_MISSED": "Tidak hadir pada panggilan kedua",
        "EXAMINATION": "Pemeriksaan",
        "DECIDED": "Keputusan hukuman ditetapkan",
        "RECEIVED": "Keputusan diterima",
        "EFFECTIVE": "Hukuman mulai berlaku",
        "OBJECTION": "Keberatan diajukan",
        "RULING_ON_OBJECTION": "Putusan atas keberatan",
        "APPEAL": "Banding administratif diajukan",
        "RULING_ON_APPEAL": "Putusan atas banding",
        "SUIT": "Gugatan diajukan",
        "RULING_ON_SUIT": "Putusan atas gugatan",
        "RULING_ON_CASE": "Perkara dihentikan",
        "SERVED": "Hukuman selesai dijalani",
    }
)
CLOCKS: Final[Words] = MappingProxyType(
    {
        "WAITING": "belum tiba",
        "DUE": "jatuh tempo hari ini",
        "OVERDUE": "LEWAT WAKTU",
        "LAPSED": "lewat tanpa diambil",
        "MET": "tepat waktu",
        "MET_LATE": "TERLAMBAT",
        "TOO_EARLY": "TERLALU CEPAT",
        "DIFFERS": "HARI LAIN",
        "UNKNOWN": "tidak diketahui",
    }
)
BOUNDS: Final[Words] = MappingProxyType(
    {"at_most": "paling lama", "at_least": "paling cepat", "exactly": "tepat"}
)
COUNTS: Final[Words] = MappingProxyType(
    {"WORKING_DAYS": "hari kerja", "DAYS": "hari", "MONTHS": "bulan"}
)
FINDINGS: Final[Words] = MappingProxyType(
    {
        "STEP_OUT_OF_ORDER": "langkah tidak menurut urutan",
        "TOO_EARLY": "terlalu cepat",
        "FILED_LATE": "diajukan terlambat",
        "DONE_LATE": "dilakukan terlambat",
        "EFFECTIVE_DAY_DIFFERS": "hari berlaku berbeda dari hitungan aturan",
        "TERM_DIFFERS": "lamanya berbeda dari aturan",
        "RULING_WITHOUT_FILING": "putusan tanpa keberatan atau banding",
        "FORUM_NOT_OF_REGIME": "lembaga pemutus tidak dikenal aturan ini",
        "KIND_NOT_OF_REGIME": "jenis hukuman tidak dikenal aturan ini",
        "TEAM_MISSING": "tim pemeriksa tidak disebut",
        "TEAM_NOT_FORESEEN": "tim pemeriksa tidak diatur untuk tingkat ini",
        "EXAMINER_OF_LOWER_RANK": "pemeriksa berpangkat lebih rendah",
        "EXAMINER_RANK_UNKNOWN": "pangkat pemeriksa belum diketahui",
        "PUNISHED_TWICE": "dihukum dua kali atas satu pelanggaran",
        "REPEATED_NOT_HEAVIER": "pengulangan tidak diperberat",
    }
)
CONSEQUENCES: Final[Words] = MappingProxyType(
    {
        "NOT_ACCEPTED": "tidak diterima karena terlambat",
        "STAYS_IN_FORCE": "hukuman tetap berlaku",
        "WAITS_FOR_RULING": "hukuman menunggu putusan",
    }
)
DECISION_STATES: Final[Words] = MappingProxyType(
    {
        "drafted": "Konsep",
        "recommended": "Dipertimbangkan",
        "issued": "Ditetapkan",
        "revoked": "Dicabut",
        "withdrawn": "Konsep ditarik",
    }
)
TIES: Final[Words] = MappingProxyType(
    {"SHARED": "peringkat bersama", "MEASURES": "menurut ukuran, urut instrumen"}
)
DIFFERS: Final[Words] = MappingProxyType(
    {
        "engine": "mesin hitung berbeda",
        "texts": "teks instrumen berbeda",
        "program_or_record": "program atau catatan berbeda",
    }
)
GOVERNS: Final[Words] = MappingProxyType(
    {"ACT": "menurut hari perbuatan", "DECISION": "menurut hari keputusan"}
)


def told(words: Words, code: str | None) -> str:
    """A code in words; one that the list lacks as its own letters say it."""
    return "" if code is None else words.get(code, code_words(code))


def kind_words(kind: str) -> str:
    """A kind of fact."""
    return FACTS.get(kind, field_words(kind).capitalize())


def use_words(why: str) -> str:
    """Why a fact counted or not; days, numbers and codes of the fact itself stay as they are."""
    if why in USES:
        return USES[why]
    return code_words(why) if why.replace("_", "").isalpha() and why.isupper() else why
