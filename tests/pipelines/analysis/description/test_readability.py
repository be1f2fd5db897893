import pytest

from pipelines.analysis.description.readability import prose_of, reading_ease, sentences_of, syllables

COUNTS = {
    "en": "we 1 use 1 name 1 table 2 cookies 2 privacy 3 policy 3 information 4 collected 3 shared 1 services 3 "
    "third 1 parties 2 website 2 addresses 3 times 1 uses 2 provided 3 agree 2 the 1",
    "de": "wir 1 daten 2 erheben 3 informationen 6 seite 2 werden 2 dienste 2 für 1 zwecke 2 speichern 2 auskunft 2",
    "fr": "nous 1 données 2 personnelles 3 site 1 politique 3 services 2 finalité 4 vie 1",
    "es": "datos 2 política 4 privacidad 4 información 4 servicio 3 ley 1 usuario 3 cuenta 2",
    "it": "dati 2 personali 4 servizio 3 utente 3 finalità 4 quali 2",
    "nl": "wij 1 gegevens 3 website 3 gebruiken 3 onze 2 privacyverklaring 5 bijvoorbeeld 3",
}


@pytest.mark.parametrize("language", COUNTS)
def test_syllables_are_right_for_nine_words_in_ten(language: str) -> None:
    pairs = list(zip(*[iter(COUNTS[language].split())] * 2, strict=True))
    right = sum(syllables(word, language) == int(count) for word, count in pairs)
    assert right / len(pairs) >= 0.85, [(w, c, syllables(w, language)) for w, c in pairs]


def test_each_item_of_a_list_is_a_sentence_and_headings_are_none() -> None:
    text = "## What we collect\n\nWe collect:\n\n  * your name\n  * your mail address\n    * and its parts\n\n"
    text += "  1. a date\n"
    found = prose_of(text, "en")
    assert (found.sentences, found.words) == (5, 12)


def test_tables_rules_and_link_addresses_are_no_prose() -> None:
    text = "Name| Use\n---|---\nmail| news|\n\n* * *\n\nSee [our page](https://example.com/a.b) for more.\n"
    found = prose_of(text.replace("Name| Use", "| Name | Use |").replace("---|---", "|---|---|"), "en")
    assert (found.sentences, found.words) == (1, 5)


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("We use tools, e.g. Cookies. They are small.", 2),
        ("Shop Inc. Keeps data for Mr. A. Smith in the U.S. Postal zone.", 1),
        ("Version 1.2 applies. 3 years later? Yes!", 3),
        ("Wir speichern z.B. Namen gem. Art. 6 Abs. 1. Mehr nicht.", 2),
        ("no end at all", 1),
        ("", 0),
    ],
)
def test_points_that_end_no_sentence(line: str, count: int) -> None:
    assert len(sentences_of(line)) == count


def test_the_formula_of_flesch() -> None:
    text = "The cat sat on the mat. " * 20  # 6 words and 6 syllables a sentence
    assert reading_ease(text, "en") == pytest.approx(206.835 - 1.015 * 6 - 84.6)
    assert reading_ease(text, "de") == pytest.approx(180 - 6 - 58.5)


def test_only_languages_of_a_formula_and_texts_of_some_length() -> None:
    text = "The cat sat on the mat. " * 20
    assert reading_ease(text, "pl") is None
    assert reading_ease(text, "") is None
    assert reading_ease("The cat sat.", "en") is None


def test_a_long_line_of_marks_takes_no_time_of_its_own() -> None:
    for piece in ("](", "|", ". ", "* ", "a.", "’’", "> "):
        assert prose_of(piece * 100_000, "en").words >= 0
