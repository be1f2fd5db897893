"""The folder of a site: pages that changed are written beside the old ones and take their places together.

`site.json` says that the folder is a site, and of which state of each part (a folder of pages) it is. New pages wait
under the names of parts; once `site.turn` is there, which names them, they count, and whoever writes in the folder
next brings that to its end. `site.begun` is there while parts may lie about.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.export.base import Report
from pipelines.formats import atomic
from pipelines.warc.lock import in_turn

MARK = "site.json"
TURN = "site.turn"
BEGUN = "site.begun"
FORMAT = "policy-corpus site"
OURS = re.compile(r"[\w.+-]+\.(html|js|css|xml|json|svg)|\.nojekyll", re.ASCII)
_STATE = {MARK, TURN, BEGUN, atomic.part_of(Path(MARK)).name, atomic.part_of(Path(TURN)).name}


class SiteFolder:
    """The parts of a site on their way to disk, each a folder below it with its pages (`.` is the site's own)."""

    def __init__(self, root: Path, before: dict[str, tuple[str, int]]) -> None:
        self.root = root
        self._before = before
        self._now: dict[str, tuple[str, int]] = {}
        self._changed: dict[str, list[str]] = {}
        self._report = Report()

    def is_current(self, place: str, fingerprint: str) -> bool:
        """Whether a part is there in this state already; then it stays."""
        told = self._before.get(place)
        if told is None or told[0] != fingerprint or _pages_in(self.root / place) < told[1]:
            return False
        self._now[place] = told
        return True

    def begin(self, place: str, fingerprint: str) -> None:
        """Say that the pages of a part follow."""
        if not self._changed:
            (self.root / BEGUN).touch()
        self._changed[place] = []
        self._now[place] = (fingerprint, 0)
        (self.root / place).mkdir(parents=True, exist_ok=True)

    def write(self, place: str, name: str, page: bytes) -> None:
        """Take a page of a part that was begun; it is written where it differs from the one that is there."""
        path = Path(f"{self.root}/{place}/{name}")  # built once: a site is hundreds of thousands of pages
        self._changed[place].append(name)
        self._now[place] = (self._now[place][0], len(self._changed[place]))
        if not _holds(path, page):
            atomic.write_part(atomic.part_of(path), [page], durable=False)
            self._report.written += 1

    def take_places(self) -> Report:
        """Let all that was written take its place, and remove what is no more. Nothing is written if nothing is new."""
        self._report.files = sum(count for _, count in self._now.values())
        gone = sorted(set(self._before) - set(self._now))
        if self._changed or gone:
            told = {place: {"fingerprint": it[0], "files": it[1]} for place, it in sorted(self._now.items())}
            _write_json(atomic.part_of(self.root / MARK), {"format": FORMAT, "parts": told})
            os.sync()  # once for all pages: what the turn names must outlast a power cut
            turn = {"pages": self._changed, "gone": gone}
            atomic.write_whole(self.root / TURN, [json.dumps(turn).encode()])
            self._report.removed = _take_turn(self.root)
        return self._report


@contextmanager
def site_folder(root: Path) -> Iterator[SiteFolder]:
    """The site in a folder. What fails within leaves the old site as it was.

    Raises WrongUse where the folder holds something else, RecordingFailed where it cannot be written.
    """
    is_new = not root.exists()
    try:
        refuse_others(root)
        root.mkdir(parents=True, exist_ok=True)
        with in_turn(root):
            _finish(root)
            yield SiteFolder(root, _read_mark(root))
    except OSError as error:
        raise _not_written(root, error) from error
    finally:
        with suppress(OSError):
            _tidy(root, is_new=is_new)


def _tidy(root: Path, *, is_new: bool) -> None:
    """Leave nothing of a site that is not to be."""
    if root.is_dir() and not (root / TURN).exists():
        _remove_parts(root)
        if is_new and not (root / MARK).exists():
            root.rmdir()  # only where nothing came of it


def _not_written(root: Path, error: OSError) -> RecordingFailed:
    why = error.strerror or str(error).splitlines()[0]
    return RecordingFailed(f"Cannot write the site in {root}: {why}. Free space, then publish again.")


def refuse_others(root: Path) -> None:
    """Raises WrongUse where something else than a site lies there, and OSError."""
    if root.exists() and not root.is_dir():
        raise WrongUse(f"{root} is no folder: give --to another one.")
    if not root.is_dir() or any((root / name).is_file() for name in (MARK, TURN, BEGUN)):
        return
    if others := sorted(os.listdir(root)):
        raise WrongUse(f"{root} holds something else than a site ({others[0]}): give --to a folder of its own.")


def _finish(root: Path) -> None:
    """Bring to its end what another process has begun, or take it back."""
    if (root / TURN).exists():
        _take_turn(root)
    _remove_parts(root)


def _take_turn(root: Path) -> int:
    turn = _read_json(root / TURN)
    removed = 0
    for place, names in [*(turn.get("pages") or {}).items(), *((place, ()) for place in turn.get("gone") or ())]:
        removed += _settle(_inside(root, place), set(names))
    with suppress(FileNotFoundError):
        atomic.put_in_place(atomic.part_of(root / MARK), root / MARK)
    os.sync()
    (root / TURN).unlink()
    (root / BEGUN).unlink(missing_ok=True)
    return removed


def _settle(folder: Path, wanted: set[str]) -> int:
    """Bring a part to what is wanted; what is not ours stays. Returns how many pages were removed."""
    if not folder.is_dir():
        return 0
    names = set(os.listdir(folder)) - _STATE
    for name in sorted(wanted):
        if name + atomic.PART in names:
            os.replace(f"{folder}/{name}{atomic.PART}", f"{folder}/{name}")
    others = [name for name in names - wanted if _is_ours(folder, name)]
    for name in others:
        (folder / name).unlink()
    for empty in (folder, folder.parent) if not wanted else ():
        with suppress(OSError):
            empty.rmdir()
    return len(others)


def _is_ours(folder: Path, name: str) -> bool:
    """Whether a page was published: beside the site's own pages lies what others put there, and its list is known."""
    is_top = (folder / MARK).exists() or (folder / TURN).exists()
    return not is_top and bool(OURS.fullmatch(name)) and (folder / name).is_file()


def _remove_parts(root: Path) -> None:
    if (root / BEGUN).exists():
        for depth in ("*", "*/*", "*/*/*"):
            for part in root.glob(depth + atomic.PART):
                part.unlink(missing_ok=True)
        for folder in sorted(root.glob("*/"), reverse=True):
            for empty in (*folder.glob("*/"), folder):
                with suppress(OSError):
                    empty.rmdir()
        (root / BEGUN).unlink()


def _inside(root: Path, place: str) -> Path:
    path = PurePosixPath(place)
    if path.is_absolute() or ".." in path.parts:
        raise WrongUse(f"{root / TURN} was changed by hand: {place!r} is no part of a site. Remove the folder.")
    return root / path


def _pages_in(folder: Path) -> int:
    return sum(1 for name in os.listdir(folder) if OURS.fullmatch(name)) if folder.is_dir() else 0


def _holds(path: Path, page: bytes) -> bool:
    try:
        return path.stat().st_size == len(page) and path.read_bytes() == page
    except OSError:
        return False


def _read_mark(root: Path) -> dict[str, tuple[str, int]]:
    told = _read_json(root / MARK).get("parts")
    parts = told if isinstance(told, dict) else {}
    return {
        place: (str(it["fingerprint"]), int(it["files"]))
        for place, it in parts.items()
        if isinstance(it, dict) and set(it) == {"fingerprint", "files"} and ".." not in place.split("/")
    }


def _read_json(path: Path) -> dict[str, Any]:
    """What a file of ours says; nothing where it was cut off or edited."""
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _write_json(path: Path, told: dict[str, Any]) -> None:
    atomic.write_part(path, [json.dumps(told, indent=0, sort_keys=True).encode()])
