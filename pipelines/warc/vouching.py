"""Which files are a corpus's own when its database is lost: those that others of its own name with their digests.

Each file tells in its warcinfo the SHA-256 of those that were closed before it was begun, so all but the last one are
vouched for. Of several files that nobody vouches for, as when a stranger's bears a copied name, the one counts that
vouches for most bytes. What was made on purpose to go on where the last file ends cannot be told from it by files
alone: a backup of the database can.
"""

import re
from collections.abc import Iterable
from functools import cached_property
from itertools import islice
from pathlib import Path

from pipelines.warc.files import is_ours, place_of
from pipelines.warc.members import Member, members
from pipelines.warc.own_files import sized

_MOST = 1 << 24  # bytes of a warcinfo record: a line of a hundred for each file
_CLOSED = re.compile(rb"^closed: ([^\r\n]*)\r?$", re.MULTILINE)
_ONE = re.compile(r"([0-9a-f]{64}) (\S+)")


def info_of(path: Path, most: int = _MOST) -> bytes:
    """The warcinfo record that a file begins with; nothing where it begins with another or cannot be read."""
    try:
        first = next(islice(members(path, most=most), 1), None)
    except OSError:
        return b""
    head = first.data.getvalue() if isinstance(first, Member) else b""
    return head if b"\r\nWARC-Type: warcinfo\r\n" in head else b""


class Vouching:
    """The files of a folder, by the name of the corpus that they bear; it is looked for those of `corpus` and of what
    was `joined` with it."""

    def __init__(self, folder: Path, borne: dict[str, str], corpus: str, joined: Iterable[str]) -> None:
        self._folder = folder
        self._borne = borne
        self._corpus = corpus
        self._joined = joined
        self._tells = {file: self._told_in(file) for file, name in borne.items() if name in (corpus, *joined)}

    def own(self, *, with_nameless: bool) -> list[str]:
        """The names of own files. Those of release 0.1.0 bear no name: where no file vouches for any file of that
        kind, all are its own if that is asked for."""
        found = {file for name in (self._corpus, *self._joined) if name for file in self._vouched_by_last(name)}
        nameless = {file for file, name in self._borne.items() if not name and is_ours(file)}
        if with_nameless and not any(nameless & {*told} for told in self._tells.values()):
            found |= nameless
        return sorted(found)

    def _vouched_by_last(self, name: str) -> list[str]:
        """The file that nobody tells of, and all that it leads to."""
        told = {other for file, others in self._tells.items() for other in others if other != file}
        last = [file for file, borne in self._borne.items() if borne == name and file not in told]
        return self._led_to(max(last, key=lambda file: (self._weight(file), self._sizes[file]))) if last else []

    def _weight(self, file: str) -> int:
        return sum(self._sizes[one] for one in self._led_to(file) if one != file)

    def _led_to(self, file: str) -> list[str]:
        """A file, and all that it vouches for, itself or through others."""
        found = [file]
        for one in found:
            told = self._tells.get(one, {}).items()
            found += [other for other, digest in told if other not in found and self._digests.get(other) == digest]
        return found

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {file: sized(place_of(self._folder, file))[1] for file in self._borne}

    @cached_property
    def _sizes(self) -> dict[str, int]:
        return {file: place_of(self._folder, file).stat().st_size for file in self._borne}

    def _told_in(self, file: str) -> dict[str, str]:
        found = _CLOSED.search(info_of(place_of(self._folder, file)))
        pairs = _ONE.findall(found[1].decode("utf-8", "replace")) if found else []
        return {name: digest for digest, name in pairs}
