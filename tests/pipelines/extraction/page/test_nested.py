import pytest

from pipelines.extraction.form.parse import parse
from pipelines.extraction.page.nested import unfold


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
