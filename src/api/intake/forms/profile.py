"""The employee profile as SIASN exports it, 67 columns; a PPPK file adds some."""

from __future__ import annotations

from typing import Final

from api.intake import titles, words
from api.intake.cells import plain
from api.intake.form import Context, form
from api.intake.forms import common
from api.intake.row_reader import RowReader, Take
from ledger import values
from ledger.vocabulary import EmploymentStatus, PositionKind, Standing

_NON_PNS_STANDINGS: Final = frozenset(("71", "72"))  # SIASN's ids of kedudukan hukum of PPPK

_MANAGERIAL: Final = frozenset(PositionKind) - {PositionKind.PELAKSANA, PositionKind.FUNGSIONAL}


def _convert(row: RowReader, _context: Context) -> None:
    nip = row.nip()
    employment = _employment(row, nip)
    _put_registered(row, nip, employment)
    _put_employment(row, nip, employment)
    _put_standing(row, nip)
    _put_golongan(row, nip, employment)
    _put_position(row, nip)
    _put_qualification(row, nip)


def _employment(row: RowReader, nip: Take) -> str:
    """CPNS, PNS or PPPK by the columns that tell; PPPK if any of them says so."""
    status = words.key(plain(row.cell("status")))
    kind = plain(row.cell("jenis_pegawai")).upper()
    says_pppk = "PPPK" in kind or "P3K" in kind or status in {"pppk", "p3k"}
    says_pppk |= plain(row.cell("kedudukan_id")) in _NON_PNS_STANDINGS
    if nip.value and (says_pppk or status) and says_pppk != values.Nip(nip.value).is_pppk:
        row.note(row.pick("status", "jenis_pegawai", "nip"), "STATUS_DISAGREES")
    if says_pppk or (not status and nip.value and values.Nip(nip.value).is_pppk):
        part_time = "PARUH WAKTU" in kind or "paruhwaktu" in status
        return EmploymentStatus.PPPK_PARUH_WAKTU if part_time else EmploymentStatus.PPPK
    return EmploymentStatus.CPNS if status in {"c", "cpns"} else EmploymentStatus.PNS


def _is_contract(employment: str) -> bool:
    return employment in {EmploymentStatus.PPPK, EmploymentStatus.PPPK_PARUH_WAKTU}


def _put_registered(row: RowReader, nip: Take, employment: str) -> None:
    fact = row.draft("registered", nip)
    fact.put("on", _appointment(row, nip))
    fact.put("name", row.require(row.text("nama")))
    as_what = employment if _is_contract(employment) else EmploymentStatus.CPNS
    fact.put("employment", Take(str(as_what), row.header(row.pick("status", "jenis_pegawai"))))
    born = row.day("lahir")
    fact.put("birth_date", born)
    if nip.value and born.value and born.value != values.Nip(nip.value).birth_date.isoformat():
        row.note("lahir", "NIP_BIRTH_DATE_DIFFERS")
    sex = row.word("kelamin", words.SEX)
    if nip.value and sex.value and sex.value != values.Nip(nip.value).sex:
        row.note("kelamin", "NIP_SEX_DIFFERS")
        if words.key(plain(row.cell("kelamin"))) == "p":
            sex = sex._replace(value=None)  # P is perempuan in one scheme and pria in another
    fact.put("sex", sex)


def _appointment(row: RowReader, nip: Take) -> Take:
    """TMT CPNS; where it is blank, the month or year that the NIP holds, flagged."""
    take = row.day("tmt_cpns")
    if nip.value is None:
        return take
    number = values.Nip(nip.value)
    if take.blank:
        row.note(row.pick("tmt_cpns", "nip"), "TMT_CPNS_FROM_NIP")
        month = number.start_month
        text = f"{number.start_year}" if month is None else f"{number.start_year}-{month:02d}"
        return Take(text, row.header("nip"))
    if take.value:
        year, month = int(take.value[:4]), int(take.value[5:7])
        if (year, number.start_month or month) != (number.start_year, month):
            row.note("tmt_cpns", "NIP_TMT_DIFFERS")
    return take


def _put_employment(row: RowReader, nip: Take, employment: str) -> None:
    since = row.day("tmt_pns")
    if _is_contract(employment):
        return
    if since.blank:
        if employment == EmploymentStatus.PNS and row.says("status"):
            row.note(row.pick("tmt_pns", "status"), "TMT_PNS_MISSING")
        return
    if employment == EmploymentStatus.CPNS:
        row.note("status", "STATUS_DISAGREES")
    fact = row.draft("employment", nip)
    fact.put("on", since)
    fact.put("employment", Take(str(EmploymentStatus.PNS), since.column))
    appointed = row.drafts[0].fields.get("on", "")
    if since.value and since.value < appointed:
        row.note("tmt_pns", "TMT_PNS_BEFORE_CPNS")


def _put_standing(row: RowReader, nip: Take) -> None:
    """AKTIF from the appointment if no standing is known; other standings have no day here."""
    name = words.key(plain(row.cell("kedudukan")))
    if name and not name.endswith("aktif"):
        row.note("kedudukan", "STANDING_WITHOUT_DATE")
        return
    fact = row.draft("standing", nip, if_none_known=True)
    registered = row.drafts[0]
    fact.put("on", Take(registered.fields.get("on"), registered.columns.get("on", "")))
    fact.unread |= registered.unread & {"on"}
    fact.put("standing", Take(str(Standing.AKTIF), row.header("kedudukan")))


def _put_golongan(row: RowReader, nip: Take, employment: str) -> None:
    rank = row.take(row.pick("gol_akhir", "gol_awal"), words.read_golongan)
    since = row.day("tmt_golongan")
    if rank.blank:
        return
    if rank.value and ("/" in rank.value) == _is_contract(employment):
        row.note("gol_akhir", "GOLONGAN_UNUSUAL")
    if since.blank:
        row.note(row.pick("tmt_golongan", "gol_akhir"), "GOLONGAN_UNDATED")
        return
    fact = row.draft("golongan", nip)
    fact.put("on", since)
    fact.put("golongan", rank)


def _put_position(row: RowReader, nip: Take) -> None:
    title, since = row.text("jabatan"), row.day("tmt_jabatan")
    if title.blank:
        return
    if since.blank:
        row.note(row.pick("tmt_jabatan", "jabatan"), "POSITION_UNDATED")
        return
    fact = row.draft("position", nip)
    fact.put("on", since)
    put_post(row, fact_title=title, kind_names=("jenis_jabatan_id", "jenis_jabatan"))
    if not common.put_unit(row, fact, "unor", "satker_kerja", "satker_induk"):
        row.note(row.pick("unor", "jabatan"), "POSITION_WITHOUT_UNIT")
        row.drafts.remove(fact)
        return
    fact.put("workplace", row.text("lokasi"))


def put_post(row: RowReader, *, fact_title: Take, kind_names: tuple[str, ...]) -> None:
    """Title, assignment, kind and eselon of the row's latest draft.

    "Struktural" says no kind: the reference of titles gives it, dated. The level of a functional
    post is read from the title later.
    """
    fact = row.drafts[-1]
    acting = titles.acting(fact_title.value)
    if acting is not None:
        fact.put("assignment", fact_title._replace(value=str(acting)))
        fact_title = fact_title._replace(value=titles.without_acting(fact_title.value))
    fact.put("title", fact_title)
    said = [(name, titles.position_kind(plain(row.cell(name)))) for name in kind_names]
    said = [(name, kind) for name, kind in said if kind is not None]
    if any(kind in _MANAGERIAL for _, kind in said):  # more exact than "struktural"
        said = [(name, kind) for name, kind in said if kind != titles.STRUCTURAL]
    if len({kind for _, kind in said}) > 1:
        row.note(said[1][0], "POSITION_KIND_DISAGREES")
    if said and said[0][1] != titles.STRUCTURAL:
        fact.put("kind", Take(said[0][1], row.header(said[0][0])))
    eselon = row.text("eselon")
    fact.put("eselon", eselon._replace(value=eselon.value and titles.eselon(eselon.value)))


def _put_qualification(row: RowReader, nip: Take) -> None:
    level = row.word(row.pick("pendidikan_tingkat", "pendidikan_tingkat_id"), words.EDUCATION)
    if level.blank:
        return
    if plain(row.cell("tahun_lulus")) in {"", "0"} or not row.says("tahun_lulus"):
        row.note(row.pick("tahun_lulus", "pendidikan_tingkat"), "QUALIFICATION_UNDATED")
        return
    fact = row.draft("qualification", nip)
    fact.put("on", common.year_text(row, "tahun_lulus"))
    fact.put("level", level)
    fact.put("field", row.text("pendidikan"))
    fact.put("institution", row.text("sekolah"))


PROFILE: Final = form(
    "siasn-profil",
    "profil pegawai SIASN",
    kinds="registered employment standing golongan position qualification",
    columns={
        "nip": common.NIP,
        "nama": common.NAME,
        "lahir": "tanggal lahir, tgl lahir",
        "kelamin": "jenis kelamin, kelamin",
        "jenis_pegawai": "jenis pegawai nama, jenis pegawai",
        "kedudukan_id": "kedudukan hukum id",
        "kedudukan": "kedudukan hukum nama, kedudukan hukum, status kedudukan",
        "status": "status cpns pns, status kepegawaian, status pegawai",
        "tmt_cpns": "tmt cpns, tmt cpns/pppk, tmt pppk",
        "tmt_pns": "tmt pns",
        "gol_awal": "gol awal nama",
        "gol_akhir": "gol akhir nama, golongan ruang, golru, golongan",
        "tmt_golongan": "tmt golongan, tmt gol",
        "jenis_jabatan_id": "jenis jabatan id",
        "jenis_jabatan": "jenis jabatan nama, jenis jabatan",
        "eselon": "eselon, eselon nama",
        "jabatan": "jabatan nama, nama jabatan, jabatan",
        "tmt_jabatan": "tmt jabatan",
        "pendidikan_tingkat_id": "tingkat pendidikan id",
        "pendidikan_tingkat": "tingkat pendidikan nama, tingkat pendidikan, pendidikan terakhir",
        "pendidikan": "pendidikan nama, jurusan",
        "tahun_lulus": "tahun lulus",
        "sekolah": "nama sekolah",
        "lokasi": "lokasi kerja nama, lokasi kerja, tempat tugas",
        "unor": "unor nama, nama unor, unit organisasi, unit kerja",
        "satker_induk": "satuan kerja induk nama",
        "satker_kerja": "satuan kerja kerja nama, satuan kerja, satker",
    },
    required="nip nama tmt_cpns jabatan|gol_akhir|pendidikan_tingkat"
    " tmt_jabatan|tmt_golongan|status",
    convert=_convert,
)
