import pytest

from pipelines.extraction.judgement.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We collect personal information about you when you register on this site.", "en"),
        ("Wir verarbeiten personenbezogene Daten nur mit Ihrer Einwilligung.", "de"),
        ("Nous recueillons des données à caractère personnel vous concernant.", "fr"),
        (
            "当社は、お客様の個人情報を適切に取り扱うため、以下のとおりプライバシーポリシーを定め、これを遵守いたします。",
            "ja",
        ),
    ],
)
def test_languages(text: str, language: str) -> None:
    found, probability = language_of(text * 3)
    assert found == language
    assert 0.9 < probability <= 1.0


def test_the_probability_has_two_decimals() -> None:
    _, probability = language_of("Datenschutz und Privacy, information et données personnelles sur le site web.")
    assert probability == round(probability, 2)


@pytest.mark.parametrize("text", ["", "Privacy", "1234567890 " * 20])
def test_too_little_text_to_tell(text: str) -> None:
    assert language_of(text) == ("", 0.0)
