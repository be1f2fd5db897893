import pytest

from tests.pipelines.extraction.pages import POLICY, reading

LIST = "<ol class=a id=b><li>nets<ol><li>long</li></ol></li><li>rods</li></ol>"


@pytest.mark.parametrize(
    ("sheet", "labels"),
    [
        ("ol.a{list-style-type:lower-alpha}", "a. 1. b."),
        (".a > li { list-style: outside upper-roman; }", "I. 1. II."),
        ("ol{list-style-type:upper-latin} ol ol{list-style-type:lower-roman}", "A. i. B."),
        ("#b{margin:0;list-style-type:lower-latin}", "a. 1. b."),
        (".a>li:before{content:'(' counter(c,lower-latin) ') '}", "a. 1. b."),
        ("@media print{ol.a{list-style-type:lower-alpha}}", "a. 1. b."),
        ("ol{list-style:none}", "1. 1. 2."),
        (".other{list-style-type:lower-alpha}", "1. 1. 2."),
        ("ol[type]{list-style-type:lower-alpha}", "1. 1. 2."),
    ],
)
def test_lists_have_the_letters_that_a_sheet_gives_them(sheet: str, labels: str) -> None:
    body = reading(f"<html><head><style>{sheet}</style></head><body>{POLICY * 3}{LIST}</body></html>").body
    one, two, three = labels.split()
    lines = [" ".join(line.split()) for line in body.splitlines() if line.strip().endswith(("nets", "long", "rods"))]
    assert lines == [f"{one} nets", f"{two} long", f"{three} rods"]


def test_what_a_sheet_strikes_out_is_struck() -> None:
    sheet = "<style>.c5{color:red;text-decoration:line-through}</style>"
    body = reading(
        f"<html><body>{sheet}{POLICY * 3}<p>We <span class='c1 c5'>sell</span> keep nets.</p></body></html>"
    ).body
    assert "We ~~sell~~ keep nets." in body


@pytest.mark.parametrize(
    "html",
    [
        "<div style='color:red;white-space: pre-line'>{}</div>",
        "<style>.d1{{white-space:pre-wrap}}</style><div class='d0 d1'>{}</div>",
        "<p><span style='white-space:pre-wrap'>{}</span></p>",
    ],
)
def test_lines_end_where_a_style_says_that_they_do(html: str) -> None:
    body = reading(POLICY * 3 + html.format("We keep nets\nfor <b>a year</b>\nor two.\n\nThen we burn them.")).body
    assert "We keep nets  \nfor **a year**  \nor two.\n\nThen we burn them." in body


def test_other_lines_run_on() -> None:
    assert "We keep nets." in reading(f"{POLICY * 3}<p style='white-space:nowrap'>We keep\nnets.</p>").body


@pytest.mark.parametrize("said", ["style='display:block'", "class='block w-4'", "class=d-block"])
def test_spans_that_are_blocks_part_words(said: str) -> None:
    one, two = (f"<span {said}>{words}</span>" for words in ("Nets", "Rods"))
    body = reading(f"{POLICY}<h2>Fish</h2><h2>{one}{two}</h2>{one}{two}{POLICY}").body
    assert "## Nets Rods" in body
    assert "Nets\n\nRods" in body


def test_spans_that_are_no_blocks_stay_in_their_line() -> None:
    html = "<p>We <span style='display:inline-block'>keep</span> <span class=block-1>nets</span>.</p>"
    assert "We keep nets." in reading(POLICY + html).body


def test_a_whole_section_that_is_called_unseen_stays() -> None:
    assert "KEPT" in reading(f"{POLICY * 3}<div class=visually-hidden>KEPT {POLICY}</div>{POLICY}").body
