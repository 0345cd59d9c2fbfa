"""Every foreign form: a row of it in the words of a facts file, and a dirty row refused by name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from api.intake.forms.catalogue import FORMS
from tests.intake.books import NIP, OTHER, codes, flags, one, table

Case = tuple[str, str, tuple[Any, ...], dict[str, Any]]

POSITION_HEAD = "nip,nama_jabatan,jenis_jabatan,eselon,tmt_jabatan,unit_kerja,no_sk,tgl_sk"
SIASN_POSITION = (
    "nipBaru,jenisJabatan,satuanKerjaNama,unorNama,eselon,jabatanFungsionalNama,tmtJabatan,"
    "nomorSk,tanggalSk,namaJabatan,tmtPelantikan"
)
SIMPEG_DIKLAT = (
    "nip,nama,nama_diklat,jenis_diklat,penyelenggara,tgl_mulai,tgl_selesai,jam_pelajaran,"
    "no_sertifikat,tgl_sertifikat"
)
MINISTRY_DIKLAT = (
    "nip,jenis_diklat,nama_diklat,tgl_sertifikat,mb_sertifikat_awal,mb_sertifikat_akhir,"
    "no_sertifikat,jumlah_jp,instansi_penyelenggara,id_rw_siasn"
)
COURSE_READ = (
    "nipBaru,namaKursus,jenisKursusSertifikat,institusiPenyelenggara,tanggalKursus,"
    "tglSelesaiKursus,jumlahJam,noSertipikat,tahunKursus"
)
COURSE_WRITE = (
    "nip,namaKursus,jenisDiklatId,institusiPenyelenggara,tanggalKursus,tanggalSelesaiKursus,"
    "jumlahJam,nomorSertipikat,tahunKursus,pnsOrangId"
)
EKINERJA = (
    "skp_penilaian_id,id_pegawai,nip,nama,tahun_skp,jenis,periode_awal_skp,periode_akhir_skp,"
    "skp_jabatan,skp_unor,skp_unor_induk,is_skp_plt_plh_pjb,hasil_kerja,perilaku_kerja,hasil_akhir,"
    "pegawai_atasan_nip,waktu_dinilai"
)
SIASN_HUKDIS = (
    "id,nip,jenisTingkatHukumanId,jenisHukumanNama,hukumanTanggal,skNomor,skTanggal,masaTahun,"
    "masaBulan,akhirHukumTanggal,skPembatalanNomor,skPembatalanTanggal,alasanHukumanDisiplinNama"
)
OLD_SKP = (
    "nip,tahun,tgl_mulai,tgl_akhir,penilai_nip,nilai_skp,nilai_skp_60_persen,nilai_perilaku,"
    "nilai_perilaku_40_persen,nilai_prestasi_kerja,kategori_nilai_prestasi"
)

GOOD: tuple[Case, ...] = (
    (
        "riwayat-jabatan",
        POSITION_HEAD,
        (
            NIP,
            "Plt. Kepala Dinas Kesehatan",
            "Struktural",
            "II/a",
            "01-02-2020",
            "Dinas Kesehatan",
            "821/1/2020",
            dt.date(2020, 1, 20),
        ),
        {
            "fact": "position",
            "on": "2020-02-01",
            "assignment": "PLT",
            "eselon": "II.a",
            "title": "Kepala Dinas Kesehatan",
            "unit": "Dinas Kesehatan",
            "document": {"kind": "SK", "number": "821/1/2020", "date": "2020-01-20"},
        },
    ),
    (
        "riwayat-jabatan",
        SIASN_POSITION,
        (
            NIP,
            2,
            "Dinas Kesehatan",
            "Subbagian Umum",
            "",
            "Analis SDM Aparatur Ahli Muda",
            "2021-03-01",
            "821/2/2021",
            "2021-02-20",
            "",
            "",
        ),
        {
            "fact": "position",
            "on": "2021-03-01",
            "title": "Analis SDM Aparatur Ahli Muda",
            "kind": "FUNGSIONAL",
            "unit": "Dinas Kesehatan - Subbagian Umum",
            "document": {"kind": "SK", "number": "821/2/2021", "date": "2021-02-20"},
        },
    ),
    (
        "simpeg-diklat",
        SIMPEG_DIKLAT,
        (
            NIP,
            "V",
            "Diklatpim Tk. III",
            "Diklat Struktural",
            "LAN",
            "04/05/2020",
            "31 Juli 2020",
            "900",
            "C/1",
            "",
        ),
        {
            "fact": "competency",
            "category": "KEPEMIMPINAN",
            "title": "Diklatpim Tk. III",
            "organiser": "LAN",
            "certificate_no": "C/1",
            "hours": "900",
            "from": "2020-05-04",
            "to": "2020-07-31",
        },
    ),
    (
        "kementerian-diklat",
        MINISTRY_DIKLAT,
        (NIP, 2, "Pengelolaan Arsip", 44561, "", "", "C/2", "24,5", "ANRI", ""),
        {
            "fact": "competency",
            "category": "TEKNIS",
            "title": "Pengelolaan Arsip",
            "organiser": "ANRI",
            "certificate_no": "C/2",
            "hours": "24.5",
            "to": "2021-12-31",
        },
    ),
    (
        "seminar",
        "nip,jenis_seminar,nama_seminar,tgl_sertifikat,no_sertifikat,jumlah_jp",
        (NIP, 2, "Seminar Arsip", "01-02-2022", "S/1", ""),
        {
            "fact": "competency",
            "category": "SEMINAR",
            "title": "Seminar Arsip",
            "certificate_no": "S/1",
            "to": "2022-02-01",
        },
    ),
    (
        "siasn-kursus",
        COURSE_READ,
        (NIP, "Kursus SPBE", "T", "BPSDM", "01-02-2022", "03-02-2022", 20, "K/1", 2022),
        {
            "fact": "competency",
            "category": "TEKNIS",
            "title": "Kursus SPBE",
            "organiser": "BPSDM",
            "certificate_no": "K/1",
            "hours": "20",
            "from": "2022-02-01",
            "to": "2022-02-03",
        },
    ),
    (
        "siasn-kursus",
        COURSE_WRITE,
        (NIP, "Kursus Tanpa Jenis", "", "BPSDM", "", "", "", "", 2021, "A8"),
        {
            "fact": "competency",
            "category": "SEMINAR",
            "title": "Kursus Tanpa Jenis",
            "organiser": "BPSDM",
            "on": "2021",
            "to": "2021-12-31",
        },
    ),
    (
        "siasn-diklat",
        "nipBaru,latihanStrukturalNama,institusiPenyelenggara,nomor,tanggal,tanggalSelesai,tahun",
        (NIP, "PKA", "LAN", "D/1", "01-03-2021", "30-06-2021", 2021),
        {
            "fact": "competency",
            "category": "KEPEMIMPINAN",
            "title": "PKA",
            "organiser": "LAN",
            "certificate_no": "D/1",
            "from": "2021-03-01",
            "to": "2021-06-30",
        },
    ),
    (
        "ekinerja-evaluasi",
        EKINERJA,
        (
            "11-1",
            "x",
            NIP,
            "V",
            2023,
            "Tahunan",
            "2023-01-01",
            "2023-12-31",
            "Plt. Kabid",
            "Bidang Mutasi",
            "BKD",
            "1",
            "DIATAS EKSPEKTASI",
            "Sesuai Ekspektasi",
            "BAIK",
            OTHER,
            "2024-01-20T08:00:00",
        ),
        {
            "fact": "appraisal",
            "from": "2023-01-01",
            "to": "2023-12-31",
            "work_result": "DI_ATAS",
            "work_behaviour": "SESUAI",
            "predicate": "BAIK",
            "printed": "BAIK",
            "unit": "BKD - Bidang Mutasi",
            "assignment": "PLT",
            "skp_id": "11-1",
            "appraiser": OTHER,
            "learned_on": "2024-01-20",
        },
    ),
    (
        "ekinerja-evaluasi",
        "nip,tahun_skp,jenis,hasil_akhir",
        (NIP, 2023, "Triwulan II", "Belum Dinilai"),
        {"fact": "appraisal", "period": "2023-Q2", "state": "BELUM_DINILAI"},
    ),
    (
        "ekinerja-evaluasi",
        "nip,tahun,bulan,hasil_kerja,perilaku_kerja,hasil_akhir",
        (NIP, 2023, 6, "Di Bawah Ekspektasi", "Sesuai", ""),
        {
            "fact": "appraisal",
            "period": "2023-06",
            "work_result": "DI_BAWAH",
            "work_behaviour": "SESUAI",
        },
    ),
    (
        "ekinerja-skp",
        "skp_id,nip,nama,jabatan,unit,skp_status,periode_awal,periode_akhir,is_plt_plh",
        ("1", NIP, "V", "Analis", "BKD", "Persetujuan", "01-01-2024", "31-12-2024", "0"),
        {"fact": "plan", "from": "2024-01-01", "to": "2024-12-31", "state": "DISETUJUI"},
    ),
    (
        "siasn-kinerja",
        "nip,tahun,hasilKinerja,hasilKinerjaNilai,kuadranKinerja,KuadranKinerjaNilai,perilakuKerja,"
        "PerilakuKerjaNilai,nipNrpPenilai",
        (NIP, 2022, "DIATAS", "1", "SANGAT BAIK", "1", "DIATAS", "1", "123"),
        {
            "fact": "appraisal",
            "period": "2022",
            "work_result": "DI_ATAS",
            "work_behaviour": "DI_ATAS",
            "predicate": "SANGAT_BAIK",
            "printed": "SANGAT BAIK",
        },
    ),
    (
        "siasn-kinerja",
        "nip,bulanMulaiPenilaian,bulanSelesaiPenilaian,tahun,tahunMulaiPenilaian,"
        "tahunSelesaiPenilaian,hasilKinerjaNilai,perilakuKerjaNilai,kuadranKinerjaNilai",
        (NIP, 1, 3, 2023, 2023, 2023, 2, 2, 2),
        {
            "fact": "appraisal",
            "from": "2023-01-01",
            "to": "2023-03-31",
            "work_result": "SESUAI",
            "work_behaviour": "SESUAI",
            "predicate": "BAIK",
        },
    ),
    (
        "skp-lama",
        OLD_SKP,
        (
            NIP,
            2019,
            "01-01-2019",
            "31-12-2019",
            OTHER,
            "88,1",
            "52,86",
            "84",
            "33,6",
            "86,46",
            "Baik",
        ),
        {
            "fact": "appraisal",
            "from": "2019-01-01",
            "to": "2019-12-31",
            "score": "86.46",
            "printed": "Baik",
            "appraiser": OTHER,
        },
    ),
    (
        "siasn-hukdis",
        SIASN_HUKDIS,
        (
            "H-1",
            NIP,
            "S",
            "Penundaan KGB",
            "01-03-2020",
            "800/1",
            "20-02-2020",
            1,
            0,
            "",
            "",
            "",
            "",
        ),
        {
            "fact": "sanction",
            "on": "2020-03-01",
            "id": "H-1",
            "level": "SEDANG",
            "kind": "PENUNDAAN_KGB",
            "decided_on": "2020-02-20",
            "document": {"kind": "SK", "number": "800/1", "date": "2020-02-20"},
            "until": "2021-03-01",
        },
    ),
    (
        "penghargaan",
        "nip,nama_penghargaan,jenis_penghargaan,tahun,no_sk,tgl_sk,pemberi",
        (NIP, "Satya Lancana Karya Satya 20 Tahun", "Satyalancana", 2021, "", "", ""),
        {"fact": "award", "kind": "SATYALANCANA_XX", "on": "2021"},
    ),
    (
        "riwayat-pendidikan",
        "nip,jenjang,bidang,jurusan,tgl_lulus,no_ijazah,institusi_pendidikan,gelar awal",
        (NIP, "S-2", "", "Administrasi Publik", "20-08-2015", "IJ/1", "UGM", ""),
        {
            "fact": "qualification",
            "on": "2015-08-20",
            "level": "S2",
            "field": "Administrasi Publik",
            "institution": "UGM",
            "diploma_no": "IJ/1",
        },
    ),
    (
        "riwayat-pendidikan",
        "nipBaru,tkPendidikanNama,pendidikanNama,tahunLulus,nomorIjasah,namaSekolah",
        (NIP, "S-1/Sarjana", "S-1 HUKUM", 2010, "IJ/2", "Unmul"),
        {
            "fact": "qualification",
            "on": "2010",
            "level": "S1",
            "field": "S-1 HUKUM",
            "institution": "Unmul",
            "diploma_no": "IJ/2",
        },
    ),
    (
        "riwayat-pangkat",
        "nip,jenis_kp,tmtsk,tgl_sk,no_sk,no_pertek_bkn,gol,ruang,pangkat,mker_th,mker_bl",
        (
            NIP,
            "Reguler",
            "01-04-2020",
            "20-03-2020",
            "823/1",
            "P/1",
            "III",
            "d",
            "Penata Tk. I",
            10,
            2,
        ),
        {
            "fact": "golongan",
            "on": "2020-04-01",
            "golongan": "III/d",
            "document": {"kind": "SK", "number": "823/1", "date": "2020-03-20"},
        },
    ),
    (
        "riwayat-pangkat",
        "nipBaru,golongan,skNomor,skTanggal,tmtGolongan,noPertekBkn,jenisKPNama",
        (NIP, "III/c", "823/2", "20-03-2016", "01-04-2016", "P/2", "Pilihan"),
        {
            "fact": "golongan",
            "on": "2016-04-01",
            "golongan": "III/c",
            "document": {"kind": "SK", "number": "823/2", "date": "2016-03-20"},
        },
    ),
    (
        "rasn-ip-asn",
        "nip,kualifikasi,keterangan_kualifikasi,kompetensi,keterangan_kompetensi,kinerja,disiplin,"
        "total,tahun,updated",
        (NIP, 20, "S2", "22,5", "", 25, 5, "72,5", 2022, "2023-02-01"),
        {
            "fact": "published_score",
            "on": "2022-12-31",
            "period": "2022",
            "instrument": "ip-asn",
            "measures": {
                "kualifikasi": "20",
                "kompetensi": "22.5",
                "kinerja": "25",
                "disiplin": "5",
            },
            "total": "72.5",
            "learned_on": "2023-02-01",
        },
    ),
    (
        "kabupaten-pip",
        "nip,tahun,golru,jabatan,skor_kualifikasi,skor_kompetensi,skor_kinerja,skor_disiplin,nilai_pip,"
        "kategori_pip",
        (NIP, 2021, "III/c", "Analis", 15, 0, 25, 5, 45, "SANGAT RENDAH"),
        {
            "fact": "published_score",
            "on": "2021-12-31",
            "period": "2021",
            "instrument": "ip-asn",
            "measures": {"kualifikasi": "15", "kompetensi": "0", "kinerja": "25", "disiplin": "5"},
            "total": "45",
        },
    ),
)


@pytest.mark.parametrize(("form", "header", "cells", "fact"), GOOD)
def test_a_row_of_every_form(
    tmp_path: Path, form: str, header: str, cells: tuple[Any, ...], fact: dict[str, Any]
) -> None:
    """A row of a foreign table says in the words of a facts file what it says, and is readable."""
    row = one(table(tmp_path / "a.xlsx", header, cells))
    assert row.form == form
    assert row.errors == ()
    assert row.facts == ({**fact, "nip": NIP},)


DIRTY: tuple[tuple[str, tuple[Any, ...], list[tuple[str, str]]], ...] = (
    (
        POSITION_HEAD,
        ("", "", "", "", "31-02-2020", "", "", ""),
        [
            ("nip", "NIP_MISSING"),
            ("nama_jabatan", "FIELD_MISSING"),
            ("tmt_jabatan", "NOT_A_DATE"),
            ("unit_kerja", "FIELD_MISSING"),
        ],
    ),
    (
        SIMPEG_DIKLAT,
        (NIP, "V", "", "Rapat", "LAN", "04-05-2020", "01-05-2020", "banyak", "", ""),
        [
            ("nama_diklat", "FIELD_MISSING"),
            ("jenis_diklat", "VALUE_NOT_LISTED"),
            ("tgl_selesai", "END_BEFORE_START"),
            ("jam_pelajaran", "NOT_A_NUMBER"),
        ],
    ),
    (
        MINISTRY_DIKLAT,
        (NIP, 4, "Prajabatan", "", "", "", "", "1.200", "", ""),
        [
            ("jenis_diklat", "TRAINING_NOT_RECORDED"),
            ("tgl_sertifikat", "FIELD_MISSING"),
            ("jumlah_jp", "NUMBER_AMBIGUOUS"),
        ],
    ),
    (
        "nip,jenis_seminar,nama_seminar,tgl_sertifikat,no_sertifikat,jumlah_jp",
        (1.98e17, 3, "Seminar", "2022-06", "S/1", -1),
        [
            ("nip", "NIP_IS_NUMBER"),
            ("jenis_seminar", "VALUE_NOT_LISTED"),
            ("tgl_sertifikat", "NOT_A_DATE"),
            ("jumlah_jp", "OUT_OF_RANGE"),
        ],
    ),
    (
        COURSE_READ,
        (NIP, "Kursus", "X", "", "", "", "", "", ""),
        [("jenisKursusSertifikat", "VALUE_NOT_LISTED"), ("tglSelesaiKursus", "FIELD_MISSING")],
    ),
    (
        "nipBaru,latihanStrukturalNama,institusiPenyelenggara,nomor,tanggal,tanggalSelesai,tahun",
        ("19820928", "", "", "", "x", "", ""),
        [
            ("nipBaru", "NIP_MALFORMED"),
            ("latihanStrukturalNama", "FIELD_MISSING"),
            ("tanggal", "NOT_A_DATE"),
        ],
    ),
    (
        EKINERJA,
        (
            "11-1",
            "x",
            NIP,
            "V",
            2023,
            "Tahunan",
            "2023-12-31",
            "2023-01-01",
            "Kabid",
            "",
            "",
            "",
            "Luar biasa",
            "",
            "LUAR BIASA",
            "",
            "",
        ),
        [
            ("periode_akhir_skp", "END_BEFORE_START"),
            ("hasil_kerja", "VALUE_NOT_LISTED"),
            ("hasil_akhir", "VALUE_NOT_LISTED"),
        ],
    ),
    (
        "nip,tahun_skp,jenis,hasil_akhir",
        (NIP, "lalu", "Sewindu", "Baik"),
        [("tahun_skp", "NOT_A_YEAR"), ("jenis", "NOT_A_PERIOD")],
    ),
    (
        "skp_id,nip,nama,jabatan,unit,skp_status,periode_awal,periode_akhir,is_plt_plh",
        ("1", NIP, "V", "Analis", "BKD", "Draft", "01-01-2024", "", "0"),
        [("skp_status", "PLAN_IS_DRAFT"), ("periode_akhir", "FIELD_MISSING")],
    ),
    (
        "nip,tahun,hasilKinerjaNilai,KuadranKinerjaNilai,PerilakuKerjaNilai",
        (NIP, 2022, "4", "", "1"),
        [("hasilKinerjaNilai", "VALUE_NOT_LISTED"), ("KuadranKinerjaNilai", "FIELD_MISSING")],
    ),
    (
        OLD_SKP,
        (NIP, 2019, "01-01-2019", "31-12-2019", "", "", "", "", "", "baik", "Baik"),
        [("nilai_prestasi_kerja", "NOT_A_NUMBER")],
    ),
    (
        "nip,tingkat_hukdis,jenis_hukdis,tmtsk,tgl_sk,no_sk,masa_hukuman,akhir_hukdis",
        (NIP, "Parah", "", "", "", "", "setahun", "kapan"),
        [
            ("tingkat_hukdis", "VALUE_NOT_LISTED"),
            ("jenis_hukdis", "FIELD_MISSING"),
            ("tmtsk", "FIELD_MISSING"),
            ("tgl_sk", "FIELD_MISSING"),
            ("no_sk", "DOCUMENT_MISSING"),
            ("masa_hukuman", "NOT_A_NUMBER"),
            ("akhir_hukdis", "NOT_A_DATE"),
        ],
    ),
    (
        "nip,nama_penghargaan,jenis_penghargaan,tahun,no_sk,tgl_sk,pemberi",
        (NIP, "", "", "", "", "", ""),
        [("nama_penghargaan", "FIELD_MISSING"), ("tgl_sk", "FIELD_MISSING")],
    ),
    (
        "nip,jenjang,jurusan,tgl_lulus,no_ijazah",
        (NIP, "Kursus menjahit", "", "1/1/99", ""),
        [("jenjang", "VALUE_NOT_LISTED"), ("tgl_lulus", "NOT_A_DATE")],
    ),
    (
        "nip,tmtsk,tgl_sk,no_sk,gol,ruang",
        (NIP, "01-04-2020", "", "", "V", "a"),
        [("gol", "VALUE_NOT_LISTED")],
    ),
    (
        "nip,tahun,skor_kualifikasi,skor_kompetensi,skor_kinerja,skor_disiplin,nilai_pip",
        (NIP, "", "lima belas", 0, 25, 5, ""),
        [
            ("tahun", "FIELD_MISSING"),
            ("skor_kualifikasi", "NOT_A_NUMBER"),
            ("nilai_pip", "FIELD_MISSING"),
        ],
    ),
)


@pytest.mark.parametrize(("header", "cells", "wrong"), DIRTY)
def test_a_dirty_row_of_every_form(
    tmp_path: Path, header: str, cells: tuple[Any, ...], wrong: list[tuple[str, str]]
) -> None:
    """Everything wrong in a row is told at once, by the file's own columns in their order."""
    assert codes(one(table(tmp_path / "a.xlsx", header, cells))) == wrong


FLAGGED: tuple[tuple[str, tuple[Any, ...], list[str]], ...] = (
    (
        "nama,nip,nama_pelatihan,jenis_pelatihan,tanggal_mulai,tanggal_selesai,jp",
        ("V", NIP, "Manajemen", "Manajerial", "01-02-2022", "", ""),
        ["CATEGORY_BY_READING", "END_DATE_FROM_START"],
    ),
    (MINISTRY_DIKLAT, (NIP, 5, "Sertifikasi", "01-02-2022", *[""] * 6), ["CATEGORY_BY_READING"]),
    (
        EKINERJA,
        (
            "1",
            "x",
            NIP,
            "V",
            2022,
            "Tahunan",
            "2023-01-01",
            "2023-12-31",
            "Kabid",
            "",
            "BKD",
            "Ya",
            "",
            "",
            "Baik",
            "bukan nip",
            "",
        ),
        ["YEAR_DISAGREES", "ASSIGNMENT_UNREADABLE", "APPRAISER_UNREADABLE"],
    ),
    (
        SIASN_HUKDIS,
        (
            "H",
            NIP,
            "R",
            "Kerja bakti",
            "01-03-2020",
            "800/1",
            "20-02-2020",
            0,
            6,
            "01-03-2021",
            "",
            "",
            "",
        ),
        ["SANCTION_KIND_OTHER", "END_DISAGREES"],
    ),
    (
        "nip,nama_penghargaan,tahun,tgl_sk",
        (NIP, "Pegawai Ramah", 2021, ""),
        ["AWARD_KIND_FREE", "DATE_FROM_YEAR"],
    ),
    (
        "nip,tahun,skor_kualifikasi,skor_kompetensi,skor_kinerja,skor_disiplin,nilai_pip",
        (NIP, 2021, 15, 0, 25, 5, 50),
        ["TOTAL_DISAGREES"],
    ),
    (
        "nip,nama,nama_seminar,tgl_sertifikat,nama",
        (NIP, "V", "Seminar", "01-02-2022", "W"),
        ["COLUMN_TWICE"],
    ),
)


@pytest.mark.parametrize(("header", "cells", "found"), FLAGGED)
def test_the_unusual_is_flagged_and_kept(
    tmp_path: Path, header: str, cells: tuple[Any, ...], found: list[str]
) -> None:
    """What is merely unusual, or had to be read in one of two ways, is told and kept."""
    row = one(table(tmp_path / "a.xlsx", header, cells))
    assert row.errors == ()
    assert flags(row) == found


def test_a_quashed_sanction_says_both(tmp_path: Path) -> None:
    """A sanction that SIASN lists with the decree that quashed it is stated, and annulled."""
    cells = (
        "H-9",
        NIP,
        "B",
        "Pembebasan dari jabatan",
        "01-03-2020",
        "800/1",
        "20-02-2020",
        "",
        "",
        "",
        "800/9",
        "05-06-2020",
        "",
    )
    row = one(table(tmp_path / "a.xlsx", SIASN_HUKDIS, cells))
    assert row.errors == ()
    assert row.facts[1] == {
        "fact": "annul",
        "nip": NIP,
        "on": "2020-06-05",
        "target": "H-9",
        "document": {"kind": "SK_PEMBATALAN", "number": "800/9", "date": "2020-06-05"},
    }
    assert row.facts[0]["id"] == "H-9"


def test_every_form_is_tried() -> None:
    """No form is without a row here, or else in the samples."""
    tried = {form for form, *_ in GOOD} | {"siasn-profil", "pelatihan", "hukdis", "siasn-pip"}
    assert tried == {form.name for form in FORMS}


def test_spellings_of_a_form_name_one_column_each() -> None:
    """Within a form, no foreign spelling stands for two columns."""
    for form in FORMS:
        spelled = [word for words in form.columns.values() for word in words]
        doubled = {word for word in spelled if spelled.count(word) > 1}
        names = {
            word: {n for n, words in form.columns.items() if word in words} for word in doubled
        }
        assert all(len(found) == 1 for found in names.values()), (form.name, names)
