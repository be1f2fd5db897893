"""The model that tells languages is unpacked once, and what becomes of the copy changes no answer."""

from pathlib import Path

import pytest

from pipelines.extraction.judgement.languagemodel import identifier, kept_model, language_of

GERMAN = "Wir verarbeiten personenbezogene Daten nur mit Ihrer Einwilligung."


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_an_unpacked_copy_tells_the_same_and_a_damaged_one_is_not_used(cache: Path) -> None:
    unpacked = identifier()
    kept = kept_model()
    assert cache in kept.parents
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]
    with kept.open("r+b") as file:
        file.seek(kept.stat().st_size // 2)
        file.write(bytes(1000))
    packed = identifier()
    assert not kept.exists(), "the next process unpacks it again"
    assert unpacked.nb_classes == packed.nb_classes
    assert unpacked.classify(GERMAN) == packed.classify(GERMAN)
    assert unpacked.rank(GERMAN) == packed.rank(GERMAN)


def test_where_nothing_can_be_kept_languages_are_told(cache: Path) -> None:
    cache.write_text("no folder")
    assert identifier().classify(GERMAN)[0] == "de"


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
