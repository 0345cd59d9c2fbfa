"""Foreign words and codes -> the members of FACTS' closed lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.intake.cells import Cell, Unreadable, plain
from ledger.errors import BadValue
from ledger.fields import golongan
from ledger.vocabulary import (
    AppraisalState,
    CompetencyCategory,
    EducationLevel,
    ExpectationRating,
    PerformancePredicate,
    PlanState,
    SanctionLevel,
    Sex,
)

_NOT_WORD: Final = re.compile(r"[^a-z0-9]")


def key(text: str) -> str:
    """A word without case, spaces, dots, dashes and slashes: S-1/Sarjana is s1sarjana."""
    return _NOT_WORD.sub("", text.lower())


@dataclass(frozen=True, slots=True)
class Words:
    """A table of foreign words; `allowed` is what an error lists."""

    members: Mapping[str, str]
    allowed: tuple[str, ...]

    def read(self, cell: Cell) -> str:
        """The member a cell means.

        Raises:
            Unreadable: VALUE_NOT_LISTED.
        """
        found = self.members.get(key(plain(cell)))
        if found is None:
            raise Unreadable("VALUE_NOT_LISTED", allowed=", ".join(self.allowed))
        return found


def words(table: Mapping[str, str], allowed: tuple[str, ...] = ()) -> Words:
    """Words from a table of member -> spellings separated by commas; a member spells itself too."""
    members = {key(member): str(member) for member in table}
    for member, spellings in table.items():
        spelled = (key(spelling) for spelling in spellings.split(","))
        members |= {spelling: str(member) for spelling in spelled if spelling}
    return Words(members, allowed or tuple(str(member) for member in table))


_Level = EducationLevel
# The two-digit codes are SIASN's ids of tingkat pendidikan.
EDUCATION: Final = words(
    {
        _Level.SD: "05, Sekolah Dasar, SD/MI, MI, SR, SD sederajat",
        _Level.SLTP: "10, 12, SMP, MTs, SLTP/SMP, SMP/MTs, SLTP Kejuruan, SLTP sederajat, ST",
        _Level.SLTA: "15, SMA, SMU, MA, SLTA/SMA, SMA/MA, SLTA/SMA Sederajat, SLTA sederajat",
        _Level.SLTA_KEJURUAN: "17, 18, SMK, STM, SMEA, SPK, SPG, SLTA Keguruan, SLTA/SMK",
        _Level.D1: "20, D-I, DI, Diploma I, Diploma 1, Diploma Satu",
        _Level.D2: "25, D-II, DII, Diploma II, Diploma 2, Diploma Dua",
        _Level.D3: "30, D-III, DIII, Diploma III, Diploma 3, Diploma Tiga, Sarjana Muda,"
        " Diploma III/Sarjana Muda, D-III/Sarjana Muda, Akademi",
        _Level.D4: "35, D-IV, DIV, Diploma IV, Diploma 4, Diploma Empat, Sarjana Terapan,"
        " Diploma IV/Sarjana Terapan, D-IV/Sarjana Terapan",
        _Level.S1: "40, Sarjana, S-1/Sarjana, Strata 1, Strata I, Strata Satu, Strata 1/Sarjana",
        _Level.PROFESI: "Pendidikan Profesi, Ners, Profesi Ners, Apoteker, Profesi Apoteker, PPG",
        _Level.SP1: "Sp-1, Sp.1, Spesialis, Spesialis I, Spesialis 1, Spesialis-1",
        _Level.S2: "45, Magister, S-2/Magister, Strata 2, Strata II, Strata Dua, Pasca Sarjana,"
        " S-2/Pasca Sarjana, Magister Terapan",
        _Level.SP2: "Sp-2, Sp.2, Subspesialis, Sub Spesialis, Spesialis II, Spesialis 2",
        _Level.S3: "50, Doktor, S-3/Doktor, Strata 3, Strata III, Strata Tiga, Doktor Terapan",
    }
)

SEX: Final = words(
    {
        Sex.PRIA: "M, L, 1, Laki-laki, Laki laki, Lelaki, Male",
        Sex.WANITA: "F, P, 2, W, Perempuan, Female",
    }
)

PREDICATE: Final = words(
    {
        PerformancePredicate.SANGAT_BAIK: "1, Amat Baik",
        PerformancePredicate.BAIK: "2",
        PerformancePredicate.BUTUH_PERBAIKAN: "3, Cukup, Butuh Perbaikan/Cukup,"
        " Cukup/Butuh Perbaikan",
        PerformancePredicate.KURANG: "4, Misconduct, Kurang/Misconduct",
        PerformancePredicate.SANGAT_KURANG: "5, Buruk, Sangat Kurang/Buruk",
    },
    ("SANGAT BAIK", "BAIK", "BUTUH PERBAIKAN (CUKUP)", "KURANG", "SANGAT KURANG (BURUK)"),
)

RATING: Final = words(
    {
        ExpectationRating.DI_ATAS: "1, Diatas, Di Atas Ekspektasi",
        ExpectationRating.SESUAI: "2, Sesuai Ekspektasi, Sesuai Ekspetasi",
        ExpectationRating.DI_BAWAH: "3, Dibawah, Di Bawah Ekspektasi",
    },
    ("DI ATAS EKSPEKTASI", "SESUAI EKSPEKTASI", "DI BAWAH EKSPEKTASI"),
)

APPRAISAL_STATE: Final = words(
    {
        AppraisalState.DINILAI: "Sudah Dinilai, Selesai",
        AppraisalState.BELUM_DINILAI: "Belum, Belum Dinilai Atasan, Belum Ada Penilaian",
        AppraisalState.TIDAK_MEMBUAT_SKP: "Tidak Membuat, Tidak Ada SKP, Belum Membuat SKP",
        AppraisalState.TIDAK_WAJIB: "Tidak Wajib SKP, Tidak Wajib Membuat SKP",
    }
)

PLAN_STATE: Final = words(
    {
        PlanState.DIAJUKAN: "Pengajuan, Diajukan Persetujuan, Menunggu Persetujuan, Ajukan",
        PlanState.DISETUJUI: "Persetujuan, Setuju, Approved, Penilaian, Dinilai, Selesai",
    }
)
DRAFT_WORDS: Final = frozenset(("draft", "draf", "konsep"))

SANCTION_LEVEL: Final = words(
    {
        SanctionLevel.RINGAN: "R, Hukuman Disiplin Ringan, Hukuman Ringan",
        SanctionLevel.SEDANG: "S, Hukuman Disiplin Sedang, Hukuman Sedang",
        SanctionLevel.BERAT: "B, Hukuman Disiplin Berat, Hukuman Berat",
        SanctionLevel.MORAL: "Sanksi Moral, Kode Etik",
    }
)

_Category = CompetencyCategory
_CATEGORY_WORDS: Final[dict[str, str]] = {
    _Category.KEPEMIMPINAN: "Struktural, Diklat Struktural, Diklat Kepemimpinan, Diklatpim,"
    " Pelatihan Kepemimpinan, Kepemimpinan Nasional, Pelatihan Struktural, Penjenjangan",
    _Category.FUNGSIONAL: "Diklat Fungsional, Pelatihan Fungsional, F",
    _Category.TEKNIS: "Diklat Teknis, Pelatihan Teknis, T",
    _Category.SEMINAR: "P, Workshop, Lokakarya, Magang, Kursus, Sosialisasi, Bimbingan Teknis,"
    " Bimtek, Webinar, Konferensi, Seminar/Workshop, Seminar/Konferensi, Simposium",
}
CATEGORY: Final = words(_CATEGORY_WORDS)
# SIASN's ids of jenis diklat, and the ministry's own, which differ.
SIASN_CATEGORY: Final = words(
    _CATEGORY_WORDS
    | {
        _Category.KEPEMIMPINAN: _CATEGORY_WORDS[_Category.KEPEMIMPINAN] + ", 1",
        _Category.FUNGSIONAL: _CATEGORY_WORDS[_Category.FUNGSIONAL] + ", 2",
        _Category.TEKNIS: _CATEGORY_WORDS[_Category.TEKNIS] + ", 3",
        _Category.SEMINAR: _CATEGORY_WORDS[_Category.SEMINAR] + ", 4, 7, 8, 9, 10",
    }
)
MINISTRY_CATEGORY: Final = words(
    _CATEGORY_WORDS
    | {
        _Category.KEPEMIMPINAN: _CATEGORY_WORDS[_Category.KEPEMIMPINAN] + ", 1",
        _Category.TEKNIS: _CATEGORY_WORDS[_Category.TEKNIS] + ", 2",
        _Category.FUNGSIONAL: _CATEGORY_WORDS[_Category.FUNGSIONAL] + ", 3",
    }
)
SEMINAR_KIND: Final = words({_Category.SEMINAR: _CATEGORY_WORDS[_Category.SEMINAR] + ", 1, 2"})
# Kinds that no indicator names: the lesser claim, and flagged.
CATEGORY_BY_READING: Final = frozenset(
    (
        "pelatihanmanajerial",
        "manajerial",
        "pelatihansosialkultural",
        "sosialkultural",
        "sertifikasi",
    )
)
INDUCTION: Final = frozenset(
    (
        "prajabatan",
        "diklatprajabatan",
        "latsar",
        "latsarcpns",
        "pelatihandasar",
        "pelatihandasarcpns",
    )
)

TRUTH: Final = words(
    {"YA": "1, true, benar, y, ada, lulus, sah", "TIDAK": "0, false, salah, t, n, no"}
)

_ROMAN: Final = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII".split()
_RANK: Final = re.compile(r"\b(IV|III|II|I)\s*[./\- ]?\s*([a-e])\b", re.IGNORECASE)
_ROMAN_ALONE: Final = re.compile(r"\b(X{0,1}(?:IX|IV|V?I{0,3}))\b")
_ARABIC_RANK: Final = re.compile(r"\b([1-4])\s*[./\- ]?\s*([a-e])\b", re.IGNORECASE)
GOLONGAN_ALLOWED: Final = "I/a sampai IV/e, atau I sampai XVII untuk PPPK"


def read_golongan(cell: Cell) -> str:
    """Golongan ruang: III.d, IIId, 3/d and "Penata Tk. I (III/d)" are III/d; 9 is IX of PPPK.

    Raises:
        Unreadable: VALUE_NOT_LISTED.
    """
    text = plain(cell)
    found = _RANK.findall(text)
    if len(set(found)) == 1:
        return _checked_golongan(f"{found[0][0].upper()}/{found[0][1].lower()}")
    if not found and (arabic := _ARABIC_RANK.fullmatch(text)):
        return _checked_golongan(f"{_ROMAN[int(arabic[1]) - 1]}/{arabic[2].lower()}")
    alone = re.sub(r"(?i)\b(golongan|gol|pppk|p3k)\b\.?", " ", text).strip()
    if alone.isdigit() and 1 <= int(alone) <= len(_ROMAN):
        return _ROMAN[int(alone) - 1]
    if not found and alone and _ROMAN_ALONE.fullmatch(alone.upper()):
        return _checked_golongan(alone.upper())
    raise Unreadable("VALUE_NOT_LISTED", allowed=GOLONGAN_ALLOWED)


def _checked_golongan(text: str) -> str:
    try:
        return golongan(text)
    except BadValue:
        raise Unreadable("VALUE_NOT_LISTED", allowed=GOLONGAN_ALLOWED) from None
