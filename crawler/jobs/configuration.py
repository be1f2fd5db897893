"""Whether settings can be used, before anything is done with them. Pure: values in, one clear sentence out."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scrapy.settings import BaseSettings

from crawler.archives.asked import archive_host, archives, is_short_form
from crawler.archives.book import Archive
from crawler.jobs import hook
from crawler.politeness.limits import KINDS, checked_rate, checked_scale
from crawler.politeness.wire_options import seconds_in
from crawler.selection.plan import check as check_plan
from pipelines.exceptions import WrongUse
from pipelines.extraction.version import check_extractor, extractor_of, reader_version
from pipelines.formats.timestamps import is_prefix
from pipelines.options import Config
from pipelines.store.readings import latest_reader_in

STYLES = ("corpus", "princeton")


def check(settings: Mapping[str, Any], *, asks: bool = True) -> None:
    """Raises WrongUse for the first setting that cannot be used, naming it and the way out. `asks`: requests are to
    go out, so that the archive must be told whose they are."""
    config = Config.of(settings)
    check_plan(config.select, config.precision)
    _check_span(config.from_, config.to)
    _check_language(config.language)
    check_offline(settings)
    if asks:
        check_asking(settings)
    for archive in archives(config):
        _check_raw(archive)
        checked_scale(archive.host, config.time_scale)  # an estimate goes by it, too
    too_fast(settings)
    seconds_in(config.max_time)
    hook.checked(config.on_change)


def check_asking(settings: Mapping[str, Any]) -> None:
    """Raises WrongUse where an archive may not be asked so: without a contact, or with shortened waits."""
    config = Config.of(settings)
    for archive in archives(config):
        _check_contact(archive, config.contact)
        checked_scale(archive.host, config.time_scale)


def too_fast(settings: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """The rates above what the archive allows: wanted, and the highest to keep to instead. Raises WrongUse."""
    config = Config.of(settings)
    if not any(is_short_form(archive) for archive in archives(config)):
        return {}
    host = archive_host(config.wayback_url, "WAYBACK_URL")
    wanted = config.rates
    allowed = {kind: checked_rate(host, kind, rate) for kind, rate in wanted.items()}
    return {f"WAYBACK_{k.upper()}_PER_MINUTE": (wanted[k], allowed[k]) for k in KINDS if allowed[k] < wanted[k]}


def holds_sample(held: set[str]) -> bool | None:
    """Whether a corpus that does not tell, of a release before 0.2, is of the sample: by its sites. None for one that
    has none yet."""
    from crawler.local_archive.sample import sample_sites  # it loads what writes WARC files, which `status` never does

    return held <= sample_sites() if held else None


def check_mixture(settings: Mapping[str, Any], is_sample: bool | None, *, sample: bool) -> None:
    """Raises WrongUse where the invented sites of the sample would come together with others in one corpus.

    `is_sample`: what the corpus holds, None where it is empty; `sample` says whether the archive to be asked is the
    embedded one.
    """
    config = Config.of(settings)
    folder, host = config.corpus_dir, archives(config)[0].host
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
    config = Config.of(settings)
    archive_host(config.wayback_public_url, "WAYBACK_PUBLIC_URL")
    if config.extractor:
        check_extractor(config.extractor)
    if config.export_style and config.export_style not in STYLES:
        raise WrongUse(f"EXPORT_STYLE={config.export_style!r} is not a style; choose one of {', '.join(STYLES)}.")


def _check_span(since: str, until: str) -> None:
    for name, value in (("FROM", since), ("TO", until)):
        if value and not is_prefix(value):
            raise WrongUse(f"{name}={value!r} is not a time; give 4 to 14 digits, e.g. 2015 or 20150401.")
    if since and until and since.ljust(14, "0") > until.ljust(14, "9"):
        raise WrongUse(f"FROM={since} lies after TO={until}: swap them, or leave one out.")


def _check_language(code: str) -> None:
    if code and not (len(code) == 2 and code.isascii() and code.islower()):
        raise WrongUse(f"LANGUAGE={code!r} is not an ISO 639-1 code; give two lower-case letters, e.g. en.")


def extractor_name(settings: BaseSettings) -> str:
    """Its name. Raises WrongUse where EXTRACTOR names none that there is."""
    config = Config.of(settings)
    if not config.extractor:
        return extractor_of(latest_reader_in(config.folder))
    check_extractor(config.extractor)
    return config.extractor


def readers_of(settings: BaseSettings, folders: Iterable[Path]) -> list[str]:
    """The reader of each shard of a catalogue."""
    named = Config.of(settings).extractor and extractor_name(settings)
    return [reader_version(named or extractor_of(latest_reader_in(folder))) for folder in folders]


def reader_of(settings: BaseSettings) -> str:
    """Its present version, as the database names it."""
    return reader_version(extractor_name(settings))
