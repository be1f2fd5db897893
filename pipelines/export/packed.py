"""Writing a stream of bytes to a file of an export, compressed by zstd where that is wanted."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipelines.formats import atomic

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdCompressor
else:
    from backports.zstd import ZstdCompressor

_LEVEL = 3


def packed(part: Path, blocks: Iterable[bytes], *, zstd: bool) -> None:
    """Write all blocks to a part, which the caller syncs. Raises OSError."""
    atomic.write_part(part, _compressed(blocks) if zstd else blocks, durable=False)


def _compressed(blocks: Iterable[bytes]) -> Iterator[bytes]:
    compressor = ZstdCompressor(level=_LEVEL)
    for block in blocks:
        yield compressor.compress(block)
    yield compressor.flush()
