"""A site out of the corpus: database, WARC files and texts; remembered by name, so that it is not asked for again."""

import csv
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import WrongUse
from pipelines.items.captures import CaptureKey
from pipelines.store import forgetting
from pipelines.store.checks import missing_files
from pipelines.store.database import DATABASE
from pipelines.store.journal_rows import Line
from pipelines.warc import journal
from pipelines.warc.files import place_of, stem_of, warc_files
from pipelines.warc.held import Held, HeldJournal, HeldListing, HeldMemento, HeldTargets
from pipelines.warc.identity import Own, own_of
from pipelines.warc.moving import Mover
from pipelines.warc.reader import scan
from pipelines.warc.sifting import Goes, holds
from pipelines.warc.turn import Turn, journal_written, turning

UrlKey = Callable[[str], str]

_ADDRESSES = ("http:", "https:", "dns:")


def refuse_unknown(db: Database, sites: Iterable[str], urlkey: UrlKey) -> None:
    """Raises WrongUse where a corpus knows nothing of a site: the name may be mistyped."""
    forgotten = forgetting.forgotten_sites(db)
    for site in sites:
        if site not in forgotten and not forgetting.is_held(db, site, _domain_key(site, urlkey)):
            raise WrongUse(f"Nothing is known of {site}: check the name, or give --force to have it never asked for.")


def forget_again(db: Database, warc: Path, turn: Turn, urlkey: UrlKey, run: str) -> None:
    """Forget once more what was forgotten and has come back in: with another corpus, or with files of others.

    Within the transaction of a turn.
    """
    for site, since in forgetting.forgotten_since(db):
        if forgetting.is_held(db, site, _domain_key(site, urlkey)):
            _take_out(db, warc, turn, site, urlkey, now=since, run=run)


def _domain_key(site: str, urlkey: UrlKey) -> str:
    return urlkey(f"http://{site}/").partition(")")[0]


def forget(db: Database, folder: Path, site: str, urlkey: UrlKey, *, now: str, run: str) -> int:
    """Take a site out of the corpus in `folder`. `now` is ISO 8601. Returns how many WARC files were written anew.

    Payloads that other sites' revisits refer to find a new home among those. Raises RecordingFailed; WrongUse where
    WARC files are missing, which may hold the site and come back.
    """
    if missing := missing_files(folder / DATABASE, warc_files(folder / "warc")):
        raise WrongUse(
            f"{folder / 'warc'} lacks {len(missing)} WARC files of this corpus, {missing[0]} first, which may hold the "
            "site: mount the disk or bring them back, or run `verify --repair` first."
        )
    shutil.rmtree(folder / ".rebuild", ignore_errors=True)  # it may hold the site too
    with turning(db, folder) as turn:
        return _take_out(db, folder / "warc", turn, site, urlkey, now=now, run=run)


def _take_out(db: Database, warc: Path, turn: Turn, site: str, urlkey: UrlKey, *, now: str, run: str) -> int:
    domain_key = _domain_key(site, urlkey)
    forgetting.condemn(db, site, domain_key)
    sieve = _Sieve(db, site, domain_key, urlkey)
    own = own_of(db, warc)
    files = _concerned(warc, turn, sieve, own)
    mover = Mover(db, warc, turn, sieve.sift)
    own.refuse_changed(files)
    for file in files:
        if own.owns(file):
            mover.write([file], stem_of(file))
        else:
            mover.sift(file, sieve.of_another(file))
    mover.turn_rows()
    forgetting.take_out(db, site, domain_key, now)
    turn.new += journal_written(db, warc, run)
    turn.sweep = True
    return len(files)


class _Sieve:
    """Tells what of a record may stay."""

    def __init__(self, db: Database, site: str, domain_key: str, urlkey: UrlKey) -> None:
        self._db = db
        self._site = site
        self._keys = (f"{domain_key})", f"{domain_key},")
        self._urlkey = urlkey

    def sift(self, held: Held) -> Held | None:
        if isinstance(held, HeldMemento):
            return self._memento(held)
        if isinstance(held, HeldListing):
            return None if self._is_its(held.query.url) else held
        if isinstance(held, HeldTargets):
            return replace(held, text="".join(self._lines(held.text)))
        if isinstance(held, HeldJournal):
            rest = [line for line in journal.lines_in(held.text) if not self._tells(line)]
            return replace(held, text="".join(map(journal.as_text, rest)))
        return held

    def of_another(self, file: str) -> Goes:
        """What goes of a file of another program."""
        offsets = forgetting.condemned_offsets(self._db, file)
        return lambda offset, url: offset in offsets or (url.startswith(_ADDRESSES) and self._is_its(_plain(url)))

    def _memento(self, held: HeldMemento) -> HeldMemento | None:
        """Of another site's memento, only that this one's capture led to it, or that it names this one, goes."""
        memento = held.snapshot.memento
        if self._is_its(memento.capture.original) or forgetting.is_condemned(self._db, memento.capture.key):
            return None
        asked = None if memento.asked and self._is_its(memento.asked.original) else memento.asked
        evidence = tuple(one for one in memento.evidence if one.site != self._site)
        if asked == memento.asked and evidence == memento.evidence:
            return held
        return replace(held, snapshot=replace(held.snapshot, memento=replace(memento, asked=asked, evidence=evidence)))

    def _is_its(self, url: str) -> bool:
        return url == self._site or self._urlkey(url if "://" in url else f"http://{url}").startswith(self._keys)

    def _tells(self, line: Line) -> bool:
        """Whether a line of the journal tells of the site; that it was forgotten stays."""
        what, key = next(iter(line.items()))
        if what == "capture":
            named = CaptureKey(key[0], key[1], key[2], key[3], line["archive"])
            return str(line["urlkey"]).startswith(self._keys) or forgetting.is_condemned(self._db, named)
        if what == "query":
            return self._is_its(key[0])
        if what == "target":
            return (line["document"] or [""])[0] == self._site or self._site in str(line["address"]).lower()
        return what in ("document", "evidence") and key[0] == self._site

    def _lines(self, text: str) -> Iterator[str]:
        for row in _rows(text):
            if row and not self._is_its(row[0]):
                out = StringIO()
                csv.writer(out, lineterminator="\n").writerow(row)
                yield out.getvalue()


def _rows(text: str) -> Iterator[list[str]]:
    """The lines of a target list; one that is none, in a damaged or forged list, is a line of one field."""
    for line in StringIO(text):
        try:
            yield from csv.reader([line])
        except csv.Error:
            yield [line.rstrip("\n")]


def _plain(url: str) -> str:
    """The record of a host's lookup has `dns:` and its name for an address."""
    return url.removeprefix("dns:").removeprefix("//")


def _concerned(folder: Path, turn: Turn, sieve: _Sieve, own: Own) -> list[str]:
    """The files that hold something of the site, and those whose revisits lead into one of them."""
    found, led_to = set[str](), dict[str, set[str]]()
    for file in turn.files(folder):
        if not own.owns(file):
            found |= {file} if holds(place_of(folder, file), sieve.of_another(file)) else set()
            continue
        for held in scan(place_of(folder, file), name=file):
            if sieve.sift(held) != held:
                found.add(file)
            if isinstance(held, HeldMemento) and held.payload and held.payload.file != file:
                led_to.setdefault(held.payload.file, set()).add(file)
    waiting = list(found)
    while waiting:
        new = led_to.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return sorted(found)
