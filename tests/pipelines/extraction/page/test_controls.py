"""Terms in a textarea are read line by line; what is ticked below them is no part of them."""

import pytest

from tests.pipelines.extraction.pages import POLICY, reading

TERMS = (
    "HOUSE RULES\n\n1. You agree to these terms of service.\n   They are ours.\n\n" + "2. No goats in the hall. " * 12
)


def test_the_lines_of_a_textarea_stay_lines() -> None:
    body = reading(f"<title>Terms</title><form><p>Read them.</p><textarea readonly>{TERMS}</textarea></form>").body
    assert body.startswith(
        "Read them.\n\nHOUSE RULES\n\n1\\. You agree to these terms of service.  \nThey are ours.\n\n2"
    )


@pytest.mark.parametrize(
    "box",
    [
        '<p><input type="checkbox"> I agree</p><input type="submit" value="Join">',
        "<label><input type=checkbox name=ok> I have read and accept the house rules</label><button>Go</button>",
        "<div><label><input type=radio> Accept</label></div><div><label><input type=radio> Decline</label></div>",
        "<p>Join? <input type=radio> Yes <input type=radio> No</p>",
    ],
)
def test_what_is_ticked_at_the_end_of_a_form_is_left_out(box: str) -> None:
    body = reading(f"<form><h2>Terms</h2>{POLICY}<textarea>{TERMS}</textarea>{box}</form>").body
    assert body.rstrip().endswith("No goats in the hall.")


def test_boxes_within_the_text_stay() -> None:
    boxes = "<p><input type=checkbox checked> Necessary cookies</p>"
    body = reading(f"<form><h2>Cookies</h2>{POLICY}{boxes}{POLICY.replace('customers', 'guests')}</form>").body
    assert "Necessary cookies" in body
