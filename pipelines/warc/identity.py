"""Whose a WARC file is. A corpus has a random name of its own; every file that it writes bears it in its warcinfo.

Files of release 0.1.0 bear none: they are known by their SHA-256, noted in the database when it is brought up.
With the database lost, the name that most of their bytes bear is the corpus's, and files of 0.1.0 are its
own only where no file bears another's. What is not a corpus's own is a stranger's, whatever it is called.
"""

import hashlib
import logging
import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlite_utils import Database

from pipelines.store.database import DATABASE, recording
from pipelines.warc.files import is_imported, is_ours, place_of, run_of, warc_files
from pipelines.warc.members import Member, members

log = logging.getLogger(__name__)

_HEAD = 1 << 16  # bytes of a warcinfo record that are looked at
_NAMED = re.compile(rb"^(corpus|joined): ([0-9a-f]{32}(?: [0-9a-f]{32})*)\r?$", re.MULTILINE)
_PLACES = (Path(), Path(".rebuild"))  # of the database that says who writes


@dataclass(frozen=True, slots=True)
class Names:
    """Names of corpora: the one that writes, and those that were merged into it."""

    corpus: str = ""
    joined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """Which files of a `warc` folder are a corpus's own: by the names they bear, or by what they hold."""

    folder: Path
    names: Names
    adopted: dict[str, str] = field(default_factory=dict)  # SHA-256 of files that bear no name

    def owns(self, file: str) -> bool:
        if is_imported(file):
            return False
        corpus = names_in(place_of(self.folder, file)).corpus
        if corpus:
            return corpus == self.names.corpus or corpus in self.names.joined
        return file in self.adopted and _digest(place_of(self.folder, file)) == self.adopted[file]

    def is_joined(self, file: str) -> bool:
        """Whether an own file came with another corpus."""
        return names_in(place_of(self.folder, file)).corpus in self.names.joined


def own_files(db: Database, folder: Path) -> list[str]:
    """The names of a corpus's own files below its `warc` folder, in order of time."""
    own = own_of(db, folder)
    return [file for file in warc_files(folder) if own.owns(file)]


def own_of(db: Database, folder: Path) -> Own:
    """What the database says of the files in a `warc` folder. Files of 0.1.0 are noted where it can be written."""
    names = _names(db.conn)
    if db.execute("SELECT 1 FROM identity WHERE NOT adopted").fetchone():
        found = _first_look(db, folder)
        with suppress(sqlite3.OperationalError):  # opened for reading only
            _note(db, found)
        return Own(folder, names, found)
    return Own(folder, names, dict(db.execute("SELECT file, digest FROM own_file").fetchall()))


def _names(connection: sqlite3.Connection) -> Names:
    rows = connection.execute("SELECT corpus, joined FROM identity ORDER BY joined, corpus").fetchall()
    return Names(next((corpus for corpus, joined in rows if not joined), ""), tuple(c for c, joined in rows if joined))


def writing_in(folder: Path) -> Names:
    """Who writes into a `warc` folder: what the database beside it says; no name where there is none."""
    for place in _PLACES:
        path = folder.resolve().parent / place / DATABASE
        try:
            if path.is_file():
                with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
                    return _names(connection)
        except sqlite3.Error:
            continue  # damaged, or of an older layout
    return Names()


def names_in(path: Path) -> Names:
    """The names that the warcinfo of a file bears."""
    try:
        first = next(islice(members(path, most=_HEAD), 1), None)
    except OSError:
        return Names()
    head = first.data.getvalue() if isinstance(first, Member) else b""
    if b"\r\nWARC-Type: warcinfo\r\n" not in head:
        return Names()
    found = {key.decode(): value.decode().split(" ") for key, value in _NAMED.findall(head)}
    return Names(found.get("corpus", [""])[0], tuple(found.get("joined", [])))


# -- how a database comes to know


def _first_look(db: Database, folder: Path) -> dict[str, str]:
    """The files of release 0.1.0: those whose run, or a snapshot in which, the database knows."""
    named = {file for (file,) in db.execute("SELECT DISTINCT file FROM snapshot")}
    runs = {run for (run,) in db.execute("SELECT id FROM run")}
    files = [file for file in warc_files(folder) if is_ours(file) and (file in named or run_of(file) in runs)]
    return {file: _digest(folder / file) for file in files if not names_in(folder / file).corpus}


def _note(db: Database, files: dict[str, str]) -> None:
    with db.atomic():
        db.conn.executemany("INSERT OR REPLACE INTO own_file (file, digest) VALUES (?, ?)", files.items())
        db.execute("UPDATE identity SET adopted = 1")


def carry_over(db: Database, old: Path, folder: Path, files: Sequence[str], joined: Iterable[Path] = ()) -> Own:
    """Give a new database the name of the one at `old`, or, where that is lost, of the files themselves; and the names
    of the databases at `joined`, whose files were brought in. Returns which files are its own then."""
    if not _take(db, old, joined=False):
        _find(db, folder, files, {name for path in joined for name in _told(path)[0]})
    for path in joined:
        _take(db, path, joined=True)
    return own_of(db, folder)


def _told(path: Path) -> tuple[dict[str, int], dict[str, str]]:
    """The names and digests that a database holds; none where it is damaged or of an older layout."""
    try:
        if path.is_file():
            with closing(sqlite3.connect(path)) as told:
                names = dict(told.execute("SELECT corpus, joined FROM identity").fetchall())
                return names, dict(told.execute("SELECT file, digest FROM own_file").fetchall())
    except sqlite3.Error as error:
        log.warning("%s does not tell whose it is: %s", path, error)
    return {}, {}


def _take(db: Database, path: Path, *, joined: bool) -> bool:
    names, files = _told(path)
    if not names:
        return False
    with recording(db):
        if not joined:
            db.execute("DELETE FROM identity")
        rows = [(name, int(joined or was_joined)) for name, was_joined in names.items()]
        db.conn.executemany("INSERT OR IGNORE INTO identity (corpus, joined, adopted) VALUES (?, ?, 1)", rows)
        db.conn.executemany("INSERT OR IGNORE INTO own_file (file, digest) VALUES (?, ?)", files.items())
    return True


def _find(db: Database, folder: Path, files: Sequence[str], others: set[str]) -> None:
    """Without a database: the name that most bytes bear, and files without one are its own where no other is borne."""
    borne = {file: names_in(place_of(folder, file)) for file in files if not is_imported(file)}
    count = Counter[str]()
    for file, names in borne.items():
        if names.corpus and names.corpus not in others:
            count[names.corpus] += place_of(folder, file).stat().st_size
    corpus = min(count, key=lambda name: (-count[name], name), default="")
    joined = {name for names in borne.values() if corpus and names.corpus == corpus for name in names.joined}
    if corpus:
        with recording(db):
            db.execute("DELETE FROM identity")
            rows = [(corpus, 0), *((name, 1) for name in joined - {corpus})]
            db.conn.executemany("INSERT INTO identity (corpus, joined, adopted) VALUES (?, ?, 1)", rows)
    if set(count) <= {corpus, *joined}:
        nameless = [file for file, names in borne.items() if is_ours(file) and not names.corpus]
        _note(db, {file: _digest(place_of(folder, file)) for file in nameless})


def goes_before(db: Database, joined: Collection[str], file: str, key: tuple[str, str, str, str]) -> bool:
    """Whether a record in `file` goes before the one that is held of a capture: it is ours, and that one lies in one
    of the `joined` files, which came with other corpora."""
    if not joined or file in joined:
        return False
    row = db.execute(
        "SELECT file FROM snapshot JOIN capture ON capture.id = capture_id WHERE timestamp = ? AND original = ? "
        "AND digest = ? AND statuscode = ?",
        [*key],
    ).fetchone()
    return row is not None and row[0] in joined


def is_told_of_all(own: Own) -> bool:
    """Whether some file bears the names of all corpora that were merged, so that they outlast the database."""
    borne = map(names_in, (own.folder / file for file in warc_files(own.folder) if not is_imported(file)))
    wanted = {*own.names.joined}
    return not wanted or any(names.corpus == own.names.corpus and wanted <= {*names.joined} for names in borne)


def as_info(names: Names) -> dict[str, str]:
    """The lines of a warcinfo record that say who writes."""
    told = {"corpus": names.corpus, "joined": " ".join(names.joined)}
    return {key: value for key, value in told.items() if value}


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
