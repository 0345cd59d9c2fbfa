"""What several forms share: spellings of the person's number, decrees, units."""

from __future__ import annotations

from typing import Final

from api.intake import dates, words
from api.intake.cells import Cell
from api.intake.row_reader import Draft, RowReader, Take

NIP: Final = (
    "nip, nip baru, nip pegawai, nip pns, nip asn, nomor induk pegawai, nip/ni pppk, nip_baru"
)
NAME: Final = "nama, nama pegawai, nama lengkap"
DECREE_NUMBER: Final = (
    "no_sk, nomor sk, sk nomor, nomor_sk, nosk, sk_nomor, no. sk, nomor surat keputusan"
)
DECREE_DAY: Final = "tgl_sk, tanggal sk, sk tanggal, tglsk, sk date, tanggal surat keputusan"
SEPARATOR: Final = " - "


def put_decree(draft: Draft, number: Take, day: Take, *, kind: str = "SK") -> None:
    """The document of a fact, if the row names it by number and day."""
    parts = {"number": number, "date": day}
    for part, take in parts.items():
        if take.column:
            draft.columns[f"document.{part}"] = take.column
        if take.unread:
            draft.unread.add("document")
    if number.value and day.value:
        draft.fields["document"] = {"kind": kind, "number": number.value, "date": day.value}
        draft.columns["document"] = number.column


def unit_path(unit: str, top: str) -> str:
    """The path of a unit from the top: `A - B - C`.

    A bare name such as "Subbagian Umum" stands in many agencies, so the satuan kerja is put before
    it; a path that ends with the satuan kerja is turned round.
    """
    parts = [part.strip() for part in unit.split(SEPARATOR) if part.strip()]
    above = [part.strip() for part in top.split(SEPARATOR) if part.strip()]
    if not above:
        return SEPARATOR.join(parts)
    wanted = words.key(above[-1])
    if not parts:
        return SEPARATOR.join(above)
    if words.key(parts[0]) in {wanted, words.key(above[0])}:
        return SEPARATOR.join(parts)
    if words.key(parts[-1]) == wanted:
        return SEPARATOR.join(reversed(parts))
    return SEPARATOR.join(above + parts)


def put_unit(row: RowReader, draft: Draft, name: str, *above: str) -> bool:
    """The unit of a fact from a unit's column and, where it is bare or empty, those above it."""
    upper = row.text(row.pick(*above)) if above else Take(None, "")
    own = row.text(name)
    if own.blank and upper.blank:
        return False
    path = unit_path(own.value or "", upper.value or "")
    draft.put("unit", Take(path, own.column if own.value else upper.column))
    if not own.value:
        row.note(row.pick(*above), "UNIT_FROM_SATUAN_KERJA")
    return True


def put_days(
    row: RowReader, draft: Draft, start_name: str, end_name: str, year_name: str = ""
) -> None:
    """`from` and `to`; a blank end is the start, blank days are the year, each flagged."""
    start, end = row.day(start_name), row.day(end_name)
    draft.put("from", start)
    if end.blank and start.value:
        row.note(start_name, "END_DATE_FROM_START")
        draft.put("to", start)
    elif end.blank and not start.unread and year_name and row.says(year_name):
        year = row.year(year_name)
        row.note(year_name, "DATE_FROM_YEAR")
        draft.put("to", year._replace(value=year.value and f"{year.value}-12-31"))
        draft.put("on", year._replace(value=year.value and str(year.value)))
    else:
        draft.put("to", end if start.unread else row.require(end))
    row.in_order(start_name, end_name, start, end)


def put_when(row: RowReader, draft: Draft, day_name: str, year_name: str = "") -> None:
    """`on` as exactly as the row says it: a day, or only its year, which is flagged."""
    name = row.pick(day_name, year_name) if year_name else day_name
    take = row.when(name) if name == day_name else year_text(row, name)
    if name == year_name and take.value:
        row.note(name, "DATE_FROM_YEAR")
    draft.put("on", row.require(take))


def year_text(row: RowReader, name: str) -> Take:
    """A year as text: a legal day of which no more is known."""

    def read(cell: Cell) -> str:
        return str(dates.read_year(cell))

    return row.take(name, read)


def put_hours(row: RowReader, draft: Draft, name: str) -> None:
    """Hours of training; blank is unknown and stays out, negative is refused."""
    hours = row.amount(name)
    if hours.value is not None and hours.value.startswith("-"):
        hours = row.refuse(name, "OUT_OF_RANGE", why="jam pelajaran tidak boleh negatif")
    draft.put("hours", hours)
