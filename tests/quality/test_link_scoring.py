"""A ratchet: links of invented pages, labelled by hand, are told apart by kind. Floors are lowered only on purpose."""

from pathlib import Path
from urllib.parse import urljoin

from crawler.discovery.candidates import LIKELY, score
from crawler.discovery.links import Link, site_of

HOME = "https://www.example.com/"
KINDS = {"p": "privacy policy", "t": "terms of service", "c": "cookie policy", "i": "imprint"}
PRECISION = RECALL = 0.99


def labelled() -> list[tuple[str, Link, frozenset[str]]]:
    """Language, link and the kinds it leads to."""
    lines = (Path(__file__).parents[1] / "fixtures" / "anchors.tsv").read_text("utf-8").splitlines()
    return [_labelled(*line.split("\t")) for line in lines if not line.startswith("#")]


def _labelled(
    language: str, place: str, text: str, href: str, title: str, rel: str, kinds: str
) -> tuple[str, Link, frozenset[str]]:
    url = urljoin(HOME, href)
    link = Link(text, url, title, rel, place, offsite=site_of(url) != site_of(HOME))
    return language, link, frozenset(KINDS[letter] for letter in kinds if letter != "-")


def test_there_is_enough_to_judge_by() -> None:
    rows = labelled()
    assert len(rows) >= 350
    assert len({language for language, _, _ in rows}) >= 30
    assert sum(not kinds for _, _, kinds in rows) >= 120


def test_links_are_told_apart() -> None:
    pairs = [(link, kind, kind in kinds) for _, link, kinds in labelled() for kind in KINDS.values()]
    said = [(link, kind, true) for link, kind, true in pairs if score(link, kind) >= LIKELY]
    false = [(link.text, link.href, kind) for link, kind, true in said if not true]
    missed = [(link.text, link.href, kind) for link, kind, true in pairs if true and score(link, kind) < LIKELY]
    right = sum(true for _, _, true in said)
    assert right / len(said) >= PRECISION, false
    assert right / (right + len(missed)) >= RECALL, missed
