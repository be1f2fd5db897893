"""Whether settings can be used, before anything is done with them. Pure: values in, one clear sentence out."""

from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from scrapy.settings import BaseSettings

from crawler.archives.asked import archive_host, archives, is_short_form, number
from crawler.archives.book import Archive
from crawler.jobs import hook
from crawler.local_archive.sample import sample_sites
from crawler.politeness.limits import KINDS, checked_rate, checked_scale
from crawler.politeness.wire_options import seconds_in
from crawler.selection.plan import check as check_plan
from pipelines.exceptions import WrongUse
from pipelines.extraction.version import check_extractor, extractor_of, reader_version
from pipelines.formats.timestamps import is_prefix
from pipelines.store.readings import latest_reader_in

STYLES = ("corpus", "princeton")

_BOUNDS: Mapping[str, tuple[float, float]] = {
    "WAYBACK_CONNECT_TIMEOUT": (1, 3600),
    "WAYBACK_CDX_FIRST_BYTE_TIMEOUT": (1, 3600),
    "WAYBACK_REPLAY_FIRST_BYTE_TIMEOUT": (1, 3600),
    "WAYBACK_CDX_TIMEOUT": (1, 3600),
    "WAYBACK_REPLAY_TIMEOUT": (1, 3600),
    "WAYBACK_HOP_HOURS": (0, 87_600),
    "READING_DEADLINE": (1, 3600),
    "RELIST_FRESH_HOURS": (0, 87_600),
    "RETRY_WAIT": (0, 86_400),
    "RETRY_PATIENCE": (0, 2_592_000),
    "PROGRESS_SECONDS": (0, 86_400),
    "WRITER_PATIENCE": (0, 86_400),
    "FAMILY_JACCARD": (0.5, 1),
}
"""The settings that are numbers, with the least and the most that each can be: the most is beyond all use, and within
what clocks and calendars can reckon with."""

_WHOLE_BOUNDS: Mapping[str, tuple[int, int]] = {
    "WAYBACK_CDX_PAGE_ROWS": (1, 150_000),
    "SELECT_CAP": (0, 1_000_000_000),
    "READERS": (0, 256),
    "READING_MEMORY_MB": (64, 1 << 20),
    "WARC_MAX_MB": (1, 1 << 20),
    "RELIST_OVERLAP_DAYS": (0, 36_500),
    "RELIST_WHOLE_DAYS": (0, 36_500),
    "RETRY_LIMIT": (1, 20),
    "MAX_REQUESTS": (0, 1_000_000_000),
}
"""The same for whole numbers."""


def check(settings: Mapping[str, Any], *, asks: bool = True) -> None:
    """Raises WrongUse for the first setting that cannot be used, naming it and the way out. `asks`: requests are to
    go out, so that the archive must be told whose they are."""
    check_plan(settings["SELECT"], settings["PRECISION"])
    _check_span(settings["FROM"], settings["TO"])
    _check_language(settings["LANGUAGE"])
    check_offline(settings)
    if asks:
        check_asking(settings)
    for archive in archives(settings):
        _check_raw(archive)
    too_fast(settings)
    seconds_in(settings["MAX_TIME"])
    hook.checked(settings["ON_CHANGE"])


def check_asking(settings: Mapping[str, Any]) -> None:
    """Raises WrongUse where an archive may not be asked so: without a contact, or with shortened waits."""
    for archive in archives(settings):
        _check_contact(archive, settings["CONTACT"])
        checked_scale(archive.host, number(settings, "TIME_SCALE"))


def too_fast(settings: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """The rates above what the archive allows: wanted, and the highest to keep to instead. Raises WrongUse."""
    if not any(is_short_form(archive) for archive in archives(settings)):
        return {}
    host = archive_host(settings["WAYBACK_URL"], "WAYBACK_URL")
    wanted = {kind: number(settings, f"WAYBACK_{kind.upper()}_PER_MINUTE") for kind in KINDS}
    allowed = {kind: checked_rate(host, kind, rate) for kind, rate in wanted.items()}
    return {f"WAYBACK_{k.upper()}_PER_MINUTE": (wanted[k], allowed[k]) for k in KINDS if allowed[k] < wanted[k]}


def holds_sample(held: set[str]) -> bool | None:
    """Whether a corpus that does not tell, of a release before 0.2, is of the sample: by its sites. None for one that
    has none yet."""
    return held <= sample_sites() if held else None


def check_mixture(settings: Mapping[str, Any], is_sample: bool | None, *, sample: bool) -> None:
    """Raises WrongUse where the invented sites of the sample would come together with others in one corpus.

    `is_sample`: what the corpus holds, None where it is empty; `sample` says whether the archive to be asked is the
    embedded one.
    """
    folder, host = settings["CORPUS_DIR"], archives(settings)[0].host
    if sample and is_sample is False:
        raise WrongUse(
            f"{folder} holds other documents than those of the sample: give that one a place of its own, "
            "e.g. -s CORPUS_DIR=sample, or make crawl CORPUS=sample."
        )
    if not sample and is_sample:
        raise WrongUse(
            f"{folder} holds the invented sites of the sample: give what comes from {host} a place of its own, "
            "e.g. -s CORPUS_DIR=policies, or make crawl CORPUS=policies ..."
        )


def _check_raw(archive: Archive) -> None:
    if archive.raw == "none":
        raise WrongUse(
            f"{archive.called} gives no unchanged bytes, of which a corpus is made: leave it out of ARCHIVES."
        )


def _check_contact(archive: Archive, contact: str) -> None:
    host = archive.host
    if archive.contact and not contact.strip():
        raise WrongUse(
            f"A crawl of {host} must say who is asking: set CONTACT to your mail address or page, "
            "e.g. -s CONTACT=me@example.org (its operators write to it before they block)."
        )


def check_offline(settings: Mapping[str, Any]) -> None:
    """Raises WrongUse for a setting that cannot be used even where nothing is asked of an archive."""
    for name, bounds in {**_BOUNDS, **_WHOLE_BOUNDS}.items():
        _check_number(settings, name, *bounds)
    archive_host(settings["WAYBACK_PUBLIC_URL"], "WAYBACK_PUBLIC_URL")
    if settings["EXTRACTOR"]:
        check_extractor(settings["EXTRACTOR"])
    if settings["EXPORT_STYLE"] and settings["EXPORT_STYLE"] not in STYLES:
        raise WrongUse(f"EXPORT_STYLE={settings['EXPORT_STYLE']!r} is not a style; choose one of {', '.join(STYLES)}.")


def _check_span(since: str, until: str) -> None:
    for name, value in (("FROM", since), ("TO", until)):
        if value and not is_prefix(value):
            raise WrongUse(f"{name}={value!r} is not a time; give 4 to 14 digits, e.g. 2015 or 20150401.")
    if since and until and since.ljust(14, "0") > until.ljust(14, "9"):
        raise WrongUse(f"FROM={since} lies after TO={until}: swap them, or leave one out.")


def _check_language(code: str) -> None:
    if code and not (len(code) == 2 and code.isascii() and code.islower()):
        raise WrongUse(f"LANGUAGE={code!r} is not an ISO 639-1 code; give two lower-case letters, e.g. en.")


def _check_number(settings: Mapping[str, Any], name: str, least: float, most: float) -> None:
    value = number(settings, name)
    if not isfinite(value) or not least <= value <= most:
        raise WrongUse(f"{name}={settings[name]} is out of bounds; give {least} to {most}.")
    if name in _WHOLE_BOUNDS and not str(settings[name]).strip().isdecimal():
        raise WrongUse(f"{name}={settings[name]} is not a whole number; give {least} to {most}.")


def extractor_name(settings: BaseSettings) -> str:
    """Its name. Raises WrongUse where EXTRACTOR names none that there is."""
    name = str(settings["EXTRACTOR"])
    if not name:
        return extractor_of(latest_reader_in(Path(settings["CORPUS_DIR"])))
    check_extractor(name)
    return name


def readers_of(settings: BaseSettings, folders: Iterable[Path]) -> list[str]:
    """The reader of each shard of a catalogue."""
    named = str(settings["EXTRACTOR"]) and extractor_name(settings)
    return [reader_version(named or extractor_of(latest_reader_in(folder))) for folder in folders]


def reader_of(settings: BaseSettings) -> str:
    """Its present version, as the database names it."""
    return reader_version(extractor_name(settings))
