"""The lines of target lists as they were given, each with the document that it stands for."""

from collections.abc import Callable

from sqlite_utils import Database

from pipelines.items import REPEAT, Target

FORGOTTEN = "forgotten"


class GivenLines:
    """The lines of the list with that digest. Nothing is kept of one without, nor of one that is known already."""

    def __init__(self, db: Database, digest: str) -> None:
        self._db = db
        self._digest = digest
        self._number = 0
        known = db.execute("SELECT 1 FROM target WHERE list_digest = ? LIMIT 1", [digest]).fetchone()
        self._is_new = bool(digest) and not known
        db.execute("CREATE TEMP TABLE IF NOT EXISTS line_asked (key TEXT PRIMARY KEY, document_id INTEGER)")
        db.execute("DELETE FROM line_asked")

    def add(self, target: Target, problem: str, document_id: int | None, urlkey: Callable[[str], str]) -> None:
        """Keep the next line. A repeat stands for the document of the line that it repeats."""
        if not self._is_new:
            return
        self._number += 1
        if document_id is not None:
            key = f"{target.document.kind} {urlkey(target.url)}"
            self._db.execute("INSERT OR IGNORE INTO line_asked VALUES (?, ?)", [key, document_id])
        elif problem == REPEAT:
            key = f"{target.document.kind} {urlkey(target.url)}"
            found = self._db.execute("SELECT document_id FROM line_asked WHERE key = ?", [key]).fetchone()
            document_id, problem = (found[0], "") if found else (None, problem)
        name, _, line = target.source.rpartition(":")
        self._db.execute(
            "INSERT INTO target (list_digest, number, list, line, address, document_id, problem) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [self._digest, self._number, _sound(name) or target.url, int(line or 1), target.url, document_id, problem],
        )


def _sound(name: str) -> str:
    """A file name that is not UTF-8 as it can be kept."""
    return name.encode("utf-8", "replace").decode()
