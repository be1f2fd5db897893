"""Target lists: an address, a URL list, a CSV or a Tranco list, read line by line.

    one address             example.com, https://example.com/privacy
    URL list                one address a line; `#` begins a comment; empty lines are skipped
    CSV                     a header `target[,kind[,variant]]`, in any order of columns
    Tranco                  `rank,domain` without a header

A bare domain stands for the documents that are to be found on it (`discover`); an address with a path is a document.
A line that cannot be used is named and does not stop the others. What is kept of a list while it is read are digests
of what was seen, so that a list of a million lines needs little memory.
"""

import csv
import hashlib
import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.targets import text_lines as listfiles
from crawler.targets import urls as addresses
from crawler.targets.document_kinds import PRIVACY_POLICY, normal_kind
from crawler.targets.urls import Address
from pipelines.exceptions import WrongUse
from pipelines.formats.terminal import printable
from pipelines.items.captures import REPEAT, DocumentKey, Target

_FEWEST_SLOTS = 1024


class Seen:
    """What was seen before, as digests of 8 bytes: for a million texts the odds of a confusion are 1 : 37 million.

    A hash table in one array, half full at most: 16 to 32 bytes a text, where a set of integers takes 70 to 100.
    """

    def __init__(self) -> None:
        self._count = 0
        self._slots = array("Q", bytes(8 * _FEWEST_SLOTS))

    def add(self, text: str) -> bool:
        """Note a text; whether it is new."""
        digest = int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())
        digest = digest or 1  # 0 marks a free slot
        slot = self._slot(digest)
        if self._slots[slot]:
            return False
        self._slots[slot] = digest
        self._count += 1
        if self._count * 2 > len(self._slots):
            self._grow()
        return True

    def _slot(self, digest: int) -> int:
        """Where the digest stands, or the free slot where it belongs."""
        slots, mask = self._slots, len(self._slots) - 1
        slot = digest & mask
        while slots[slot] and slots[slot] != digest:
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        old = self._slots
        self._slots = array("Q", bytes(16 * len(old)))
        for digest in old:
            if digest:
                self._slots[self._slot(digest)] = digest


COLUMNS = ("target", "kind", "variant")
LONGEST_TELLING = 80  # characters of a bad line that are repeated
_TRANCO = re.compile(r"\s*\d+\s*,[^,]+")
_COMMENT = re.compile(r"(?:^|\s)#.*")


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be used. `text` is escaped and cut, fit for a terminal."""

    source: str
    line: int
    text: str
    reason: str

    def __str__(self) -> str:
        return f"{self.source}, line {self.line}: {self.reason}: {self.text}"


@dataclass(frozen=True, slots=True)
class Entry:
    """What one line asks for, as it stands there. An empty kind is the list's own."""

    target: str
    kind: str = ""
    variant: str = ""


Form = Callable[[str], Entry]
"""Takes a line of its form apart. Raises WrongUse with a reason."""


def read_targets(
    source: str, *, kind: str = PRIVACY_POLICY, strict: bool = False, repeats: bool = False
) -> Iterator[Target | BadLine]:
    """The targets of a file, of several files with commas between, or of one address, in their order.

    Repeats of one address and kind are folded, or with `repeats` given as targets with the problem `REPEAT`. Raises
    WrongUse at once where the source or the kind cannot be used; at the end of a list that holds no target at all;
    where `strict`, at the first bad line.
    """
    reader = _Reader(normal_kind(kind), repeats)
    files = listfiles.files_in(source, addresses.names_a_page)
    return _all_of(files, reader, strict) if files else iter([reader.single(source)])


def telling(text: str) -> str:
    """A piece of hostile text, escaped and cut, fit for one line of a terminal."""
    text = text.strip()
    shown = text[:LONGEST_TELLING] + "..." * (len(text) > LONGEST_TELLING)
    return printable(shown)


def _all_of(files: list[Path], reader: "_Reader", strict: bool) -> Iterator[Target | BadLine]:
    for path in files:
        before = reader.usable
        for item in reader.targets(path):
            if isinstance(item, BadLine) and strict:
                raise WrongUse(f"{item}; mend the line, or leave out --strict to pass over it.")
            yield item
        if reader.usable == before:
            raise WrongUse(f"{path} holds no target; put one address or domain on each line.")


class _Reader:
    """Reads one list after the other, and remembers what it gave out."""

    def __init__(self, kind: str, repeats: bool) -> None:
        self.usable = 0  # entries so far, repeats too
        self._repeats = repeats
        self._kind = kind
        self._given = Seen()
        self._documents = Seen()

    def single(self, text: str) -> Target:
        try:
            return next(self._new(Entry(text), ""))
        except WrongUse as error:
            raise WrongUse(f"{telling(text)!r} is neither a file nor an address: {error}.") from None

    def targets(self, path: Path) -> Iterator[Target | BadLine]:
        form: Form | None = None
        for number, line in listfiles.lines(path):
            if not _COMMENT.sub("", line).strip():
                continue
            if form is None:
                form, is_header = _form_of(line, path)
                if is_header:
                    continue
            try:
                yield from self._new(form(listfiles.sound(line)), f"{path.name}:{number}")
            except WrongUse as error:
                yield BadLine(path.name, number, telling(line), str(error))

    def _new(self, entry: Entry, source: str) -> Iterator[Target]:
        """The target of an entry; nothing for a repeat. Raises WrongUse with a reason."""
        address = addresses.parse(entry.target)
        site = addresses.site_of(address.host)
        kind = normal_kind(entry.kind) if entry.kind else self._kind
        self.usable += 1
        if self._given.add(f"{kind} {entry.variant} {address.listing_key}"):
            variant = entry.variant or self._variant(address, site, kind)
            yield Target(address.url, DocumentKey(site, kind, variant), address.is_home, source)
        elif self._repeats:
            yield Target(address.url, DocumentKey(site, kind), address.is_home, source, REPEAT)

    def _variant(self, address: Address, site: str, kind: str) -> str:
        if address.is_home:  # a host below the site has documents of its own
            is_site = address.host in (site, f"www.{site}") and not address.port
            return "" if is_site else addresses.slug(address, site)
        if self._documents.add(f"{site} {kind}"):
            return ""
        name = addresses.slug(address, site)
        return name if self._documents.add(f"{site} {kind} {name}") else addresses.with_hash(name, address)


def _form_of(line: str, path: Path) -> tuple[Form, bool]:
    """The form of a list, told by its first line, and whether that is a header. Raises WrongUse for a broken one."""
    if _TRANCO.fullmatch(line):
        return _ranked, False
    names = [name.strip().lower() for name in re.split(r"[,;\t]", line.replace('"', ""))]
    if not set(names) & set(COLUMNS):
        return _listed, False
    if "," not in line and len(names) > 1:
        raise WrongUse(f"{path} has other separators than commas in its header; save it as CSV with commas.")
    _refuse_columns(names, path)
    return _csv_form(names), True


def _refuse_columns(names: list[str], path: Path) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise WrongUse(f"{path} has an unknown column {telling(unknown[0])!r}; known are {', '.join(COLUMNS)}.")
    if len(set(names)) < len(names):
        raise WrongUse(f"{path} names a column twice; name each of {', '.join(COLUMNS)} once.")
    if "target" not in names:
        raise WrongUse(f"{path} has no column target; add one that holds the addresses or domains.")


def _listed(line: str) -> Entry:
    return Entry(_COMMENT.sub("", line).strip())


def _ranked(line: str) -> Entry:
    if not _TRANCO.fullmatch(line):
        raise WrongUse("not of the form rank,domain")
    return Entry(line.partition(",")[2].strip())


def _csv_form(names: list[str]) -> Form:
    def form(line: str) -> Entry:
        cells = dict(zip(names, _cells(line, len(names)), strict=True))
        variant = cells.get("variant", "")
        return Entry(cells["target"], cells.get("kind", ""), addresses.named(variant) if variant else "")

    return form


def _cells(line: str, number: int) -> list[str]:
    try:
        # no cell of ours has a line end in it: read alone, an open quote cannot swallow the lines that follow
        [cells] = csv.reader([line], strict=True, skipinitialspace=True)
    except (csv.Error, ValueError):
        raise WrongUse("its quotes do not pair") from None
    if len(cells) != number:
        raise WrongUse(f"{len(cells)} cells where the header has {number}")
    return [cell.strip() for cell in cells]
