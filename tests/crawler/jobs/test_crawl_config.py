import pytest

from crawler.jobs.crawl_config import CrawlConfig
from pipelines.exceptions import WrongUse


def test_it_gives_settings_by_name() -> None:
    config = CrawlConfig(targets="a.txt", contact="me@example.org", since="2018-05", settings={"READERS": 2})
    given = config.as_settings()
    assert (given["FROM"], given["CONTACT"], given["READERS"]) == ("201805", "me@example.org", 2)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"targets": ""}, "No targets"),
        ({"select": "sometimes"}, "SELECT"),
        ({"contact": ""}, "CONTACT"),
        ({"since": "soon"}, "soon"),
        ({"language": "english"}, "LANGUAGE"),
        ({"extractor": "bs4"}, "EXTRACTOR"),
        ({"settings": {"SELCT": "all"}}, "SELCT"),
        ({"settings": {"READERS": "many"}}, "READERS"),
        ({"max_time": "a while"}, "MAX_TIME"),
        ({"archive": "ftp://example.org"}, "WAYBACK_URL"),
    ],
)
def test_what_cannot_be_used_is_refused_at_once(wrong: dict[str, object], told: str) -> None:
    given: dict[str, object] = {"targets": "sites.txt", "contact": "me@example.org"} | wrong
    with pytest.raises(WrongUse, match=told):
        CrawlConfig(**given)  # type: ignore[arg-type]
