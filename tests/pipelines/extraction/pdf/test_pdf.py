from collections.abc import Callable

import pytest

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.pdf.pdf import is_pdf, pdf_text
from tests.pipelines.extraction.pages import reading
from tests.pipelines.extraction.pdfs import Shown, document, lines, rewritten, word_by_word

# a full line is about as long as the others: the next word would not have fitted
PROSE = (
    "We collect the name and the street of each sender and give them to",
    "the carriers only. These records are kept for seven years because the",
    "law of the county asks for it.",
)
WHOLE = " ".join(PROSE)


def body_of(*pages: list[Shown]) -> str:
    return pdf_text(document(*pages))[1]


def test_told_by_its_bytes() -> None:
    assert is_pdf(b"\r\n%PDF-1.4 ...")
    assert not is_pdf(b"<html>" + b" " * 2000 + b"%PDF-")


def test_lines_of_a_paragraph_are_joined() -> None:
    assert body_of(lines(PROSE)) == WHOLE


def test_a_line_that_ends_early_ends() -> None:
    assert body_of(lines([*PROSE, "Larkmoor Post", "12 Harbour Road", *PROSE])).splitlines() == [
        f"{WHOLE}  ", "Larkmoor Post  ", "12 Harbour Road  ", WHOLE,
    ]  # fmt: skip


def test_a_gap_ends_a_paragraph() -> None:
    assert body_of(lines([*PROSE, "", *PROSE])) == f"{WHOLE}\n\n{WHOLE}"


def test_words_painted_one_by_one_are_lines() -> None:
    assert body_of(word_by_word(lines(PROSE))) == WHOLE


def test_letters_painted_one_by_one_are_words() -> None:
    letters = [
        (72 + 6.6 * place, y, 11.0, letter)
        for _, y, _, text in lines(PROSE)
        for place, letter in enumerate(text)
        if letter != " "
    ]
    assert body_of(letters) == WHOLE


def test_headings_by_their_size_and_the_first_as_the_title() -> None:
    shown = [(72.0, 740.0, 20.0, "Privacy Policy"), (72.0, 715.0, 14.0, "1. What we collect"), *lines(PROSE, top=690)]
    assert pdf_text(document(shown)) == ("Privacy Policy", f"## Privacy Policy\n\n### 1\\. What we collect\n\n{WHOLE}")


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("Our Policy", "Our Policy"),
        ("untitled", ""),
        ("(anonymous)", ""),
        ("Microsoft Word - policy_final.docx", ""),
        ("Policy of Larkmoor (clean).docx", ""),
    ],
)
def test_a_title_that_a_program_put_there_is_none(stated: str, title: str) -> None:
    assert pdf_text(document(lines(PROSE), title=stated))[0] == title


def test_marks_of_lists() -> None:
    shown = [
        *lines(PROSE, top=740),
        (72.0, 690.0, 11.0, "•"), (90.0, 690.0, 11.0, "your name;"),
        (72.0, 676.0, 11.0, "•"), (90.0, 676.0, 11.0, "your street;"),
        (108.0, 662.0, 11.0, "- its number;"),
        (72.0, 648.0, 11.0, "\uf0b7 your telephone."),
    ]  # fmt: skip
    assert body_of(shown) == f"{WHOLE}\n\n- your name;\n- your street;\n  - its number;\n- your telephone."


def test_marks_painted_before_all_their_texts() -> None:
    shown = [(72.0, 690.0 - 14 * n, 11.0, "•") for n in range(3)]
    shown += [(90.0, 690.0 - 14 * n, 11.0, f"item {n} of the list") for n in range(3)]
    assert body_of(shown) == "- item 0 of the list\n- item 1 of the list\n- item 2 of the list"


def test_numbered_lines_stay_lines() -> None:
    assert body_of(lines(["1. We collect data", "2. We keep data", "(a) in a safe"])) == (
        "1\\. We collect data\n\n2\\. We keep data\n\n(a) in a safe"
    )


def test_ligatures_are_letters() -> None:
    assert body_of(lines(["The o\ufb03ce \ufb01les your \ufb02at."])) == "The office files your flat."


def test_a_hyphen_at_the_end_of_a_line() -> None:
    assert body_of(lines(["We keep infor-", "mation about you."])) == "We keep information about you."


def test_a_hyphen_that_belongs_to_the_word() -> None:
    shown = lines(["A third of each party is a third party, and each third-", "party service is named."])
    assert "third-party service" in body_of(shown)


@pytest.mark.parametrize("by_row", [True, False])
def test_two_columns(by_row: bool) -> None:
    left = lines([f"left column line number {n} goes on" for n in range(8)], x=50, size=9)
    right = lines([f"right column line number {n} goes on" for n in range(8)], x=330, size=9)
    heading: list[Shown] = [(50.0, 740.0, 18.0, "A heading over both columns of this page")]
    shown = heading + ([one for pair in zip(left, right, strict=True) for one in pair] if by_row else left + right)
    found = body_of(shown)
    assert found.startswith("## A heading over both columns of this page\n\nleft column line number 0")
    places = [found.index(f"{side} column line number {n}") for side in ("left", "right") for n in range(8)]
    assert places == sorted(places)


def test_columns_whose_lines_do_not_align() -> None:
    left = lines([f"left column line number {n} goes on" for n in range(8)], x=50, size=9)
    right = lines([f"right column line number {n} goes on" for n in range(8)], x=330, size=9, top=694)
    found = body_of(left + right)
    places = [found.index(f"{side} column line number {n}") for side in ("left", "right") for n in range(8)]
    assert places == sorted(places)


def test_rows_of_a_table() -> None:
    rows = (("Cookie", "Purpose", "Kept for"), ("_sid", "Session", "1 day"), ("_ads", "Advertising", "2 years"))
    shown = [(72.0 + 150 * column, 600.0 - 30 * row, 11.0, text) for column in range(3) for row, text in enumerate(
        [cells[column] for cells in rows])]  # fmt: skip
    assert body_of(shown) == "Cookie Purpose Kept for  \n_sid Session 1 day  \n_ads Advertising 2 years"


def test_running_heads_and_page_numbers_go() -> None:
    pages = [
        [(72.0, 770.0, 8.0, "Larkmoor Post - Privacy"), *lines([f"Section of page {n}.", "", *PROSE]),
         (280.0, 20.0, 8.0, f"Page {n} of 3")]
        for n in (1, 2, 3)
    ]  # fmt: skip
    found = body_of(*pages)
    assert "Larkmoor Post" not in found
    assert "of 3" not in found
    assert [f"Section of page {n}." in found for n in (1, 2, 3)] == [True] * 3
    assert found.count(WHOLE) == 3


@pytest.mark.parametrize(
    "foot",
    [
        lambda number: f"Fernhill Ferry | 3 May 2021 | {number}",
        lambda number: f"https://fernhill.example/privacy.pdf {number}/2",
        lambda number: "i" * number,
        lambda number: f"© 2021 Fernhill Ferry {number}",
    ],
)
def test_a_running_foot_with_numbers_that_stay_and_one_that_counts(foot: Callable[[int], str]) -> None:
    pages = [[*lines(PROSE), (72.0, 30.0, 8.0, foot(number))] for number in (1, 2)]
    assert body_of(*pages) == f"{WHOLE}\n\n{WHOLE}"


def test_a_stamp_across_the_page_is_no_text() -> None:
    stamp = "BT /F1 60 Tf 0.7 0.7 -0.7 0.7 150 400 Tm (DRAFT) Tj ET"
    assert pdf_text(document(lines(PROSE), painted=stamp))[1] == WHOLE


def test_a_running_foot_that_states_a_date_stays_once() -> None:
    foot: Shown = (72.0, 20.0, 8.0, "Last updated: 3 March 2021")
    found = body_of(*[[*lines([f"This is page {n}.", "", *PROSE]), foot] for n in (1, 2, 3)])
    assert found.count("Last updated: 3 March 2021") == 1


def test_a_paragraph_goes_on_over_the_page() -> None:
    assert body_of(lines(["We collect the name and the street of each sender and"]), lines(["of each reader."])) == (
        "We collect the name and the street of each sender and of each reader."
    )


def test_from_right_to_left() -> None:
    shown = lines(["מדיניות הפרטיות שלנו"[::-1], "איננו מוכרים מידע אישי"[::-1]])
    assert body_of(shown).split("  \n") == ["מדיניות הפרטיות שלנו", "איננו מוכרים מידע אישי"]


def test_chinese_lines_are_joined_without_a_space() -> None:
    assert body_of(
        lines(
            [
                "我们收集您的姓名和地址并且保存这些记录七年因为法律要求如此然后",
                "我们将其销毁不会出售您的个人信息给他人或者其他任何公司除非您同",
                "意。",
            ]
        )
    ) == (
        "我们收集您的姓名和地址并且保存这些记录七年因为法律要求如此然后"
        "我们将其销毁不会出售您的个人信息给他人或者其他任何公司除非您同意。"
    )


def test_letters_that_stand_apart_are_words() -> None:
    assert body_of(lines(["T E R M S   O F   U S E", "", *PROSE])).startswith("TERMS OF USE\n\n")


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_is_turned(turn: int) -> None:
    matrix = {90: "0 1 -1 0 612 0", 180: "-1 0 0 -1 612 792", 270: "0 -1 1 0 0 792"}[turn]
    shown = document(lines(PROSE), page=f"/Rotate {turn}")
    at = shown.index(b"BT /F1")
    length = int(shown[shown.rindex(b"/Length", 0, at) + 8 : shown.rindex(b">>", 0, at)])
    before = f"<< /Length {length} >>\nstream\n".encode()
    whole = f"{matrix} cm\n".encode()
    assert (
        pdf_text(shown.replace(before, f"<< /Length {length + len(whole)} >>\nstream\n".encode() + whole))[1] == WHOLE
    )


def test_what_was_filled_into_a_form() -> None:
    look = "BT /F1 11 Tf 2 4 Td (Larkmoor Post) Tj ET"
    field = (
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (controller) /V (Larkmoor Post) /F 4 /Rect [200 500 400 520]"
        " /DA (/F1 11 Tf) /AP << /N 8 0 R >> >>"
    )
    drawn = (
        f"<< /Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 3 0 R >> >>"
        f" /Length {len(look)} >>\nstream\n{look}\nendstream"
    )
    body = document(
        [(72.0, 504.0, 11.0, "Controller:")],
        extra=(field, drawn), page="/Annots [7 0 R]", root="/AcroForm << /Fields [7 0 R] >>",
    )  # fmt: skip
    assert pdf_text(body)[1] == "Controller: Larkmoor Post"


def test_encrypted_with_an_empty_password() -> None:
    assert pdf_text(rewritten(document(lines(PROSE)), password=""))[1] == WHOLE


def test_what_is_markup_in_a_pdf_does_nothing() -> None:
    assert body_of(lines(["# No heading <b>bold</b> [a](http://example.com)"])) == (
        "\\# No heading \\<b>bold\\</b> [a\\](http://example.com)"
    )


def test_read_whatever_it_was_served_as() -> None:
    found = reading(
        document(lines(["We collect personal information.", "", "We disclose none of it to third parties."]))
    )
    assert found.body.startswith("We collect personal information.")
    assert found.title == ""
    assert found.charset == ""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (document([]), "scanned PDF"),
        (rewritten(document(lines(["secret"])), password="x"), "encrypted PDF"),
        (b"%PDF-1.4 and then nothing", "broken PDF"),
        (document(lines(["text"]))[:100], "broken PDF"),
        (b"%PDF-" + b"x" * (33 << 20), "page too large"),
        (document(*[[] for _ in range(501)]), "page too large"),
    ],
)
def test_failures_have_reasons(body: bytes, reason: str) -> None:
    with pytest.raises(ReadingFailed) as failure:
        pdf_text(body)
    assert failure.value.reason == reason
