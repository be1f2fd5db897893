from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import settings as defaults
from crawler.jobs.configuration import _BOUNDS, _WHOLE_BOUNDS, archive_host, check, check_offline, too_fast
from pipelines.exceptions import WrongUse

LOOPBACK = {"WAYBACK_URL": "http://127.0.0.1:8390"}


_OURS = {
    name for name in vars(defaults) if name.startswith(("WAYBACK", "RE", "SELECT", "WARC", "PROGR", "MAX", "TIME"))
}


def given_settings(**changed: Any) -> dict[str, Any]:
    names = {name: value for name, value in vars(defaults).items() if name.isupper()}
    return {**names, **LOOPBACK, **changed}


def test_every_number_at_its_bounds_can_be_used() -> None:
    for place in (0, 1):
        bounds = {name: pair[place] for name, pair in {**_BOUNDS, **_WHOLE_BOUNDS}.items()}
        check(given_settings(**bounds))
        assert len(bounds) == 22


def test_every_number_of_ours_has_its_bounds() -> None:
    numbers = {name for name, value in given_settings().items() if type(value) in (int, float) and name in _OURS}
    assert numbers - {*_BOUNDS, *_WHOLE_BOUNDS} == {
        "WAYBACK_CDX_PER_MINUTE",
        "WAYBACK_REPLAY_PER_MINUTE",
        "TIME_SCALE",
    }  # these are checked by what the archive allows


def test_a_rate_above_the_limit_is_told_with_the_one_to_keep_to() -> None:
    fast = {"WAYBACK_CDX_PER_MINUTE": "30", "WAYBACK_REPLAY_PER_MINUTE": 480}
    assert too_fast(given_settings(**fast)) == {}
    assert too_fast(given_settings(WAYBACK_URL="https://web.archive.org", **fast)) == {
        "WAYBACK_CDX_PER_MINUTE": (30.0, 25.5)
    }


@pytest.mark.parametrize("contact", ["", " "])
def test_a_contact_of_nothing_is_none(contact: str) -> None:
    with pytest.raises(WrongUse, match="must say who is asking"):
        check(given_settings(WAYBACK_URL="https://web.archive.org", CONTACT=contact))


def test_the_defaults_can_be_used_but_for_a_contact() -> None:
    check(given_settings())
    with pytest.raises(WrongUse, match=r"A crawl of web\.archive\.org must say who is asking: set CONTACT"):
        check(given_settings(WAYBACK_URL="https://web.archive.org"))
    check(given_settings(WAYBACK_URL="https://web.archive.org", CONTACT="me@example.org"))
    check(given_settings(WAYBACK_URL="https://web.archive.org"), asks=False)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SELECT": "best"}, "SELECT='best' is not an option; choose one of all, "),
        ({"FROM": "last year"}, "FROM='last year' is not a time; give 4 to 14 digits"),
        ({"TO": "201"}, "TO='201' is not a time"),
        ({"FROM": "2020", "TO": "2019"}, "FROM=2020 lies after TO=2019: swap them, or leave one out"),
        ({"WAYBACK_CDX_PER_MINUTE": "many"}, "WAYBACK_CDX_PER_MINUTE='many' is not a number"),
        ({"RETRY_LIMIT": "1.5"}, "RETRY_LIMIT=1.5 is not a whole number"),
        ({"RETRY_LIMIT": "0"}, "RETRY_LIMIT=0 is out of bounds; give 1 to 20"),
        ({"RETRY_LIMIT": "5000"}, "RETRY_LIMIT=5000 is out of bounds; give 1 to 20"),
        ({"RELIST_WHOLE_DAYS": "1000000"}, "RELIST_WHOLE_DAYS=1000000 is out of bounds"),
        ({"RELIST_FRESH_HOURS": "1e8"}, "RELIST_FRESH_HOURS=1e8 is out of bounds"),
        ({"PROGRESS_SECONDS": "x"}, "PROGRESS_SECONDS='x' is not a number"),
        ({"RETRY_WAIT": "nan"}, "RETRY_WAIT=nan is out of bounds"),
        ({"RETRY_PATIENCE": "inf"}, "RETRY_PATIENCE=inf is out of bounds"),
        ({"READERS": "-1"}, "READERS=-1 is out of bounds; give 0 to 256"),
        ({"WARC_MAX_MB": None}, "WARC_MAX_MB=None is not a number"),
        ({"EXTRACTOR": "corpse"}, "EXTRACTOR='corpse' is no extractor: did you mean corpus?"),
        ({"EXTRACTOR": "bs4"}, "EXTRACTOR='bs4' is no extractor: choose one of corpus, princeton, trafilatura."),
        ({"EXPORT_STYLE": "oulipo"}, "EXPORT_STYLE='oulipo' is not a style; choose one of corpus, princeton"),
        ({"WAYBACK_PUBLIC_URL": "archive"}, "WAYBACK_PUBLIC_URL='archive' is not the address of an archive"),
    ],
)
def test_what_cannot_be_used_is_named_with_the_way_out(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(WrongUse) as refused:
        check(given_settings(**changed))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("since", "until"), [("2015", "2015"), ("2015", "20150101"), ("", "1996"), ("20200101", "")])
def test_spans_that_overlap_themselves(since: str, until: str) -> None:
    check(given_settings(FROM=since, TO=until))
    assert since <= until or not until


@pytest.mark.parametrize("kind", ["WAYBACK_CDX_PER_MINUTE", "WAYBACK_REPLAY_PER_MINUTE"])
def test_no_limit_is_for_the_loopback_alone(kind: str) -> None:
    check(given_settings(**{kind: 0}))
    with pytest.raises(WrongUse):
        check(given_settings(WAYBACK_URL="https://web.archive.org", CONTACT="me@example.org", **{kind: 0}))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://web.archive.org", "web.archive.org"),
        ("https://web.archive.org/", "web.archive.org"),
        ("http://127.0.0.1:8390", "127.0.0.1:8390"),
        ("http://[::1]:8390/sub", "[::1]:8390"),
    ],
)
def test_the_host_of_an_archive(url: str, host: str) -> None:
    assert archive_host(url, "WAYBACK_URL") == host


@pytest.mark.parametrize(
    "url",
    [
        "",
        "web.archive.org",
        "ftp://a.example",
        "http://",
        "http://u:p@a.example",
        "http://a.example:x",
        "http://[",
        "/",
    ],
)
def test_what_is_no_archive(url: str) -> None:
    with pytest.raises(WrongUse, match="is not the address of an archive; give one like https"):
        archive_host(url, "WAYBACK_URL")


@given(st.text(max_size=30))
def test_any_text_is_an_archive_or_wrong_use(text: str) -> None:
    try:
        found = archive_host(text, "WAYBACK_URL")
    except WrongUse as refused:
        found = str(refused)
    assert found.startswith("WAYBACK_URL=") or found in text


def test_an_export_needs_no_archive_to_ask() -> None:
    check_offline(given_settings(WAYBACK_URL="nonsense"))
    with pytest.raises(WrongUse):
        check_offline(given_settings(EXPORT_STYLE="oulipo"))
