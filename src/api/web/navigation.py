"""The areas of the site in the order of the menu: address and Indonesian label."""

from __future__ import annotations

from typing import Final

AREAS: Final[tuple[tuple[str, str], ...]] = (
    ("/", "Beranda"),
    ("/opd", "Perangkat Daerah"),
    ("/talenta", "Talenta"),
    ("/kasus", "Disiplin & sengketa"),
    ("/keputusan", "Keputusan"),
    ("/audit", "Meja audit"),
    ("/impor", "Impor"),
    ("/catat", "Catat"),
    ("/aturan", "Aturan"),
    ("/akses", "Akses"),
    ("/panduan", "Panduan"),
)
