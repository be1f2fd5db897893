import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extraction.page.email import decoded
from tests.pipelines.extraction.pages import POLICY, reading


def hidden(address: str, key: int) -> str:
    return bytes([key, *(byte ^ key for byte in address.encode())]).hex()


@settings(deadline=None)
@given(st.integers(0, 255))
def test_any_key_reveals_the_address(key: int) -> None:
    assert decoded(hidden("dpo@example.org", key)) == "dpo@example.org"


@pytest.mark.parametrize("code", ["", "zz", "1234567", hidden("no address", 7), "ff" * 5, "00" * 500])
def test_what_holds_no_address(code: str) -> None:
    assert decoded(code) == ""


def test_pages_that_differ_in_the_key_read_the_same() -> None:
    page = (
        POLICY + '<p>Write to <a href="/cdn-cgi/l/email-protection#{0}"><span class="__cf_email__" data-cfemail="{0}">'
        "[email&#160;protected]</span></a>.</p>"
    )
    one, other = (reading(page.format(hidden("dpo@example.org", key))) for key in (17, 99))
    assert one == other
    assert "[dpo@example.org](http://www.example.com/cdn-cgi/l/email-protection)" in one.body
