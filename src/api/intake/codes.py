"""Every code that reading a file can give, with its words for a personnel officer.

Codes are stable: scripts depend on them. Messages never hold what a cell holds; `found` does. The
words in braces are names of columns, lists and limits.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, NamedTuple

SENDER: Final = "Pengirim berkas"
EXPORTER: Final = "Pengelola data di sistem asal"
OFFICER: Final = "Pengelola kepegawaian"
ADMIN: Final = "Pengelola aplikasi"


class Text(NamedTuple):
    """The words of one code."""

    message: str
    next_step: str
    who_must_act: str


def _row(message: str, next_step: str, who_must_act: str = SENDER) -> Text:
    return Text(message, next_step, who_must_act)


# Codes that the event classes give too carry the same name here.
ROW: Final = MappingProxyType(
    {
        "NIP_MISSING": _row(
            "NIP kosong, sehingga baris ini tidak dapat dikaitkan dengan pegawai.",
            "Isi NIP 18 angka.",
        ),
        "NIP_IS_NUMBER": _row(
            "NIP tersimpan sebagai angka, sehingga angka-angka terakhirnya hilang.",
            "Ekspor ulang dari sistem asal dengan kolom NIP berformat Teks; NIP yang sudah menjadi"
            " angka tidak dapat dipulihkan.",
            EXPORTER,
        ),
        "NIP_MALFORMED": _row(
            "NIP tidak benar: {why}.",
            "Cocokkan NIP dengan SK pengangkatan.",
        ),
        "FIELD_MISSING": _row("Kolom ini wajib diisi.", "Isi kolom ini."),
        "NOT_A_DATE": _row(
            "Tanggal ini tidak ada atau tidak terbaca.",
            "Tulis tanggal seperti 31-12-2022 atau 2022-12-31.",
        ),
        "DATE_OUT_OF_RANGE": _row(
            "Tahun pada tanggal ini di luar {low} sampai {high}.", "Periksa tahunnya."
        ),
        "END_BEFORE_START": _row(
            "Tanggal selesai lebih awal daripada tanggal mulai.", "Periksa kedua tanggal."
        ),
        "NOT_A_PERIOD": _row(
            "Periode ini tidak terbaca.", "Tulis tahun, atau tanggal awal dan akhir periode."
        ),
        "NOT_A_YEAR": _row("Tahun ini tidak terbaca.", "Tulis empat angka, misalnya 2022."),
        "NOT_A_NUMBER": _row("Ini bukan angka.", "Tulis angka saja, misalnya 10 atau 10,5."),
        "NUMBER_AMBIGUOUS": _row(
            "Titik atau koma pada angka ini dapat berarti ribuan atau pecahan.",
            "Tulis tanpa pemisah ribuan.",
        ),
        "NOT_WHOLE": _row("Angka ini harus bulat.", "Tulis tanpa pecahan."),
        "OUT_OF_RANGE": _row("Angka ini di luar batas: {why}.", "Periksa angkanya."),
        "NOT_A_FLAG": _row("Isian ini harus YA atau TIDAK.", "Tulis YA atau TIDAK."),
        "VALUE_NOT_LISTED": _row(
            "Isian ini tidak ada dalam daftar.", "Gunakan salah satu: {allowed}."
        ),
        "NOT_OF_ASPECT": _row(
            "Komponen ini tidak termasuk aspek pada baris ini.",
            "UTAMA: TUPOKSI, MANAJEMEN_ASN, MANAJEMEN_KEUANGAN, MANAJEMEN_ASET; PENUNJANG:"
            " TRANSPARAN, AKUNTABEL, PELAYANAN_PUBLIK, KONDISI_KANTOR; SELF_ASSESSMENT:"
            " BUDAYA_KERJA, INTEGRITAS, KOMPETENSI, LOYALITAS, AKUNTABILITAS, SEMANGAT_MOTIVASI.",
        ),
        "TRAINING_NOT_RECORDED": _row(
            "Prajabatan dan pelatihan dasar CPNS tidak dicatat sebagai pengembangan kompetensi.",
            "Hapus baris ini dari berkas.",
        ),
        "PLAN_IS_DRAFT": _row(
            "SKP ini masih konsep; yang dicatat hanya SKP yang diajukan atau disetujui.",
            "Kirim ulang setelah SKP diajukan.",
            OFFICER,
        ),
        "DOCUMENT_MISSING": _row(
            "Hukuman disiplin hanya dicatat dengan nomor dan tanggal SK.",
            "Isi nomor dan tanggal SK.",
        ),
        "NOT_PAIRS": _row(
            "Isian ini harus berupa pasangan nama = nilai.",
            "Tulis seperti: integritas = 80; komitmen = 75.",
        ),
        "TOO_LONG": _row("Teks ini terlalu panjang.", "Persingkat teksnya."),
        "TEXT_UNREADABLE": _row(
            "Teks ini memuat tanda yang tidak dapat dibaca.", "Ketik ulang teksnya."
        ),
        "DIGITS_IN_OPEN_FIELD": _row(
            "Kolom ini memuat 16 sampai 18 angka seperti NIP atau NIK.",
            "Tulis NIP hanya di kolom NIP.",
        ),
        "PERSON_UNKNOWN": _row(
            "Tidak ada pegawai dengan nomor ini di buku besar.",
            "Impor dahulu profil pegawainya, atau perbaiki nomornya.",
        ),
        "UNIT_UNKNOWN": _row(
            "Tidak ada unit dengan kode atau nama ini pada tanggal itu.",
            "Kirim dahulu fakta unit-nya, atau pakai kode yang tercatat.",
        ),
        "TARGET_UNKNOWN": _row(
            "Pada catatan ini tidak ada fakta bernama ini yang berjenis {wanted}.",
            "Rujuk dengan key atau id yang dulu dikirim, atau dengan nomor catatannya; yang belum"
            " tercatat dicatat lebih dahulu.",
        ),
        "FACT_ALREADY_REPLACED": _row(
            "Catatan yang dirujuk sudah digantikan oleh {current}.",
            "Lihat keadaannya yang sekarang dengan perintah history, lalu rujuk catatan itu.",
        ),
        "SAME_KEY_OTHER_CONTENT": _row(
            "Key ini sudah dipakai untuk baris dengan isi lain.",
            "Kirim fakta correct dengan key ini sebagai target, atau beri key tersendiri.",
        ),
        "CONFLICT_OTHER_CONTENT": _row(
            "Perbuatan yang sama sudah tercatat dengan isi lain.",
            "Jika isi yang baru benar, kirim fakta correct yang merujuk catatan lama.",
            OFFICER,
        ),
        "STREAM_CLOSED": _row(
            "Catatan pegawai ini sudah digabung ke nomor lain.",
            "Kirim fakta ini dengan nomor tujuan penggabungan.",
        ),
        "QUOTE_UNCLOSED": _row(
            "Tanda kutip tidak ditutup, sehingga beberapa baris terbaca menjadi satu sel.",
            "Tutup atau hapus tanda kutip itu, lalu kirim ulang baris ini dan baris sesudahnya.",
        ),
        "ROW_TOO_WIDE": _row(
            "Baris ini memiliki lebih banyak sel daripada judul kolom.",
            "Periksa pemisah kolom dan tanda kutip pada baris ini.",
        ),
        "LINE_TOO_LONG": _row(
            "Baris ini lebih panjang dari {limit} bita.", "Tulis satu fakta per baris."
        ),
        "NOT_UTF8": _row("Baris ini bukan teks UTF-8.", "Simpan berkas sebagai UTF-8."),
        "NOT_JSON": _row(
            "Baris ini bukan objek JSON yang benar; kesalahan pada karakter ke-{at}.",
            "Tulis satu objek JSON per baris.",
        ),
        "NOT_AN_OBJECT": _row(
            "Baris ini bukan objek JSON.", 'Tulis seperti {{"fact": …, "nip": …}}.'
        ),
        "KEY_TWICE": _row(
            "Nama isian ini muncul dua kali dalam satu objek.", "Hapus salah satunya."
        ),
        "NUMBER_TOO_LONG": _row(
            "Sebuah angka pada baris ini terlalu panjang.", "Tulis angka dengan wajar."
        ),
        "NESTED_TOO_DEEP": _row(
            "Objek pada baris ini bertingkat terlalu dalam.", "Tulis fakta tanpa tingkatan itu."
        ),
    }
)

FILE: Final = MappingProxyType(
    {
        "FILE_NOT_FOUND": _row("Berkas tidak ditemukan.", "Periksa nama dan foldernya."),
        "FILE_UNREADABLE": _row("Berkas tidak dapat dibaca.", "Periksa hak akses berkas.", ADMIN),
        "DISK_FULL": _row(
            "Tempat sementara di cakram penuh, sehingga buku kerja tidak dapat dibuka.",
            "Kosongkan tempat, atau arahkan TMPDIR ke cakram lain.",
            ADMIN,
        ),
        "FILE_TOO_LARGE": _row(
            "Berkas lebih besar dari {limit} MB.", "Bagi berkas menjadi beberapa bagian."
        ),
        "FILE_CHANGED": _row(
            "Berkas berubah ketika sedang dibaca.", "Ulangi setelah berkas selesai disimpan."
        ),
        "NOT_A_WORKBOOK": _row(
            "Isi berkas ini bukan buku kerja yang dapat dibaca.",
            "Buka di aplikasi lembar kerja dan simpan sebagai .xlsx.",
        ),
        "WORKBOOK_DAMAGED": _row(
            "Buku kerja ini terpotong atau rusak.", "Unduh atau ekspor ulang berkasnya.", EXPORTER
        ),
        "WORKBOOK_ENCRYPTED": _row(
            "Buku kerja ini dilindungi kata sandi.", "Simpan tanpa kata sandi."
        ),
        "WORKBOOK_TOO_LARGE": _row(
            "Isi buku kerja ini melampaui batas pembacaan: {why}.",
            "Hapus baris dan kolom kosong yang berformat, bagi berkas, atau simpan sebagai CSV.",
        ),
        "WORKBOOK_TOO_SLOW": _row(
            "Buku kerja ini tidak selesai dibaca dalam batas waktu.",
            "Bagi berkas, atau simpan sebagai CSV.",
        ),
        "READER_FAILED": _row(
            "Pembaca buku kerja berhenti tanpa hasil.",
            "Simpan ulang sebagai .xlsx; jika tetap gagal, laporkan kepada pengelola aplikasi.",
            ADMIN,
        ),
        "TEXT_UNREADABLE": _row(
            "Isi berkas ini bukan teks.", "Simpan ulang sebagai CSV UTF-8 atau .xlsx."
        ),
        "NIP_COLUMN_MISSING": _row(
            "Tabel ini dikenali sebagai {form}, tetapi tidak memiliki kolom NIP.",
            "Tambahkan kolom nip berisi NIP 18 angka.",
            EXPORTER,
        ),
        "FORM_NOT_MATCHED": _row(
            "Tidak ada lembar dengan judul kolom untuk {kind}.",
            "Gunakan formulir dari perintah template, atau hilangkan --as.",
        ),
        "PERIOD_NOT_STATED": _row(
            "Hasil tercetak ini tidak menyebut tahun pengukuran.",
            "Tambahkan kolom tahun, atau tulis tahunnya di atas tabel.",
            EXPORTER,
        ),
    }
)

FLAG: Final = MappingProxyType(
    {
        "NIP_BIRTH_DATE_DIFFERS": "Tanggal lahir berbeda dengan angka 1-8 NIP.",
        "NIP_SEX_DIFFERS": "Jenis kelamin berbeda dengan angka ke-15 NIP.",
        "NIP_TMT_DIFFERS": "TMT pengangkatan berbeda dengan angka 9-14 NIP.",
        "APPRAISER_UNKNOWN": "Pejabat penilai tidak ada di buku besar dan tidak dicatat.",
        "TMT_CPNS_FROM_NIP": "TMT pengangkatan kosong; diambil dari NIP.",
        "TMT_PNS_MISSING": "Status PNS tanpa TMT PNS; yang tercatat baru pengangkatan awalnya.",
        "TMT_PNS_BEFORE_CPNS": "TMT PNS lebih awal daripada TMT CPNS.",
        "STATUS_DISAGREES": "Kolom-kolom status kepegawaian saling berbeda.",
        "STANDING_WITHOUT_DATE": "Kedudukan hukum selain aktif tidak dicatat karena tanpa TMT.",
        "GOLONGAN_UNDATED": "Golongan tidak dicatat karena TMT golongan kosong.",
        "GOLONGAN_UNUSUAL": "Bentuk golongan tidak lazim untuk status kepegawaian ini.",
        "POSITION_UNDATED": "Jabatan tidak dicatat karena TMT jabatan kosong.",
        "POSITION_WITHOUT_UNIT": "Jabatan tidak dicatat karena unit organisasi kosong.",
        "POSITION_KIND_DISAGREES": "Kolom-kolom jenis jabatan saling berbeda.",
        "QUALIFICATION_UNDATED": "Pendidikan tidak dicatat karena tahun lulus kosong.",
        "UNIT_FROM_SATUAN_KERJA": "Unit organisasi kosong; diambil dari satuan kerja.",
        "CATEGORY_BY_READING": "Jenis ini tidak punya kategori sendiri; dicatat sebagai SEMINAR.",
        "END_DATE_FROM_START": "Tanggal selesai kosong; diambil dari tanggal mulai.",
        "DATE_FROM_YEAR": "Tanggal kosong; diambil dari tahun, dicatat dengan ketelitian tahun.",
        "APPRAISER_UNREADABLE": "NIP penilai tidak terbaca dan tidak dicatat.",
        "ASSIGNMENT_UNREADABLE": "Penugasan PLT, PLH, atau PJ tidak disebut; dicatat sebagai PLT.",
        "YEAR_DISAGREES": "Tahun berbeda dengan tahun pada akhir periode.",
        "SANCTION_KIND_OTHER": "Jenis hukuman tidak dikenali; dicatat sebagai LAINNYA.",
        "END_DISAGREES": "Akhir hukuman berbeda dengan TMT ditambah masa hukuman.",
        "AWARD_KIND_FREE": "Jenis penghargaan diambil dari namanya.",
        "TOTAL_DISAGREES": "Total berbeda dengan jumlah dimensinya.",
        "COLUMN_TWICE": "Judul kolom ini muncul dua kali; dipakai yang pertama.",
    }
)
