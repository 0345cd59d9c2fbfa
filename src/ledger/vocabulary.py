"""Closed lists of the law about people. Types are English, members as the regulation prints
them.
"""

from __future__ import annotations

from enum import StrEnum


class Precision(StrEnum):
    """How exactly a day is known when its source gave less than a day."""

    YEAR = "YEAR"
    MONTH = "MONTH"


class EmploymentStatus(StrEnum):
    """Status kepegawaian (UU 20/2023)."""

    CPNS = "CPNS"
    PNS = "PNS"
    PPPK = "PPPK"
    PPPK_PARUH_WAKTU = "PPPK_PARUH_WAKTU"


class Sex(StrEnum):
    """Jenis kelamin, as digit 15 of a NIP says."""

    PRIA = "PRIA"
    WANITA = "WANITA"


class Standing(StrEnum):
    """Kedudukan hukum: whether and how somebody is on duty."""

    AKTIF = "AKTIF"
    TUGAS_BELAJAR = "TUGAS_BELAJAR"
    CLTN = "CLTN"
    PEMBERHENTIAN_SEMENTARA = "PEMBERHENTIAN_SEMENTARA"
    MPP = "MPP"
    DIPEKERJAKAN = "DIPEKERJAKAN"
    DIPERBANTUKAN = "DIPERBANTUKAN"


class LeavingReason(StrEnum):
    """Why somebody left the service or the agency."""

    PENSIUN = "PENSIUN"
    PINDAH_INSTANSI = "PINDAH_INSTANSI"
    PDHTAPS = "PDHTAPS"
    PTDH = "PTDH"
    KONTRAK_BERAKHIR = "KONTRAK_BERAKHIR"
    MENINGGAL = "MENINGGAL"
    PERMINTAAN_SENDIRI = "PERMINTAAN_SENDIRI"


class EducationLevel(StrEnum):
    """Jenjang pendidikan; points per level are instrument data."""

    SD = "SD"
    SLTP = "SLTP"
    SLTA = "SLTA"
    SLTA_KEJURUAN = "SLTA_KEJURUAN"
    D1 = "D1"
    D2 = "D2"
    D3 = "D3"
    D4 = "D4"
    S1 = "S1"
    PROFESI = "PROFESI"
    SP1 = "SP1"
    S2 = "S2"
    SP2 = "SP2"
    S3 = "S3"


class Assignment(StrEnum):
    """In which way a post is held."""

    DEFINITIF = "DEFINITIF"
    PLT = "PLT"
    PLH = "PLH"
    PJ = "PJ"
    TUGAS_TAMBAHAN = "TUGAS_TAMBAHAN"


class PositionKind(StrEnum):
    """Jenis jabatan (UU 20/2023)."""

    JPT_UTAMA = "JPT_UTAMA"
    JPT_MADYA = "JPT_MADYA"
    JPT_PRATAMA = "JPT_PRATAMA"
    ADMINISTRATOR = "ADMINISTRATOR"
    PENGAWAS = "PENGAWAS"
    PELAKSANA = "PELAKSANA"
    FUNGSIONAL = "FUNGSIONAL"


class FunctionalLevel(StrEnum):
    """Jenjang jabatan fungsional."""

    PEMULA = "PEMULA"
    TERAMPIL = "TERAMPIL"
    MAHIR = "MAHIR"
    PENYELIA = "PENYELIA"
    AHLI_PERTAMA = "AHLI_PERTAMA"
    AHLI_MUDA = "AHLI_MUDA"
    AHLI_MADYA = "AHLI_MADYA"
    AHLI_UTAMA = "AHLI_UTAMA"


class CompetencyCategory(StrEnum):
    """What a development activity counts as."""

    KEPEMIMPINAN = "KEPEMIMPINAN"
    FUNGSIONAL = "FUNGSIONAL"
    TEKNIS = "TEKNIS"
    SEMINAR = "SEMINAR"


class LeadershipLevel(StrEnum):
    """Levels of leadership training."""

    PKN_I = "PKN_I"
    PKN_II = "PKN_II"
    PKA = "PKA"
    PKP = "PKP"


class PlanState(StrEnum):
    """State of an SKP plan."""

    DIAJUKAN = "DIAJUKAN"
    DISETUJUI = "DISETUJUI"


class AppraisalRegime(StrEnum):
    """The text an appraisal follows: PP 46/2011, PP 30/2019, PermenPANRB 6/2022."""

    PP46 = "PP46"
    PP30 = "PP30"
    PERMENPANRB6 = "PERMENPANRB6"


class AppraisalState(StrEnum):
    """Whether an appraisal was made."""

    DINILAI = "DINILAI"
    BELUM_DINILAI = "BELUM_DINILAI"
    TIDAK_MEMBUAT_SKP = "TIDAK_MEMBUAT_SKP"
    TIDAK_WAJIB = "TIDAK_WAJIB"


class PerformancePredicate(StrEnum):
    """Predikat kinerja; CUKUP and BURUK are older words of two of them."""

    SANGAT_BAIK = "SANGAT_BAIK"
    BAIK = "BAIK"
    BUTUH_PERBAIKAN = "BUTUH_PERBAIKAN"
    KURANG = "KURANG"
    SANGAT_KURANG = "SANGAT_KURANG"


class ExpectationRating(StrEnum):
    """Hasil kerja and perilaku kerja against expectation (PermenPANRB 6/2022)."""

    DI_ATAS = "DI_ATAS"
    SESUAI = "SESUAI"
    DI_BAWAH = "DI_BAWAH"


class Verdict(StrEnum):
    """What a superior said of a report of activity."""

    DITERIMA = "DITERIMA"
    DITOLAK = "DITOLAK"
    REVISI = "REVISI"


class DialogueKind(StrEnum):
    """Kinds of performance dialogue."""

    BIMBINGAN = "BIMBINGAN"
    KONSELING = "KONSELING"
    PENDAMPINGAN = "PENDAMPINGAN"
    UMPAN_BALIK = "UMPAN_BALIK"


class NeedState(StrEnum):
    """State of a development need."""

    DIUSULKAN = "DIUSULKAN"
    DISETUJUI = "DISETUJUI"
    TERPENUHI = "TERPENUHI"


class LeaveKind(StrEnum):
    """Kinds of leave."""

    TAHUNAN = "TAHUNAN"
    BESAR = "BESAR"
    SAKIT = "SAKIT"
    MELAHIRKAN = "MELAHIRKAN"
    ALASAN_PENTING = "ALASAN_PENTING"
    CLTN = "CLTN"


class DisciplineRegime(StrEnum):
    """The text a case follows."""

    PP53 = "PP53"
    PP94 = "PP94"
    PPPK = "PPPK"
    KODE_ETIK = "KODE_ETIK"


class ReferredBy(StrEnum):
    """Who referred a case."""

    ATASAN = "ATASAN"
    INSPEKTORAT = "INSPEKTORAT"
    BAWASLU = "BAWASLU"
    BKN = "BKN"
    KASN = "KASN"


class SanctionLevel(StrEnum):
    """Tingkat hukuman; MORAL is the code of ethics (PP 42/2004)."""

    RINGAN = "RINGAN"
    SEDANG = "SEDANG"
    BERAT = "BERAT"
    MORAL = "MORAL"


class SanctionKind(StrEnum):
    """Jenis hukuman under PP 53/2010 and PP 94/2021 together; which belong to which is data."""

    TEGURAN_LISAN = "TEGURAN_LISAN"
    TEGURAN_TERTULIS = "TEGURAN_TERTULIS"
    PERNYATAAN_TIDAK_PUAS = "PERNYATAAN_TIDAK_PUAS"
    PEMOTONGAN_TUKIN = "PEMOTONGAN_TUKIN"
    PENUNDAAN_KGB = "PENUNDAAN_KGB"
    PENUNDAAN_KENAIKAN_PANGKAT = "PENUNDAAN_KENAIKAN_PANGKAT"
    PENURUNAN_PANGKAT = "PENURUNAN_PANGKAT"
    PENURUNAN_JABATAN = "PENURUNAN_JABATAN"
    PEMBEBASAN_JABATAN = "PEMBEBASAN_JABATAN"
    PDHTAPS = "PDHTAPS"
    PTDH = "PTDH"
    LAINNYA = "LAINNYA"


class Forum(StrEnum):
    """Who ruled."""

    ATASAN = "ATASAN"
    PPK = "PPK"
    BPASN = "BPASN"
    BAPEK = "BAPEK"
    PTUN = "PTUN"
    PTTUN = "PTTUN"
    MA = "MA"


class RulingOutcome(StrEnum):
    """What was ruled (PP 79/2021)."""

    DIPERKUAT = "DIPERKUAT"
    DIPERINGAN = "DIPERINGAN"
    DIPERBERAT = "DIPERBERAT"
    DIUBAH = "DIUBAH"
    DIBATALKAN = "DIBATALKAN"
    TIDAK_DAPAT_DITERIMA = "TIDAK_DAPAT_DITERIMA"
    DICABUT = "DICABUT"


class InnovationScope(StrEnum):
    """How far an innovation reaches."""

    UNIT = "UNIT"
    INSTANSI = "INSTANSI"
    PROVINSI = "PROVINSI"
    NASIONAL = "NASIONAL"
    INTERNASIONAL = "INTERNASIONAL"


class InnovationStage(StrEnum):
    """How far an innovation has come."""

    INISIATIF = "INISIATIF"
    UJI_COBA = "UJI_COBA"
    PENERAPAN = "PENERAPAN"


class TeamRole(StrEnum):
    """Role in a team."""

    KETUA = "KETUA"
    ANGGOTA = "ANGGOTA"


class RecordDimension(StrEnum):
    """Dimensions of record quality."""

    KELENGKAPAN = "KELENGKAPAN"
    KONSISTENSI = "KONSISTENSI"
    AKURASI = "AKURASI"
    KETEPATAN_WAKTU = "KETEPATAN_WAKTU"


class CreditKind(StrEnum):
    """Where angka kredit come from."""

    INTEGRASI = "INTEGRASI"
    KONVERSI = "KONVERSI"
    PAK = "PAK"


class ServiceExam(StrEnum):
    """Ujian dinas."""

    UD_I = "UD_I"
    UD_II = "UD_II"
