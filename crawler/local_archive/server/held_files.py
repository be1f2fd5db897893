"""The archive files of a folder, each in a form whose records can be read by their offset.

What pipelines/warc/forms.py cannot read where it lies is unpacked beside, for as long as it is served.
"""

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import quote, unquote

from pipelines.warc import forms


class HeldFiles:
    """The files below `folder`. `left_out` names those that are not read, `torn` counts those that end too early.

    `base_names` are the names of archive files without their folders.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._beside = tempfile.TemporaryDirectory(prefix="archive-")
        self._unpacked: dict[str, Path] = {}
        self._files = sorted(path for path in folder.rglob("*") if path.is_file())
        self.base_names = {path.name for path in self._files if forms.ending_of(path.name)}
        others = (path for path in self._files if not forms.ending_of(path.name))
        self.left_out = [self._below(path) for path in others if not forms.is_companion(path)]
        self.torn = 0

    def close(self) -> None:
        """Gives back what was unpacked."""
        self._beside.cleanup()

    def warcs(self) -> Iterator[tuple[str, Path]]:
        """Each archive file, by the name that `path` knows it by."""
        for path in self._files:
            name, ending = quote(self._below(path), errors="surrogateescape"), forms.ending_of(path.name)
            if ending in forms.IN_PLACE and forms.is_parted(path, ending):
                yield name, path
            elif ending:
                yield from self._opened(name, path, ending)

    def indexes(self) -> Iterator[Path]:
        """Each index file."""
        return (path for path in self._files if path.suffix in (".cdx", ".cdxj"))

    def path(self, name: str) -> Path:
        """Where an archive file lies."""
        return self._unpacked.get(name) or self._folder / unquote(name, errors="surrogateescape")

    def _below(self, path: Path) -> str:
        return str(path.relative_to(self._folder))

    def _opened(self, name: str, path: Path, ending: str) -> Iterator[tuple[str, Path]]:
        before = len(self._unpacked)
        try:
            with path.open("rb") as source:
                if ending == ".wacz":
                    self._unzip(name, source)
                else:
                    self._unpack(name, forms.unpacking(source, ending), path.stat().st_size)
        except forms.BROKEN:
            self.torn += 1
        else:
            self.left_out += [self._below(path)] * (len(self._unpacked) == before)  # a WACZ without archive files
        yield from list(self._unpacked.items())[before:]

    def _unzip(self, name: str, source: IO[bytes]) -> None:
        with zipfile.ZipFile(source) as packed:
            for member in forms.warcs_in(packed):
                with packed.open(member) as opened:
                    self._unpack(f"{name}!{quote(member)}", opened, packed.getinfo(member).compress_size)

    def _unpack(self, name: str, source: IO[bytes], packed: int) -> None:
        """What comes before a break is kept. The new file says by its ending whether it is packed itself."""
        ending = next((ending for ending in forms.GZIPPED if "!" in name and name.lower().endswith(ending)), ".warc")
        target = Path(self._beside.name) / f"{len(self._unpacked)}{ending}"
        self._unpacked[name] = target
        forms.unpack(source, target, packed)
