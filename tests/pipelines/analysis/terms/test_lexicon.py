"""Lexicons: what is counted, what is broken and where; and the one that comes with the program."""

from pathlib import Path

import pytest

from pipelines.analysis.terms import lexicon as module
from pipelines.analysis.terms.lexicon import SHIPPED, Lexicon, plain, read_lexicon
from pipelines.exceptions import WrongUse


def lexicon(folder: Path, text: str) -> Lexicon:
    path = folder / "terms.toml"
    path.write_text(text, "utf-8")
    return read_lexicon(path)


COOKIES = """# a comment
[[term]]
name = "cookies"
[term.patterns]
any = ['\\bcookies?\\b']
de = ['\\bkekse?\\b', '\\bcookies? und kekse\\b']
"""


def test_terms_are_counted_in_the_language_of_the_text(tmp_path: Path) -> None:
    found = lexicon(tmp_path, COOKIES)
    assert found.count("A Cookie, and *cookies*.", "en") == {"cookies": 2}
    assert found.count("Kekse sind Cookies", "de") == {"cookies": 2}
    assert found.count("Kekse", "en") == {}
    assert found.count("Cookies und Kekse", "de") == {"cookies": 1}, "what overlaps is one mention"
    assert found.count("", "") == {}


def test_what_is_read_is_matched(tmp_path: Path) -> None:
    text = "See [coo\u00adkies](https://example.com/cookies), **coo**kies\n\n  * cookies\n<https://example.com/cookie>"
    assert lexicon(tmp_path, COOKIES).count(text, "en") == {"cookies": 3}
    assert plain("## The  _site’s_ \\[1\\] **name**") == "The site's 1 name"


BROKEN = {
    "pattern": (
        COOKIES.replace("kekse?\\b'", "keks(e?'"),
        "terms.toml, line 6: the pattern '\\\\bkeks(e?' of 'cookies'",
    ),
    "second of a list": (COOKIES.replace("und kekse\\b", "und [kekse"), "terms.toml, line 6: the pattern "),
    "in double quotes": (
        COOKIES + '[[term]]\nname = "x"\n[term.patterns]\nany = ["\\\\b(x"]\n',
        "line 10: the pattern ",
    ),
    "fits nothing": (COOKIES.replace("\\bcookies?\\b'", "x*'", 1), "line 5: the pattern 'x*' of 'cookies' fits where"),
    "toml": ("[[term]]\nname = cookies\n", "terms.toml, line 2: no TOML"),
    "no name": ("[[term]]\n[term.patterns]\nen = ['x']\n", "line 1: a term has no name"),
    "no patterns": ('[[term]]\nname = "x"\n', "line 2: 'x' has no patterns"),
    "no list": ('[[term]]\nname = "x"\n[term.patterns]\nen = "y"\n', "en of 'x' is no list of patterns"),
    "no language": ('[[term]]\nname = "x"\n[term.patterns]\nEnglish = ["y"]\n', "'English' of 'x' is no language"),
    "surplus": ('[[term]]\nname = "x"\nweight = 2\n[term.patterns]\nen = ["y"]\n', "'x' has weight"),
    "twice": (COOKIES + COOKIES, "line 9: the term 'cookies' stands here twice"),
    "other tables": ('title = "x"\n' + COOKIES, "has [[term]] tables"),
    "empty": ("", "is empty"),
    "unprintable": ('[[term]]\nname = "a\\u001b"\n[term.patterns]\nen = ["y"]\n', "all of which print"),
}


@pytest.mark.parametrize(("text", "said"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(WrongUse) as caught:
        lexicon(tmp_path, text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="cannot be read"):
        read_lexicon(tmp_path / "none.toml")
    with pytest.raises(WrongUse, match="cannot be read"):
        read_lexicon(tmp_path)
    (tmp_path / "latin").write_bytes(b"# a\n# \xe4\n")
    with pytest.raises(WrongUse, match="line 2: save it as UTF-8"):
        read_lexicon(tmp_path / "latin")


def test_a_pattern_that_takes_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = lexicon(tmp_path, COOKIES)
    monkeypatch.setattr(module, "MOST_SECONDS", 1e-9)
    with pytest.raises(WrongUse, match=r"terms.toml, line 5: the pattern .* takes more than"):
        found.count("cook " * 200_000, "en")


def test_a_change_of_terms_changes_the_digest_and_a_comment_does_not(tmp_path: Path) -> None:
    digest = lexicon(tmp_path, COOKIES).digest
    assert lexicon(tmp_path, COOKIES.replace("# a comment", "# more")).digest == digest
    assert lexicon(tmp_path, COOKIES.replace("kekse?", "keks")).digest != digest


# -- the one that is shipped: of each term and language, something that mentions it and something near that does not

SHOWN = {
    "GDPR": {
        "en": ("Under the General Data Protection Regulation (GDPR) you may object", 2, "gdprs of old"),
        "de": ("nach der Datenschutz-Grundverordnung (DSGVO)", 2, "Grundverordnung"),
        "fr": ("le règlement général sur la protection des données, dit RGPD", 2, "un règlement général"),
        "es": ("el Reglamento General de Protección de Datos (RGPD)", 2, "un reglamento"),
        "it": ("il regolamento generale sulla protezione dei dati", 1, "un regolamento"),
        "nl": ("de Algemene verordening gegevensbescherming (AVG)", 2, "een verordening"),
    },
    "CCPA": {"en": ("the California Consumer Privacy Act (CCPA)", 2, "residents of California")},
    "COPPA": {"en": ("We comply with the Children’s Online Privacy Protection Act (COPPA)", 2, "children online")},
    "Safe Harbor": {"en": ("the U.S.-EU Safe Harbor Framework", 1, "a safe harbour's")},
    "Privacy Shield": {"en": ("the EU-U.S. Privacy Shield, the Swiss-US Privacy Shield", 2, "a shield")},
    "standard contractual clauses": {
        "en": ("Transfers rest on Standard Contractual Clauses", 1, "contractual clauses"),
        "de": ("auf der Grundlage von Standardvertragsklauseln", 1, "Vertragsklauseln"),
        "fr": ("les clauses contractuelles types", 1, "des clauses"),
        "es": ("las cláusulas contractuales tipo", 1, "cláusulas"),
    },
    "cookies": {
        "en": ("A cookie is small. Cookies expire.", 2, "cookiecutter"),
        "de": ("Cookies und Cookie-Einstellungen", 2, "Kekse"),
    },
    "web beacons": {
        "en": ("web beacons, clear GIFs and tracking pixels", 3, "a beacon on the web"),
        "de": ("Zählpixel und Trackingpixel", 2, "Pixel"),
        "fr": ("des balises web et des pixels espions", 2, "des pixels"),
        "es": ("balizas web", 1, "balizas"),
    },
    "local storage": {"en": ("HTML5 local storage and Flash cookies", 2, "stored locally")},
    "fingerprinting": {"en": ("browser fingerprinting, a device fingerprint", 2, "your fingerprint")},
    "Google Analytics": {"en": ("We use Google Analytics.", 1, "Google")},
    "IP addresses": {
        "en": ("your IP address, all Internet Protocol addresses", 2, "your address"),
        "de": ("Ihre IP-Adresse", 1, "Ihre Adresse") , "fr": ("votre adresse IP", 1, "votre adresse"),
        "es": ("su dirección IP", 1, "su dirección"), "it": ("il suo indirizzo IP", 1, "un indirizzo"),
        "nl": ("uw IP-adres", 1, "uw adres"),
    },
    "location": {
        "en": ("geolocation, location data and your precise location", 3, "the allocation"),
        "de": ("Ihre Standortdaten", 1, "Standorte"), "fr": ("données de géolocalisation", 1, "local"),
        "es": ("su ubicación y datos de geolocalización", 2, "local"),
    },
    "Do Not Track": {"en": ("“Do Not Track” (DNT) signals", 2, "we do not sell")},
    "biometrics": {
        "en": ("biometric data such as facial recognition", 2, "a face"),
        "de": ("biometrische Daten", 1, "Biologie"), "fr": ("données biométriques", 1, "métrique"),
        "es": ("datos biométricos", 1, "métrico"),
    },
    "artificial intelligence": {
        "en": ("artificial intelligence, machine learning and automated decision-making", 3, "a machine"),
        "de": ("künstliche Intelligenz", 1, "Intelligenz"), "fr": ("l'intelligence artificielle", 1, "artificielle"),
        "es": ("inteligencia artificial", 1, "artificial"),
    },
    "third parties": {
        "en": ("We share it with third parties, or a third-party service", 2, "a third of all parties"),
        "de": ("an Dritte und Drittanbieter", 2, "ein Drittel"), "fr": ("à des tiers", 1, "un tierce"),
        "es": ("a terceros", 1, "un tercio"), "it": ("a terze parti e a terzi", 2, "un terzo"),
        "nl": ("aan derden", 1, "een derde"),
    },
    "sale of data": {
        "en": ("We do not sell your personal information, nor rent any of that data.", 2, "we sell books. See Data"),
        "de": ("Wir verkaufen keine personenbezogenen Daten", 1, "Verkauf von Büchern"),
    },
    "targeted advertising": {
        "en": ("interest-based ads and retargeting", 2, "advertising"),
        "de": ("personalisierte Werbung", 1, "Werbung"), "fr": ("la publicité ciblée", 1, "la publicité"),
        "es": ("publicidad personalizada", 1, "publicidad"),
    },
    "consent": {
        "en": ("You consent, and you may withdraw your consent", 2, "content"),
        "de": ("Ihre Einwilligung", 1, "Einwohner"), "fr": ("votre consentement", 1, "consistant"),
        "es": ("su consentimiento", 1, "sentimiento"), "it": ("il suo consenso", 1, "senso"),
        "nl": ("uw toestemming", 1, "stemming"),
    },
    "legitimate interest": {
        "en": ("our legitimate business interests", 1, "interests"),
        "de": ("unser berechtigtes Interesse", 1, "Interesse"), "fr": ("nos intérêts légitimes", 1, "nos intérêts"),
        "es": ("nuestro interés legítimo", 1, "interés"), "it": ("il legittimo interesse", 1, "interesse"),
        "nl": ("ons gerechtvaardigd belang", 1, "belang"),
    },
    "right to erasure": {
        "en": ("the right to erasure, the right to be forgotten", 2, "the right"),
        "de": ("das Recht auf Löschung", 1, "Löschung"), "fr": ("le droit à l’effacement", 1, "le droit"),
        "es": ("el derecho de supresión", 1, "el derecho"),
    },
    "data protection officer": {
        "en": ("Write to our Data Protection Officer (DPO)", 2, "an officer"),
        "de": ("unseren Datenschutzbeauftragten", 1, "Datenschutz"),
        "fr": ("notre délégué à la protection des données", 1, "un délégué"),
        "es": ("nuestro delegado de protección de datos", 1, "un delegado"),
    },
    "children": {
        "en": ("Children under 13, or minors", 3, "childish"),
        "de": ("Kinder und Minderjährige", 2, "Kindergarten"), "fr": ("les enfants mineurs", 2, "infantile"),
        "es": ("los niños y menores", 2, "mejores"),
    },
    "encryption": {
        "en": ("Data are encrypted with SSL (Secure Sockets Layer)", 3, "a crypt"),
        "de": ("TLS-Verschlüsselung", 2, "Schlüssel"), "fr": ("données chiffrées par TLS", 2, "un chiffre"),
        "es": ("datos cifrados con SSL", 2, "cifras"),
    },
    "arbitration": {"en": ("by binding arbitration, with a class action waiver", 2, "arbitrary")},
}  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> Lexicon:
    return read_lexicon(SHIPPED)


def test_every_pattern_that_is_shipped_is_tried(shipped: Lexicon) -> None:
    assert list(SHOWN) == [term.name for term in shipped.terms]
    for term in shipped.terms:
        assert set(term.patterns) - {"any"} - set(SHOWN[term.name]) == set()


@pytest.mark.parametrize(("name", "code"), [(name, code) for name, shown in SHOWN.items() for code in shown])
def test_a_shipped_term_is_found_and_what_is_near_is_not(shipped: Lexicon, name: str, code: str) -> None:
    sentence, times, near = SHOWN[name][code]
    assert shipped.count(f"{sentence}.", code).get(name, 0) == times
    if name != "Safe Harbor":
        assert shipped.count(near, code).get(name, 0) == 0
