"""Whose a WARC file is. A corpus has a random name of its own; every file that it writes bears it in its warcinfo.

A file is a corpus's own where its book (own_files.py) has it and it holds what the book says. What is in the book and
holds something else is damaged, or another's under its name: of it only what rows prove is taken. Files of release
0.1.0 bear no name; they come into the book when the database is brought up. With the database lost, the name that most
bytes bear is the corpus's, and the files that bear it vouch for each other (vouching.py). What is not a corpus's own is
a stranger's, whatever it is called.
"""

import logging
import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.items.captures import CaptureKey
from pipelines.store import checks, corpus_names, file_book, runs
from pipelines.store.corpus_names import Names
from pipelines.store.database import DATABASE, recording
from pipelines.store.file_book import Book, Entry
from pipelines.warc.files import is_imported, is_ours, place_of, run_of, warc_files
from pipelines.warc.held import HeldMemento
from pipelines.warc.own_files import closed_now, fits, renamed, sized
from pipelines.warc.vouching import Vouching, info_of

log = logging.getLogger(__name__)

_HEAD = 1 << 16  # bytes of a warcinfo record that are looked at
_OF_SAMPLE = re.compile(rb"^sample: yes\r?$", re.MULTILINE)
_NAMED = re.compile(rb"^(corpus|joined): ([0-9a-f]{32}(?: [0-9a-f]{32})*)\r?$", re.MULTILINE)
_PLACES = (Path(), Path(".rebuild"))  # of the database that says who writes


@dataclass(frozen=True, slots=True)
class Own:
    """Which files of a `warc` folder are a corpus's own."""

    folder: Path
    names: Names
    entries: dict[str, Entry] = field(default_factory=dict)
    rows: dict[str, dict[int, str]] = field(default_factory=dict)  # of changed files: payload digests by offset
    _fit: dict[str, bool] = field(default_factory=dict)

    def owns(self, file: str) -> bool:
        """Whether the file is in the book; not whether it holds what it should."""
        return file in self.entries

    def is_changed(self, file: str) -> bool:
        """Whether an own file holds something else than it did when it was closed."""
        if file not in self._fit:
            self._fit[file] = not self.owns(file) or fits(place_of(self.folder, file), self.entries[file])
        return not self._fit[file]

    def is_proved(self, held: HeldMemento) -> bool:
        """Whether a row says of a changed file that this record is in it."""
        place = held.snapshot.location
        return self.rows.get(place.file, {}).get(place.offset) == held.snapshot.payload_digest

    def is_joined(self, file: str) -> bool:
        """Whether an own file came with another corpus."""
        return file in self.entries and self.entries[file].joined

    def refuse_changed(self, files: Iterable[str]) -> None:
        """Raises WrongUse where one of these is not what it was: writing it anew would vouch for it."""
        for file in files:
            if self.is_changed(file):
                raise WrongUse(
                    f"{self.folder / file} is not what it was when it was closed: it is damaged, or another file under "
                    "its name. Bring it back, or run `policy-corpus verify --repair` on its corpus first."
                )


def own_files(db: Database, folder: Path) -> list[str]:
    """The names of a corpus's own files below its `warc` folder, in order of time. Raises WrongUse where one is not
    what it was."""
    own = own_of(db, folder)
    found = [file for file in warc_files(folder) if own.owns(file)]
    own.refuse_changed(found)
    return found


def own_of(db: Database, folder: Path) -> Own:
    """What the database says of the files in a `warc` folder. Files of before there was a book are noted where it can
    be written."""
    names, entries = corpus_names.names_of(db.conn), Book(db).entries()
    if not corpus_names.is_adopted(db):
        entries |= _first_look(db, folder, names)
        with suppress(sqlite3.OperationalError, RecordingFailed):  # opened for reading only
            _note(db, entries)
    if moved := renamed(folder, warc_files(folder), entries):
        entries |= moved
        with suppress(sqlite3.OperationalError, RecordingFailed):
            _note(db, moved)
    return Own(folder, names, entries)


def writing_in(folder: Path) -> Names:
    """Who writes into a `warc` folder: what the database beside it says; no name where there is none."""
    for place in _PLACES:
        path = folder.resolve().parent / place / DATABASE
        try:
            if path.is_file():
                with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
                    return corpus_names.names_of(connection)
        except sqlite3.Error:
            continue  # damaged, or of an older layout
    return Names()


def names_in(path: Path) -> Names:
    """The names that the warcinfo of a file bears."""
    info = info_of(path, _HEAD)
    found = {key.decode(): value.decode().split(" ") for key, value in _NAMED.findall(info)}
    return Names(found.get("corpus", [""])[0], tuple(found.get("joined", [])), bool(_OF_SAMPLE.search(info)))


# -- how a database comes to know


def _first_look(db: Database, folder: Path, names: Names) -> dict[str, Entry]:
    """Files whose run, or a snapshot in which, the database knows, and that bear no other corpus's name."""
    named, known = {*checks.files_of_rows(db)}, {*runs.latest_first(db)}
    files = [file for file in warc_files(folder) if is_ours(file) and (file in named or run_of(file) in known)]
    borne = {file: names_in(place_of(folder, file)).corpus for file in files}
    ours = [file for file in files if borne[file] in ("", names.corpus, *names.joined)]
    found = closed_now(folder, ours)
    return {file: replace(found[file], joined=borne[file] in names.joined) for file in ours}


def _note(db: Database, entries: dict[str, Entry]) -> None:
    with recording(db):
        Book(db).add(entries)
        corpus_names.note_adopted(db)


def carry_over(db: Database, old: Path, folder: Path, files: Sequence[str], joined: Iterable[Path] = ()) -> Own:
    """Give a new database the name and the book of the one at `old`, or, where that is lost, what the files themselves
    tell; and those of the databases at `joined`, whose files were brought in. Returns which files are its own then."""
    known = _told(old)
    if known:
        _take(db, known)
        _take_mark(db, old)
    else:
        _find(db, folder, files, {name for path in joined for name in (_told(path) or _Told()).names})
    for path in joined:
        _take_joined(db, folder, files, _told(path) or _Told())
    own = own_of(db, folder)
    changed = [file for file in files if own.is_changed(file)]
    return replace(own, rows=_rows(old, changed))


@dataclass(frozen=True, slots=True)
class _Told:
    """What a database says of itself."""

    names: dict[str, int] = field(default_factory=dict)
    book: list[tuple[object, ...]] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)


def _told(path: Path) -> _Told | None:
    """None where it is damaged or of an older layout."""
    try:
        if path.is_file():
            with closing(sqlite3.connect(path)) as told:
                names = corpus_names.names_and_joined(told)
                return _Told(names, file_book.rows_in(told), file_book.entries_in(told)) if names else None
    except sqlite3.Error as error:
        log.warning("%s does not tell whose it is: %s", path, error)
    return None


def _take(db: Database, known: _Told) -> None:
    with recording(db):
        corpus_names.rename(db, known.names)
        Book(db).take_over(known.book)


def _take_joined(db: Database, folder: Path, files: Sequence[str], known: _Told) -> None:
    """Files that another corpus brought are that one's, whatever name they bear; ours stay ours, but for one that was
    brought again and is longer now."""
    own = Book(db)
    mine, theirs = own.entries(), {file: replace(one, joined=True) for file, one in known.entries.items()}
    longer = {file for file in {*mine} & {*theirs} & {*files} if _is_longer(place_of(folder, file), mine[file])}
    with recording(db):
        corpus_names.join(db, known.names)
        own.take_out(longer)
        brought = {file: one for file, one in theirs.items() if file in files}
        own.come_back(brought)
        own.add(brought)


def _is_longer(path: Path, entry: Entry) -> bool:
    return not fits(path, entry) and sized(path, entry.size) == (entry.size, entry.digest)


def _rows(path: Path, files: Iterable[str]) -> dict[str, dict[int, str]]:
    """Where a database says that payloads lie in these files."""
    if not path.is_file():
        return {}
    try:
        with closing(sqlite3.connect(path)) as told:
            return {file: checks.payloads_of_file(Database(told), file) for file in files}
    except sqlite3.Error:
        return {}


def _take_mark(db: Database, old: Path) -> None:
    with suppress(sqlite3.Error), closing(sqlite3.connect(old)) as told:  # it may be of an older layout
        if (marked := corpus_names.marked_in(told)) is not None:
            corpus_names.mark_sample(db, sample=marked)


def _find(db: Database, folder: Path, files: Sequence[str], others: set[str]) -> None:
    """Without a database: the name that most bytes bear, and the files that vouch for each other."""
    borne = {file: names_in(place_of(folder, file)) for file in files if not is_imported(file)}
    count = Counter[str]()
    for file, names in borne.items():
        if names.corpus and names.corpus not in others:
            count[names.corpus] += place_of(folder, file).stat().st_size
    corpus = min(count, key=lambda name: (-count[name], name), default="")
    joined = {name for names in borne.values() if corpus and names.corpus == corpus for name in names.joined}
    if corpus:
        with recording(db):
            corpus_names.rename(db, {corpus: 0, **dict.fromkeys(joined - {corpus}, 1)})
    if any(names.sample for names in borne.values() if corpus and names.corpus == corpus):
        corpus_names.mark_sample(db, sample=True)
    vouched = Vouching(folder, {file: names.corpus for file, names in borne.items()}, corpus, joined)
    own = vouched.own(with_nameless=set(count) <= {corpus, *joined})
    found = closed_now(folder, own)
    _note(db, {file: replace(one, joined=borne[file].corpus in joined) for file, one in found.items()})


def goes_before(db: Database, joined: Collection[str], file: str, key: CaptureKey) -> bool:
    """Whether a record in `file` goes before the one that is held of a capture: it is ours, and that one lies in one
    of the `joined` files, which came with other corpora."""
    if not joined or file in joined:
        return False
    return checks.file_holding(db, key) in joined


def is_told_of_all(own: Own) -> bool:
    """Whether some file bears the names of all corpora that were merged, so that they outlast the database."""
    borne = map(names_in, (own.folder / file for file in warc_files(own.folder) if own.owns(file)))
    wanted = {*own.names.joined}
    return not wanted or any(names.corpus == own.names.corpus and wanted <= {*names.joined} for names in borne)


def as_info(names: Names, closed: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """The lines of a warcinfo record that say who writes, and the digests and names of files that were closed."""
    told = {
        "corpus": names.corpus,
        "joined": " ".join(names.joined),
        "sample": "yes" if names.sample else "",
        "closed": " ".join(f"{digest} {file}" for digest, file in closed),
    }
    return {key: value for key, value in told.items() if value}
