"""What the title of a training or post says of its level, where the source has no field for it."""

from __future__ import annotations

import re

from ledger.vocabulary import FunctionalLevel, LeadershipLevel

_LEVELS = {
    "I": LeadershipLevel.PKN_I,
    "II": LeadershipLevel.PKN_II,
    "III": LeadershipLevel.PKA,
    "IV": LeadershipLevel.PKP,
    "1": LeadershipLevel.PKN_I,
    "2": LeadershipLevel.PKN_II,
    "3": LeadershipLevel.PKA,
    "4": LeadershipLevel.PKP,
}
_NUMBERED = re.compile(
    r"\b(?:PKN|DIKLAT\s*PIM|DIKLATPIM|PIM|KEPEMIMPINAN(?:\s+NASIONAL)?)[.\s-]*"
    r"(?:TINGKAT|TK\.?)?[\s-]*(IV|III|II|I|[1-4])\b"
)
# PKA and PKP of LAN regulation 2018; SPATI, SPAMEN, SPAMA, ADUM and SEPALA are their forerunners.
_NAMED = (
    (re.compile(r"\bPKA\b|KEPEMIMPINAN\s+ADMINISTRATOR|\bSPAMA\b"), LeadershipLevel.PKA),
    (
        re.compile(r"\bPKP\b|KEPEMIMPINAN\s+PENGAWAS|\bADUM\b|\bADUMLA\b|\bSEPALA\b"),
        LeadershipLevel.PKP,
    ),
    (re.compile(r"\bSPATI\b"), LeadershipLevel.PKN_I),
    (re.compile(r"\bSPAMEN\b"), LeadershipLevel.PKN_II),
)
_FUNCTIONAL = re.compile(
    r"\b(AHLI\s+(?:PERTAMA|MUDA|MADYA|UTAMA)|PEMULA|TERAMPIL|MAHIR|PENYELIA)\s*$"
)


def leadership_level(title: str) -> LeadershipLevel | None:
    """The level of a leadership training by its title, or None where it cannot be read."""
    text = " ".join(title.upper().split())
    match = _NUMBERED.search(text)
    if match:
        return _LEVELS[match[1]]
    for pattern, level in _NAMED:
        if pattern.search(text):
            return level
    return None


def functional_level(title: str) -> FunctionalLevel | None:
    """The jenjang at the end of a functional title, as in "Analis SDM Aparatur Ahli Muda"."""
    match = _FUNCTIONAL.search(" ".join(title.upper().split()))
    return FunctionalLevel("_".join(match[1].split())) if match else None
