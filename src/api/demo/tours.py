"""Three guided stories: what people ask most, a page after the other, with what to see on each.

An address is a pattern: `{pid}` stands for the id of the person, `{fact}` for the position of the
fact that a step names. Both are known once the demo is founded.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.demo import stories
from api.demo.accounts import ANALYST, PANEL
from ledger.vocabulary_agency import ReadingPurpose


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a story.

    Attributes:
        address: pattern of the page, with its coordinates.
        says: what to see there, in Indonesian; english: the same.
        total: the score that the page shows, exact text; None where it shows another thing.
        fact: key or id of the fact that `{fact}` stands for.
    """

    address: str
    says: str
    english: str
    total: str | None = None
    fact: str | None = None


@dataclass(frozen=True, slots=True)
class Tour:
    """A story with the account that may see all of it.

    Attributes:
        name: of the story in addresses. cast: number of the person it is about. purpose: what his
        record is read for; None where it is one's own.
    """

    name: str
    title: str
    english: str
    cast: int
    account: str
    purpose: ReadingPurpose | None
    steps: tuple[Step, ...]


_RECORD, _COMPARED = "/asn/{pid}", "/asn/{pid}/perbandingan?instrument=ip-asn"
# The end of 29 February 2024 in the agency's zone.
_SIGNED = "2024-02-29T15:59:59Z"

TOURS = (
    Tour(
        "nilai-turun",
        "Mengapa nilai ini turun?",
        "Why did this score fall?",
        stories.FALLEN,
        "demo-asn",
        None,
        (
            Step(
                f"{_RECORD}?as_of=2023-12-31",
                "Pada akhir 2023 Kenanga memiliki 85 poin, kategori TINGGI.",
                "At the end of 2023 Kenanga had 85 points, band TINGGI.",
                total="85",
            ),
            Step(
                f"{_RECORD}?as_of=2025-12-31",
                "Dua tahun kemudian 58 poin. Tidak ada yang keliru dan tidak ada aturan yang"
                " berubah.",
                "Two years later 58 points. Nobody made a mistake and no rule changed.",
                total="58",
            ),
            Step(
                f"{_COMPARED}&from=2023-12-31&to=2025-12-31",
                "Selisih 27 poin terurai habis: dua pelatihan keluar dari jangka waktunya, dan satu"
                " teguran tertulis.",
                "The 27 points add up: two trainings left their window, and one written reprimand.",
            ),
            Step(
                "/catatan/{fact}",
                "Teguran itu sendiri: surat keputusannya, kedua tanggalnya, dan buktinya.",
                "The reprimand itself: its decree, both its dates, and its proof.",
                fact="HD-JATUH",
            ),
        ),
    ),
    Tour(
        "saat-ditandatangani",
        "Apa yang diketahui saat ini ditandatangani?",
        "What did we know when this was signed?",
        stories.LATE,
        ANALYST,
        ReadingPurpose.DECISION,
        (
            Step(
                "/keputusan/PN-2023",
                "Nilai 2023 Biro Organisasi ditetapkan pada 29 Februari 2024, atas dasar yang"
                " dikunci.",
                "The scores of 2023 were set on 29 February 2024, on a basis that is pinned.",
            ),
            Step(
                f"{_RECORD}?as_of=2023-12-31&known_at={_SIGNED}",
                "Yang diketahui hari itu: Damar memiliki 62,5 poin.",
                "What was known that day: Damar had 62.5 points.",
                total="62.5",
            ),
            Step(
                f"{_RECORD}?as_of=2023-12-31",
                "Pertanyaan yang sama hari ini: 85 poin. Jawaban lama tetap ada.",
                "The same question today: 85 points. The old answer is still there.",
                total="85",
            ),
            Step(
                f"{_COMPARED}&as_of=2023-12-31&known_from={_SIGNED}",
                "Penyebabnya satu: sertifikat November 2023 baru diterima pada Mei 2024.",
                "One cause: a certificate of November 2023 arrived in May 2024.",
            ),
            Step(
                "/catatan/{fact}",
                "Sertifikat itu dengan kedua tanggalnya: kapan berlaku, kapan tercatat.",
                "The certificate with both its dates: when it counts from, when it was recorded.",
                fact="pelatihan-terlambat",
            ),
        ),
    ),
    Tour(
        "tanpa-hukuman",
        "Bagaimana bila hukuman itu tidak ada?",
        "What if the sanction had not been?",
        stories.DISPUTED,
        PANEL,
        ReadingPurpose.DISPUTE,
        (
            Step(
                "/kasus",
                "Keberatan Cemara sudah lewat tenggat putusannya.",
                "The ruling on Cemara's objection is overdue.",
            ),
            Step(
                f"{_RECORD}?as_of=2026-10-30",
                "Selama keberatan terbuka, 69,5 poin bersifat sementara, dengan rentangnya.",
                "While the objection is open, 69.5 points are provisional, with their range.",
                total="69.5",
            ),
            Step(
                f"{_RECORD}?as_of=2026-10-30&without={{fact}}",
                "Tanpa hukuman itu 72,5 poin: simulasi, tidak tersimpan di mana pun.",
                "Without the sanction 72.5 points: a simulation, stored nowhere.",
                total="72.5",
                fact="HD-SENGKETA",
            ),
            Step(
                "/catatan/{fact}",
                "Hukuman yang disengketakan: surat keputusan, keberatan, dan nilai yang tersentuh.",
                "The sanction in dispute: its decree, the objection, and the scores it touches.",
                fact="HD-SENGKETA",
            ),
        ),
    ),
)
