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


def test_a_whole_section_that_is_called_unseen_stays() -> None:
    assert "KEPT" in reading(f"{POLICY * 3}<div class=visually-hidden>KEPT {POLICY}</div>{POLICY}").body
