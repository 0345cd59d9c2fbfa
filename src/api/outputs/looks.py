"""Looks and roles as CSV for people: semicolons, a byte order mark, times of the agency."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from api.outputs.workbook import safe_cell

_BOM = "\ufeff"
LOOKS = (
    "Nomor", "Waktu", "Pembaca", "Peran pembaca", "Keperluan", "Jenis", "Yang diminta", "Unit",
    "ID pegawai",
)  # fmt: skip
ROLES = (
    "Akun", "Peran", "Unit", "ID pegawai", "Sejak", "Sampai sebelum", "Berlaku", "Disetujui oleh",
    "Nomor catatan",
)  # fmt: skip


def looks_csv(looks: Iterable[Mapping[str, Any]], zone: ZoneInfo) -> Iterator[bytes]:
    """Looks as lines of CSV, the header first."""
    return _lines(
        LOOKS,
        (
            (
                one["number"],
                _local(one["at"], zone),
                one["reader"],
                ", ".join(one["roles"]),
                one["purpose_words"],
                one["kind"],
                one["asked"],
                None if one["unit"] is None else one["unit"]["name"],
                one["subject"] if one["kind"] != "UNIT" else None,
            )
            for one in looks
        ),
    )


def roles_csv(roles: Iterable[Mapping[str, Any]], zone: ZoneInfo) -> Iterator[bytes]:
    """Roles as lines of CSV, the header first."""
    return _lines(
        ROLES,
        (
            (
                one["account"],
                one["role"],
                None if one["unit"] is None else one["unit"]["name"],
                one["person"],
                _local(one["since"], zone),
                one["until"],
                "ya" if one["held"] else "tidak",
                one["granted_by"],
                one["position"],
            )
            for one in roles
        ),
    )


def _local(text: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(text).astimezone(zone).isoformat(sep=" ", timespec="seconds")


def _lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    yield _line(header, _BOM)
    for row in rows:
        yield _line([safe_cell(one) if isinstance(one, str) else one for one in row])


def _line(row: Sequence[Any], before: str = "") -> bytes:
    buffer = io.StringIO(before)
    buffer.seek(len(before))
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerow(row)
    return buffer.getvalue().encode()
