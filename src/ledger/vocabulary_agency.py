"""Closed lists about units, assessments, decisions and rights."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class InspectionKind(StrEnum):
    """Kinds of inspection."""

    LAPORAN_KERJA = "LAPORAN_KERJA"
    LAPANGAN = "LAPANGAN"
    AUDIT_INTERNAL = "AUDIT_INTERNAL"


class FollowUpState(StrEnum):
    """State of a follow-up."""

    BELUM = "BELUM"
    PROSES = "PROSES"
    SELESAI = "SELESAI"
    TIDAK_DAPAT = "TIDAK_DAPAT"


class OrganisationPredicate(StrEnum):
    """Predikat kinerja organisasi; ISTIMEWA exists only here."""

    ISTIMEWA = "ISTIMEWA"
    BAIK = "BAIK"
    BUTUH_PERBAIKAN = "BUTUH_PERBAIKAN"
    KURANG = "KURANG"
    SANGAT_KURANG = "SANGAT_KURANG"


class AssessmentAspect(StrEnum):
    """Aspects of the assessment of a perangkat daerah."""

    UTAMA = "UTAMA"
    PENUNJANG = "PENUNJANG"
    SELF_ASSESSMENT = "SELF_ASSESSMENT"


class AssessmentComponent(StrEnum):
    """Components of the three aspects."""

    TUPOKSI = "TUPOKSI"
    MANAJEMEN_ASN = "MANAJEMEN_ASN"
    MANAJEMEN_KEUANGAN = "MANAJEMEN_KEUANGAN"
    MANAJEMEN_ASET = "MANAJEMEN_ASET"
    TRANSPARAN = "TRANSPARAN"
    AKUNTABEL = "AKUNTABEL"
    PELAYANAN_PUBLIK = "PELAYANAN_PUBLIK"
    KONDISI_KANTOR = "KONDISI_KANTOR"
    BUDAYA_KERJA = "BUDAYA_KERJA"
    INTEGRITAS = "INTEGRITAS"
    KOMPETENSI = "KOMPETENSI"
    LOYALITAS = "LOYALITAS"
    AKUNTABILITAS = "AKUNTABILITAS"
    SEMANGAT_MOTIVASI = "SEMANGAT_MOTIVASI"


COMPONENTS: Mapping[AssessmentAspect, tuple[AssessmentComponent, ...]] = {
    AssessmentAspect.UTAMA: (
        AssessmentComponent.TUPOKSI,
        AssessmentComponent.MANAJEMEN_ASN,
        AssessmentComponent.MANAJEMEN_KEUANGAN,
        AssessmentComponent.MANAJEMEN_ASET,
    ),
    AssessmentAspect.PENUNJANG: (
        AssessmentComponent.TRANSPARAN,
        AssessmentComponent.AKUNTABEL,
        AssessmentComponent.PELAYANAN_PUBLIK,
        AssessmentComponent.KONDISI_KANTOR,
    ),
    AssessmentAspect.SELF_ASSESSMENT: (
        AssessmentComponent.BUDAYA_KERJA,
        AssessmentComponent.INTEGRITAS,
        AssessmentComponent.KOMPETENSI,
        AssessmentComponent.LOYALITAS,
        AssessmentComponent.AKUNTABILITAS,
        AssessmentComponent.SEMANGAT_MOTIVASI,
    ),
}


class AssessorBody(StrEnum):
    """Who assesses a perangkat daerah."""

    INSPEKTORAT = "INSPEKTORAT"
    BKD = "BKD"
    BIRO_ORGANISASI = "BIRO_ORGANISASI"
    SELF = "SELF"


class AssessmentStage(StrEnum):
    """How far an assessment has come."""

    DIUSULKAN = "DIUSULKAN"
    DIVERIFIKASI = "DIVERIFIKASI"
    DITETAPKAN = "DITETAPKAN"


class CultureValue(StrEnum):
    """Values of budaya kerja in the 2021 draft."""

    INTEGRITAS = "INTEGRITAS"
    KOMITMEN = "KOMITMEN"
    KHASANAH = "KHASANAH"
    LOYALITAS = "LOYALITAS"
    AKUNTABILITAS = "AKUNTABILITAS"
    MOTIVASI = "MOTIVASI"


class Role(StrEnum):
    """Rights on this ledger."""

    ASN = "ASN"
    APPRAISER = "APPRAISER"
    UNIT_HEAD = "UNIT_HEAD"
    ASSESSOR = "ASSESSOR"
    OPERATOR = "OPERATOR"
    ANALYST = "ANALYST"
    APPROVER = "APPROVER"
    PANEL = "PANEL"
    AUDITOR = "AUDITOR"
    DECIDER = "DECIDER"
    ADMINISTRATOR = "ADMINISTRATOR"


class ReadingPurpose(StrEnum):
    """Why a person's record is read, as the access log keeps it and shows it to the person."""

    ADMINISTRATION = "administration"
    OWN_RECORD = "own_record"
    APPRAISAL = "appraisal"
    SUPERVISION = "supervision"
    ASSESSMENT = "assessment"
    CASE = "case"
    DISPUTE = "dispute"
    DECISION = "decision"
    AUDIT = "audit"
    REPORTING = "reporting"
    RECONCILIATION = "reconciliation"
    SUPPORT = "support"


class DecisionKind(StrEnum):
    """Kinds of decision."""

    PENETAPAN = "PENETAPAN"
    KENAIKAN_PANGKAT = "KENAIKAN_PANGKAT"
    PROMOSI_JABATAN = "PROMOSI_JABATAN"
    MUTASI = "MUTASI"
    SATYALANCANA = "SATYALANCANA"
    ASN_BERPRESTASI = "ASN_BERPRESTASI"
    PELATIHAN = "PELATIHAN"
    PEMBINAAN = "PEMBINAAN"
    PERINGATAN = "PERINGATAN"
    PEMOTONGAN_TUNJANGAN = "PEMOTONGAN_TUNJANGAN"
    REHABILITASI = "REHABILITASI"


class TieRule(StrEnum):
    """Who comes first of those with equal totals: they share a rank, or their measures decide in
    the order of the instrument.
    """

    SHARED = "SHARED"
    MEASURES = "MEASURES"


class RecommendingBody(StrEnum):
    """Who recommends a decision."""

    TIM_PENILAI_KINERJA = "TIM_PENILAI_KINERJA"
    PANEL = "PANEL"


class DisputeOutcome(StrEnum):
    """How a dispute about a fact ended."""

    DITERIMA = "DITERIMA"
    DITOLAK = "DITOLAK"
    DICABUT = "DICABUT"
