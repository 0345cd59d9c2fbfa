"""Codes in Indonesian, as officials write them, for files that people read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from projections import reasons
from projections.reasons import Reason

_REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        reasons.NOT_IN_POPULATION: "di luar cakupan",
        reasons.NOT_REGISTERED: "status kepegawaian belum tercatat",
        reasons.LEFT_SERVICE: "sudah berhenti",
        reasons.MERGED: "rekam jejak digabung ke nomor lain",
        reasons.STANDING_UNKNOWN: "kedudukan hukum belum tercatat",
        reasons.POSITION_KIND_UNKNOWN: "jenis jabatan belum diketahui",
        reasons.FACT_MISSING: "data belum ada",
        reasons.FIELD_UNKNOWN: "isian yang menentukan masih kosong",
        reasons.STATE_NOT_COUNTED: "penilaian belum selesai",
        reasons.HALF_MISSING: "penilaian satu semester belum ada",
        reasons.PREDICATE_UNKNOWN: "predikat tidak terbaca",
        reasons.RULING_LEVEL_UNKNOWN: "tingkat hukuman yang baru belum tercatat",
        reasons.PARAMETER_MISSING: "angkanya belum diketahui dalam aturan",
        reasons.PARAMETER_RECALLED: "angka dalam aturan belum dipastikan",
        reasons.PARAMETER_ASSUMED: "angka dalam aturan masih anggapan",
        reasons.MATTER_OPEN: "keberatan atau banding belum diputus",
        reasons.FACT_DISPUTED: "fakta masih disengketakan",
        reasons.INSTRUMENT_NOT_IN_FORCE: "instrumen yang dirujuk belum berlaku",
        reasons.LATER_TEXT_KNOWN: "aturan yang lebih baru diketahui",
        reasons.CODE_NOT_NAMED: "kode ini belum diatur dalam instrumen",
        reasons.TO_BE_CONFIRMED: "masih harus dipastikan secara tertulis",
        reasons.UNIT_NOT_FOUNDED: "unit belum tercatat",
        reasons.UNIT_CLOSED: "unit sudah dihapus",
        reasons.UNIT_KIND_UNKNOWN: "jenis unit belum tercatat",
        reasons.NOBODY_MEASURED: "belum ada pegawai yang terukur",
        reasons.OFFICIAL_DIFFERS: "angka resmi yang ditetapkan berbeda",
        reasons.MEMBERS_PROVISIONAL: "nilai sebagian pegawai masih sementara",
    }
)
_CAPITALS: Final = frozenset(
    "JPT SD SLTP SLTA CPNS PNS PPPK CLTN MPP PLT PLH PJ SKP KGB PTDH PDHTAPS PPK BPASN BAPEK PTUN"
    " PTTUN MA BKD BKN KASN ASN OPD PKA PKP PKN PIM PAK II III IV XX XXX".split()
)


def code_words(code: str) -> str:
    """A code of a closed list as a heading writes it: SANGAT_TINGGI is "Sangat Tinggi"."""
    return " ".join(
        word if word in _CAPITALS or not word.isalpha() else word.capitalize()
        for word in code.split("_")
    )


def reason_words(reason: Reason) -> str:
    """Why somebody is not measured, as "Kinerja: data belum ada"."""
    words = _REASONS[reason.code]
    if reason.code == reasons.NOT_IN_POPULATION and reason.missing:
        words += f" ({code_words(reason.missing.rpartition(' ')[2])})"
    if reason.measure is None:
        return words
    return f"{code_words(reason.measure.upper())}: {words}"


# A printed number that is not ours: why, and what to do about it.
_PRINTED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "KNOWN_LATER": (
            "baru diketahui di sini setelah nilai dicetak",
            "Kirim yang baru diketahui ke SIASN dan minta pengukuran ulang.",
        ),
        "OTHER_ROUNDING": (
            "angka yang sama, pembulatan lain",
            "Tidak ada yang perlu dibetulkan; bandingkan sebanyak desimal yang dicetak.",
        ),
        "MISSING_COUNTED": (
            "yang belum ada dihitung sebagai angka di sana",
            "Lengkapi dan catat di sini dan di sana; tidak diketahui bukan nol.",
        ),
        "FACT_NOT_THERE": (
            "tanpa fakta ini hasilnya sama: mereka tidak memilikinya",
            "Kirim fakta dengan dokumennya ke SIASN.",
        ),
        "OTHER_CUT_OFF": (
            "sama dengan hasil pada tanggal lain",
            "Tanyakan tanggal pengukuran mereka; hitung di sini per tanggal itu.",
        ),
        "OTHER_WINDOW": (
            "sama dengan hasil dalam jangka waktu lain",
            "Pastikan jangka waktunya dalam aturan, lalu berlakukan instrumennya.",
        ),
        "OTHER_READING": (
            "sama dengan hasil menurut cara baca lain",
            "Pastikan cara bacanya dalam aturan, lalu berlakukan instrumennya.",
        ),
        "OTHER_CONTENT": (
            "sama bila isi fakta ini lain",
            "Bandingkan kedua catatan dengan dokumennya dan betulkan yang salah.",
        ),
        "OTHER_POST": (
            "sama untuk jenis jabatan lain",
            "Bandingkan jabatan pada tanggal itu; kirim atau betulkan keputusannya.",
        ),
        "OTHER_TEXT": (
            "sama menurut aturan lain",
            "Putuskan aturan yang berlaku untuk periode itu, lalu berlakukan.",
        ),
        "FACT_NOT_HERE": (
            "sama dengan fakta yang tidak tercatat di sini",
            "Minta dokumennya dan catat di sini, atau minta dihapus di sana.",
        ),
        "HALF_POINTS": (
            "sama bila ini dihitung setengah",
            "Tanyakan aturan yang memberi setengah nilai.",
        ),
        "OTHER_TEXT_POSSIBLE": (
            "mungkin menurut aturan baru yang angkanya belum lengkap",
            "Lengkapi aturan baru itu dan berlakukan.",
        ),
        "TOTAL_DOES_NOT_ADD_UP": (
            "ukuran yang dicetak tidak berjumlah total yang dicetak",
            "Laporkan total dan ukurannya kepada BKN.",
        ),
        "MEASURE_UNKNOWN": (
            "instrumen tidak mempunyai ukuran ini",
            "Cari aturan yang memuatnya, atau betulkan namanya dalam berkas impor.",
        ),
        "UNEXPLAINED": (
            "tidak ada satu perubahan yang memberi angka mereka",
            "Bandingkan kedua catatan fakta demi fakta.",
        ),
        "ONLY_PRINTED": (
            "tercetak, tetapi di luar cakupan di sini",
            "Periksa status kepegawaian dan cakupan instrumen.",
        ),
        "ONLY_OURS": (
            "dihitung di sini, tetapi tidak ada hasil tercetak",
            "Impor hasil cetaknya, atau tanyakan mengapa tidak dicetak.",
        ),
    }
)


def printed_cause_words(code: str) -> str:
    """Why a printed number is not ours, by the code of its cause."""
    return _PRINTED[code][0]


def printed_step_words(code: str) -> str:
    """What to do about a printed number that is not ours, by the code of its cause."""
    return _PRINTED[code][1]
