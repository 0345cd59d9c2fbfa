"""What the words of a post, a sanction or an award say about its kind."""

from __future__ import annotations

import re
from typing import Final

from api.intake.cells import clean
from ledger.vocabulary import Assignment, PositionKind, SanctionKind

_ACTING: Final = re.compile(r"^(PLT|PLH|PJ)\b\.?\s*", re.IGNORECASE)


def acting(title: str) -> Assignment | None:
    """Whether a title begins with Plt., Plh. or Pj."""
    match = _ACTING.match(clean(title))
    return Assignment(match[1].upper()) if match else None


def without_acting(title: str) -> str:
    """The title of the post itself, without Plt., Plh. or Pj."""
    return _ACTING.sub("", clean(title))


STRUCTURAL: Final = "STRUKTURAL"
_KIND_IDS: Final = {
    "1": STRUCTURAL,
    "2": PositionKind.FUNGSIONAL.value,
    "3": PositionKind.PELAKSANA.value,
    "4": PositionKind.PELAKSANA.value,
}
# In this order: "fungsional umum" is the older name of pelaksana.
_KIND_WORDS: Final = (
    ("FUNGSIONAL UMUM", PositionKind.PELAKSANA.value),
    ("JFU", PositionKind.PELAKSANA.value),
    ("PELAKSANA", PositionKind.PELAKSANA.value),
    ("FUNGSIONAL", PositionKind.FUNGSIONAL.value),
    ("JFT", PositionKind.FUNGSIONAL.value),
    ("PIMPINAN TINGGI UTAMA", PositionKind.JPT_UTAMA.value),
    ("JPT UTAMA", PositionKind.JPT_UTAMA.value),
    ("PIMPINAN TINGGI MADYA", PositionKind.JPT_MADYA.value),
    ("JPT MADYA", PositionKind.JPT_MADYA.value),
    ("PIMPINAN TINGGI PRATAMA", PositionKind.JPT_PRATAMA.value),
    ("JPT PRATAMA", PositionKind.JPT_PRATAMA.value),
    ("ADMINISTRATOR", PositionKind.ADMINISTRATOR.value),
    ("PENGAWAS", PositionKind.PENGAWAS.value),
    (STRUCTURAL, STRUCTURAL),
)


def position_kind(text: str) -> str | None:
    """The kind of post by SIASN's id or name; STRUKTURAL where only a reference can tell."""
    word = clean(text).upper().replace("_", " ")
    if word in _KIND_IDS:
        return _KIND_IDS[word]
    return next((kind for part, kind in _KIND_WORDS if part in word), None)


_ESELON: Final = re.compile(r"\b(IV|III|II|I)\s*[./\- ]?\s*([ab])\b", re.IGNORECASE)


def eselon(text: str) -> str | None:
    """Eselon I.a to IV.b; None for non-eselon and anything else."""
    match = _ESELON.search(clean(text))
    return f"{match[1].upper()}.{match[2].lower()}" if match else None


_SANCTIONS: Final = (
    (r"TIDAK ATAS PERMINTAAN|PDHTAPS|PEMBERHENTIAN DENGAN HORMAT", SanctionKind.PDHTAPS),
    (r"TIDAK DENGAN HORMAT|PTDH", SanctionKind.PTDH),
    (r"TEGURAN.*LISAN", SanctionKind.TEGURAN_LISAN),
    (r"TEGURAN.*TERTULIS", SanctionKind.TEGURAN_TERTULIS),
    (r"TIDAK PUAS", SanctionKind.PERNYATAAN_TIDAK_PUAS),
    (r"[PM]OTONG.*(?:TUKIN|TUNJANGAN|TPP|TAMBAHAN PENGHASILAN)", SanctionKind.PEMOTONGAN_TUKIN),
    (r"PENUNDAAN.*(?:KGB|GAJI)", SanctionKind.PENUNDAAN_KGB),
    (r"PENUNDAAN.*(?:PANGKAT|\bKP\b)", SanctionKind.PENUNDAAN_KENAIKAN_PANGKAT),
    (r"PENURUNAN PANGKAT|TURUN PANGKAT", SanctionKind.PENURUNAN_PANGKAT),
    (r"(?:PENURUNAN|TURUN|PEMINDAHAN).*JABATAN", SanctionKind.PENURUNAN_JABATAN),
    (r"PEMBEBASAN|BEBAS JABATAN", SanctionKind.PEMBEBASAN_JABATAN),
)
_SANCTION_PATTERNS: Final = tuple((re.compile(pattern), kind) for pattern, kind in _SANCTIONS)


def sanction_kind(text: str) -> SanctionKind:
    """The kind of sanction its words name; LAINNYA if none, so that the level still counts."""
    word = clean(text).upper().replace("_", " ")
    member = SanctionKind.__members__.get(word.replace(" ", "_"))
    if member is not None:
        return member
    found = (kind for part, kind in _SANCTION_PATTERNS if part.search(word))
    return next(found, SanctionKind.LAINNYA)


_SATYALANCANA: Final = re.compile(r"\b(XXX|XX|X|30|20|10)\b")
_YEARS: Final = {"30": "XXX", "20": "XX", "10": "X"}


def award_kind(name: str) -> str | None:
    """SATYALANCANA_X, _XX, _XXX or ASN_BERPRESTASI where the name says so; else None."""
    text = clean(name).upper()
    if re.search(r"SAT[IY]A\s*LANCANA|\bSLKS\b", text):
        match = _SATYALANCANA.search(text)
        return f"SATYALANCANA_{_YEARS.get(match[1], match[1])}" if match else None
    if re.search(r"\b(?:ASN|PNS|PEGAWAI)\b.*\b(?:BERPRESTASI|TELADAN)\b", text):
        return "ASN_BERPRESTASI"
    return None
