"""A workbook of trainings, as large as asked for, in the form that agencies keep by hand."""

from __future__ import annotations

from datetime import date
from itertools import islice
from pathlib import Path

import xlsxwriter

from tests.bench.facts_lines import rows, write_rows

HEADERS = (
    "nama", "nip", "unit_kerja", "nama_pelatihan", "jenis_pelatihan", "penyelenggara",
    "tanggal_mulai", "tanggal_selesai", "jp", "no_sertifikat",
)  # fmt: skip


def write_workbook(folder: Path, count: int, people: int) -> Path:
    """A folder with the people's registrations and a workbook of so many trainings of theirs."""
    inside = folder / "files"
    inside.mkdir()
    registrations = list(islice(rows(3 * people, people), people))
    write_rows(inside / "people.jsonl", registrations)
    book = xlsxwriter.Workbook(inside / "pelatihan.xlsx", {"constant_memory": True})
    day = book.add_format({"num_format": "dd-mm-yyyy"})
    sheet = book.add_worksheet("pelatihan")
    sheet.write_row(0, 0, HEADERS)
    for index in range(count):
        person = registrations[index % people]
        on = date(2018 + index // people % 5, 1 + index % 12, 1 + index % 28)
        title = f"Pelatihan Umpama Angkatan {index}"
        cells = (person["name"], person["nip"], "Dinas Umpama", title, "Teknis", "Lembaga Umpama")
        sheet.write_row(index + 1, 0, cells)
        sheet.write_datetime(index + 1, 6, on, day)
        sheet.write_datetime(index + 1, 7, on, day)
        sheet.write_number(index + 1, 8, 4 + index % 5 * 4)
        sheet.write_string(index + 1, 9, f"{index}/UMPAMA")
    book.close()
    return inside
