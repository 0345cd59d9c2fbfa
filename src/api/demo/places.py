"""The perangkat daerah of the demo: public names as recalled, everything inside them invented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

FOUNDED_ON = date(2013, 4, 22)
REFORMED_ON = date(2022, 1, 3)

OFFICE = "OFFICE"
SCHOOL = "SCHOOL"
HEALTH = "HEALTH"
AUDIT = "AUDIT"
DIGITAL = "DIGITAL"


@dataclass(frozen=True, slots=True)
class Place:
    """A perangkat daerah.

    Attributes:
        weight: share of the people, relative to the others.
        trade: which functional posts it has.
        small: whether the small demo has it too.
    """

    code: str
    name: str
    kind: str
    head: str
    weight: int = 8
    trade: str = OFFICE
    parent: str | None = None
    small: bool = False


def _biro(code: str, name: str, *, small: bool = False) -> Place:
    title = f"Biro {name}"
    return Place(code, title, "BIRO", f"Kepala {title}", weight=6, parent="SETDA", small=small)


def _body(code: str, name: str, *, weight: int = 8, small: bool = False) -> Place:
    return Place(code, name, "BADAN", f"Kepala {name}", weight=weight, small=small)


def _dinas(
    code: str, name: str, *, weight: int = 8, trade: str = OFFICE, small: bool = False
) -> Place:
    title = f"Dinas {name}"
    return Place(code, title, "DINAS", f"Kepala {title}", weight=weight, trade=trade, small=small)


PLACES = (
    Place("SETDA", "Sekretariat Daerah", "SEKRETARIAT", "Asisten Sekretaris Daerah", 4, small=True),
    _biro("SETDA-PEM", "Pemerintahan dan Otonomi Daerah"),
    _biro("SETDA-HKM", "Hukum"),
    _biro("SETDA-KESRA", "Kesejahteraan Rakyat"),
    _biro("SETDA-EKON", "Perekonomian"),
    _biro("SETDA-AP", "Administrasi Pembangunan"),
    _biro("SETDA-PBJ", "Pengadaan Barang dan Jasa"),
    _biro("SETDA-ORG", "Organisasi", small=True),
    _biro("SETDA-UMUM", "Umum"),
    _biro("SETDA-ADPIM", "Administrasi Pimpinan"),
    Place("SETWAN", "Sekretariat DPRD", "SEKRETARIAT", "Sekretaris DPRD"),
    Place("ITPROV", "Inspektorat", "INSPEKTORAT", "Inspektur", 10, AUDIT, small=True),
    _body("BAPPEDA", "Badan Perencanaan Pembangunan Daerah", weight=10, small=True),
    _body("BKD", "Badan Kepegawaian Daerah", weight=10, small=True),
    _body("BPSDM", "Badan Pengembangan Sumber Daya Manusia"),
    _body("BKAD", "Badan Keuangan dan Aset Daerah", weight=10),
    _body("BAPENDA", "Badan Pendapatan Daerah", weight=12),
    _body("KESBANGPOL", "Badan Kesatuan Bangsa dan Politik"),
    _body("BPBD", "Badan Penanggulangan Bencana Daerah"),
    _body("PENGHUBUNG", "Badan Penghubung", weight=3),
    _body("BPPD", "Badan Pengelola Perbatasan Daerah", weight=5),
    _dinas("DISDIKBUD", "Pendidikan dan Kebudayaan", weight=150, trade=SCHOOL, small=True),
    _dinas("DINKES", "Kesehatan", weight=18, trade=HEALTH, small=True),
    _dinas(
        "PUPRPERKIM", "Pekerjaan Umum, Penataan Ruang, Perumahan dan Kawasan Permukiman", weight=16
    ),
    Place("SATPOLPP", "Satuan Polisi Pamong Praja", "SATUAN", "Kepala Satpol PP", 14),
    _dinas("DINSOS", "Sosial"),
    _dinas("DISNAKERTRANS", "Tenaga Kerja dan Transmigrasi"),
    _dinas(
        "DP3AP2KB",
        "Pemberdayaan Perempuan, Perlindungan Anak, Pengendalian Penduduk dan KB",
    ),
    _dinas("DLH", "Lingkungan Hidup"),
    _dinas("DISDUKCAPIL", "Kependudukan dan Pencatatan Sipil", weight=5),
    _dinas("DPMD", "Pemberdayaan Masyarakat dan Desa"),
    _dinas("DISHUB", "Perhubungan"),
    _dinas(
        "DKISP",
        "Komunikasi, Informatika, Statistik dan Persandian",
        trade=DIGITAL,
        small=True,
    ),
    _dinas("DISPERINDAGKOP", "Perindustrian, Perdagangan, Koperasi dan UKM", weight=10),
    _dinas("DPMPTSP", "Penanaman Modal dan Pelayanan Terpadu Satu Pintu"),
    _dinas("DISPORA", "Pemuda dan Olahraga", weight=6),
    _dinas("DPK", "Perpustakaan dan Kearsipan"),
    _dinas("DKP", "Kelautan dan Perikanan", weight=10),
    _dinas("DISTAN", "Pertanian dan Ketahanan Pangan", weight=14, small=True),
    _dinas("DISPAR", "Pariwisata", weight=6),
    _dinas("DISHUT", "Kehutanan", weight=16),
    _dinas("DESDM", "Energi dan Sumber Daya Mineral"),
    Place("RSUD", "RSUD dr. H. Jusuf SK", "RSUD", "Direktur RSUD", 60, HEALTH, small=True),
)

# Closed in the reform of the demo; its people count in the successor until they are posted anew.
CLOSED = Place(
    "DKETAPANG", "Dinas Ketahanan Pangan", "DINAS", "Kepala Dinas Ketahanan Pangan", 4, small=True
)
SUCCESSOR = "DISTAN"
RENAMED = "BAPPEDA"
RENAMED_TO = "Badan Perencanaan Pembangunan Daerah, Penelitian dan Pengembangan"

SECTIONS = (
    ("SEKR", "Sekretariat", "SUBUNIT"),
    ("BID1", "Bidang Pelayanan", "BIDANG"),
    ("BID2", "Bidang Pengembangan", "BIDANG"),
    ("BID3", "Bidang Data dan Pelaporan", "BIDANG"),
)


@dataclass(frozen=True, slots=True)
class School:
    """A part of Dinas Pendidikan: a school, or the cabang dinas that schools lie under.

    Attributes:
        branch: section of the cabang dinas above; None for a cabang dinas itself.
    """

    section: str
    name: str
    kind: str
    branch: str | None = None
    small: bool = False


_REGENCIES = (
    ("TJS", "Tanjung Selor", 2, 2),
    ("TRK", "Tarakan", 3, 4),
    ("NNK", "Nunukan", 2, 1),
    ("MLN", "Malinau", 2, 1),
    ("TTG", "Tana Tidung", 1, 1),
)


def _schools() -> Iterator[School]:
    for mark, regency, general, vocational in _REGENCIES:
        branch, small = f"CABDIN-{mark}", mark == "TJS"
        yield School(branch, f"Cabang Dinas Pendidikan {regency}", "CABANG_DINAS", None, small)
        for short, name, count in (("SMAN", "SMA", general), ("SMKN", "SMK", vocational)):
            for number in range(1, count + 1):
                code, first = f"{short}{number}-{mark}", number == 1
                title = f"{name} Negeri {number} {regency}"
                yield School(code, title, "SEKOLAH", branch, small and first)
        yield School(f"SLBN-{mark}", f"SLB Negeri {regency}", "SEKOLAH", branch, small)


BRANCH = "CABDIN"
SCHOOLS = tuple(_schools())


def schools_of(size: str) -> tuple[School, ...]:
    """The schools and cabang dinas of a demo of this size."""
    return SCHOOLS if size != "small" else tuple(school for school in SCHOOLS if school.small)


def places_of(size: str) -> tuple[Place, ...]:
    """Every place of a demo of this size, the closed one last."""
    chosen = PLACES if size != "small" else tuple(place for place in PLACES if place.small)
    return (*chosen, CLOSED)


def section_code(place: Place, section: str) -> str:
    """The code of a part of a place, as in BKD-BID1."""
    return f"{place.code}-{section}"
