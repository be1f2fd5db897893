import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.vocabulary import Naming, address_naming, folded, languages, naming, table

KINDS = {"privacy policy", "terms of service", "cookie policy", "imprint"}


def test_all_languages_have_words_for_all_kinds() -> None:
    union = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv"
    assert " ".join(sorted(languages())) == " ".join(sorted(f"{union} no tr ru uk ja zh ko ar hi id".split()))
    for language in languages():
        assert set(table()[language]) > KINDS
        assert all(table()[language][kind]["names"] for kind in KINDS)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Privacy Policy", {"privacy policy": True}),
        ("PRIVACY-POLICY", {"privacy policy": True}),
        ("privacy", {"privacy policy": False}),
        ("Privacy & Cookies", {"privacy policy": False, "cookie policy": False}),
        ("Privacy & Terms", {"privacy policy": False, "terms of service": False}),
        ("Politique de confidentialite", {"privacy policy": True}),
        ("POLITIQUE DE CONFIDENTIALITÉ", {"privacy policy": True}),
        ("개인정보 처리 방침", {"privacy policy": True}),
        ("プライバシーポリシー", {"privacy policy": True}),
        ("गोपनीयता नीति", {"privacy policy": True}),
        ("Contact", {}),
        ("", {}),
    ],
)
def test_a_text_names_its_kinds(text: str, kinds: dict[str, bool]) -> None:
    assert naming(text).kinds == kinds


def test_what_else_is_said_is_counted() -> None:
    assert naming("Our Privacy Policy").rest == 0
    assert naming("Acme Garden Privacy Policy").rest == 2
    assert naming("株式会社例のプライバシーポリシー").rest < 1


@pytest.mark.parametrize(
    "text", ["Cookie settings", "Privacy policy for applicants", "Cookie-Einstellungen", "Cookieの設定"]
)
def test_another_document_is_noticed(text: str) -> None:
    assert naming(text).other


@pytest.mark.parametrize(
    "part",
    ["privacyPolicy", "privacy_policy", "PrivacyPolicy2", "ourprivacypolicyen", "privacy-policy-gb", "legal-privacy"],
)
def test_addresses_write_words_together(part: str) -> None:
    found = address_naming(part)
    assert "privacy policy" in found.kinds
    assert found.rest == 0


def test_words_that_only_begin_alike_are_not_taken_apart() -> None:
    assert address_naming("determination").kinds == {}
    assert address_naming("privacyscreenwall").kinds == {}


def test_languages_are_told() -> None:
    assert naming("Datenschutzerklärung").languages == {"de"}


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    for found in (naming(text), address_naming(text)):
        assert isinstance(found, Naming)
        assert found.rest >= 0


@given(
    st.sampled_from(
        [name for one in ("de", "fr", "ru", "ja", "ar", "hi") for name in table()[one]["privacy policy"]["names"]]
    )
)
def test_each_name_is_known_however_it_is_written(name: str) -> None:
    for text in (name, name.upper(), f"  {name} ", folded(name), re.sub(" ", "-", name)):
        assert naming(text).kinds.get("privacy policy") is True, text
