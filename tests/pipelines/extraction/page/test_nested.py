import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extraction.form.parse import parse
from pipelines.extraction.page.nested import decoded, unfold
from tests.pipelines.extraction.pages import POLICY, reading


def shown(html: str) -> str:
    root = parse(html)
    unfold(root)
    return " ".join(" ".join(root.itertext()).split())


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<iframe srcdoc='<p>b</p><p>c</p>'></iframe>d", "a b c d"),
        ("a<iframe srcdoc=''></iframe>b", "a b"),
        ("<x-y><template shadowrootmode=open>a<slot></slot>c</template><p>b</p></x-y>d", "a b c d"),
        ("<x-y><template shadowrootmode=open>a<slot name=s></slot>c</template><p slot=s>b</p></x-y>d", "a b c d"),
        ("<x-y>b<template shadowrootmode=closed>a <slot></slot> c</template></x-y>d", "a b c d"),
    ],
)
def test_what_a_browser_shows_is_in_its_place(html: str, text: str) -> None:
    assert shown(html) == text


def test_frames_in_frames_are_not_followed_without_end() -> None:
    assert shown("<iframe srcdoc='<iframe srcdoc=a></iframe>b'></iframe>c" * 200).count("c") == 200


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
