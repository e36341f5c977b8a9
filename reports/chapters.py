"""The chapters of the two consolidated reports: their order, their headings, and their words as paragraphs.

A chapter is made of figures, which nobody types, and of words, which the department may change until it
freezes them. The headings are those of a document and stay Vietnamese.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reports.models import Chapter, Snapshot

TITLES: Mapping[str, Mapping[Chapter, str]] = {
    Snapshot.Kind.COMMITTEE: {
        Chapter.RECEIVED: "I. TÌNH HÌNH GỬI BÁO CÁO",
        Chapter.RESULTS: "II. KẾT QUẢ XÂY DỰNG, ÁP DỤNG THEO NHÓM CƠ QUAN",
        Chapter.UPKEEP: "III. KẾT QUẢ DUY TRÌ, CẢI TIẾN",
        Chapter.TRAINING: "IV. TẬP HUẤN, KIỂM TRA, KINH PHÍ – 1. Tập huấn",
        Chapter.INSPECTION: "IV. TẬP HUẤN, KIỂM TRA, KINH PHÍ – 2. Kiểm tra",
        Chapter.MONEY: "IV. TẬP HUẤN, KIỂM TRA, KINH PHÍ – 3. Kinh phí",
        Chapter.ASSESSMENT: "V. ĐÁNH GIÁ CHUNG",
        Chapter.PROPOSALS: "VI. KIẾN NGHỊ",
        Chapter.NEXT_YEAR: "VII. NHIỆM VỤ NĂM SAU",
    },
    Snapshot.Kind.MINISTRY: {
        Chapter.DIRECTION: "I. CÔNG TÁC CHỈ ĐẠO, BAN HÀNH KẾ HOẠCH",
        Chapter.RESULTS: "II. KẾT QUẢ XÂY DỰNG, ÁP DỤNG THEO CẤP, NHÓM CƠ QUAN",
        Chapter.TRAINING: "III. ĐÀO TẠO, TUYÊN TRUYỀN",
        Chapter.INSPECTION: "IV. KIỂM TRA",
        Chapter.MONEY: "V. KINH PHÍ",
        Chapter.ASSESSMENT: "VI. ĐÁNH GIÁ CHUNG",
        Chapter.PROPOSALS: "VII. KIẾN NGHỊ",
        Chapter.NEXT_YEAR: "VIII. NHIỆM VỤ NĂM SAU",
    },
}
# Chapters that consist of words alone: an official report cannot leave them empty.
WORDS_ALONE = (Chapter.ASSESSMENT, Chapter.PROPOSALS, Chapter.NEXT_YEAR)


@dataclass(frozen=True)
class Worded:
    """One chapter as it is printed: its heading and its words, a paragraph a line."""

    chapter: str
    title: str
    text: str

    @property
    def paragraphs(self) -> list[str]:
        """The lines that say something."""
        return [line.strip() for line in self.text.splitlines() if line.strip()]


def worded(kind: str, words: Mapping[str, str]) -> dict[str, Worded]:
    """The chapters of a kind of report with their words, by key of the chapter."""
    return {
        chapter.value: Worded(chapter.value, title, words.get(chapter.value, ""))
        for chapter, title in TITLES[kind].items()
    }
