"""The settings as Scrapy sees them."""

from pathlib import Path

import pytest
from scrapy.settings import Settings
from scrapy.utils.misc import load_object

from crawler import settings as ours
from tests.conftest import ROOT


@pytest.fixture
def settings() -> Settings:
    made = Settings()
    made.setmodule(ours)
    return made


@pytest.mark.parametrize("name", ["ITEM_PIPELINES", "DOWNLOADER_MIDDLEWARES", "DOWNLOAD_HANDLERS"])
def test_every_component_is_there(settings: Settings, name: str) -> None:
    components = settings.getdict(name)
    paths = components.values() if name == "DOWNLOAD_HANDLERS" else components
    assert all(load_object(path) for path in paths)
    assert len(components) >= 2


def test_none_of_scrapys_own_parts_is_on(settings: Settings) -> None:
    bases = [name for name in settings if str(name).endswith("_BASE")]
    left = {name: dict(settings.getdict(str(name))) for name in bases if settings.getdict(str(name))}
    assert set(left) <= {"FEED_EXPORTERS_BASE", "FEED_STORAGES_BASE", "SPIDER_CONTRACTS_BASE"}


@pytest.mark.parametrize(
    "name",
    ["TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED", "COOKIES_ENABLED", "ROBOTSTXT_OBEY", "COMPRESSION_ENABLED"],
)
def test_what_must_be_off_is_off(settings: Settings, name: str) -> None:
    assert settings.getbool(name) is False


def test_certificates_are_verified_and_bodies_bounded(settings: Settings) -> None:
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert settings.getint("DOWNLOAD_MAXSIZE") == 64 << 20
    assert settings.getbool("DOWNLOAD_FAIL_ON_DATALOSS")


def test_the_pace_is_that_which_the_archive_asks_for(settings: Settings) -> None:
    assert (settings.getfloat("WAYBACK_CDX_PER_MINUTE"), settings.getfloat("WAYBACK_REPLAY_PER_MINUTE")) == (24, 480)
    assert {name: slot["concurrency"] for name, slot in settings["DOWNLOAD_SLOTS"].items()} == {"cdx": 1, "replay": 4}
    assert settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") <= 5


def test_the_map_imports_nothing() -> None:
    lines = Path(ours.__file__).read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith(("import", "from"))] == []


def test_every_setting_of_ours_has_its_reason() -> None:
    text = Path(ROOT, "crawler", "settings.py").read_text("utf-8")
    corpus = text.partition("# ---- The archive")[2].partition("# ---- Scrapy")[0]
    bare = [line for line in corpus.splitlines() if line[:1].isupper() and "#" not in line]
    assert {line.partition(" ")[0] for line in bare} <= {"CORPUS_DIR", "TO"}
