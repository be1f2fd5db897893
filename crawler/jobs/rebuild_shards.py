"""The shards of a catalogue rebuilt, each whole by one process: here one after the other, or on a cluster.

Nothing is put together afterwards: the catalogue joins them as before. A shard that is done is noted beside the
catalogue, so that a command that was interrupted, or that failed over some shards, goes on with the others.
"""

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scrapy.settings import Settings

from crawler.jobs import configuration
from crawler.jobs.rebuild import Request, run_rebuild
from pipelines.exceptions import CorpusBusy, CorpusError, RecordingFailed, WrongUse
from pipelines.executors.read_all import Progress
from pipelines.extraction.version import DEFAULT, reader_version
from pipelines.formats import atomic
from pipelines.formats.release import __version__
from pipelines.formats.terminal import counted
from pipelines.options import Config
from pipelines.store.catalogue import shards_in

_WORST = (5, 3, 2, 1, 0)  # which exit code of several tells most
_NOT_SENT = frozenset({"CORPUS_DIR", "ARCHIVE", "RUN_ID", "TARGET_LIST"})  # of one corpus, and one run


@dataclass(frozen=True, slots=True)
class ShardRebuilt:
    """What came of a shard: the exit code of its rebuild, and what is said of it."""

    code: int
    said: str


def rebuild_shards(settings: Settings, request: Request, progress: Progress, say: Callable[[str], object]) -> int:
    """Rebuild all shards of the catalogue that CORPUS_DIR names, and say of each what came of it. Returns the exit code
    that tells most. Raises WrongUse, RecordingFailed."""
    config = Config.of(settings)
    catalogue = config.folder
    folders = {str(folder): folder for folder in shards_in(catalogue)}
    _refuse_what_one_is_for(catalogue, request)
    _refuse_missing(catalogue, folders.values())
    configuration.check_offline(settings)
    done = _Done(catalogue, request, reader_version(config.extractor or DEFAULT))
    if done.names:
        say(f"{counted(len(done.names), 'shard')} done before, by a command that did not end well: see {done.path}")
    left = [name for name in folders if name not in done.names]
    given = {name: value for name, value in config.by_name().items() if name not in _NOT_SENT}
    codes = []
    for name, rebuilt in _in_turn(given, request, left, progress):
        codes.append(rebuilt.code)
        say(f"{name}: {rebuilt.said}")
        if rebuilt.code <= 1:
            done.add(name)
        progress("shards", len(folders) - len(left) + len(codes), len(folders))
    if all(code <= 1 for code in codes):
        done.remove()
    return min(codes, key=_WORST.index, default=0)


def _refuse_what_one_is_for(catalogue: Path, request: Request) -> None:
    if request.sources or request.targets:
        raise WrongUse(f"{catalogue} names several corpora: bring files or a target list to one shard, by its folder.")


def _refuse_missing(catalogue: Path, folders: Any) -> None:
    for folder in folders:
        if not (folder / "warc").is_dir():
            raise WrongUse(f"{catalogue} names {folder}, where there are no WARC files: mount its disk, or crawl it.")


def _in_turn(
    given: Mapping[str, Any], request: Request, left: list[str], progress: Progress
) -> Iterator[tuple[str, ShardRebuilt]]:
    if request.cluster:
        yield from _on_cluster(given, request, left)
        return
    for name in left:
        yield name, _rebuilt(Settings({**given, "CORPUS_DIR": name}), request, progress)


def _on_cluster(given: Mapping[str, Any], request: Request, left: list[str]) -> Iterator[tuple[str, ShardRebuilt]]:
    from pipelines.executors.dask_cluster import Cluster, mark, unmark

    marked = {name: Path(name).resolve() for name in left}
    cluster = Cluster(request.cluster, given["READERS"] or 1)
    try:
        alone = replace(request, cluster="")
        tasks = {
            name: cluster.submit(rebuild_shard, dict(given), alone, folder, mark(folder))
            for name, folder in marked.items()
        }
        for name, task in tasks.items():
            try:
                yield name, task.result()
            except CorpusError as error:  # of this shard's worker: the others go on
                yield name, ShardRebuilt(error.exit_code, str(error))
    finally:
        for folder in marked.values():
            unmark(folder)
        cluster.close()


def rebuild_shard(given: Mapping[str, Any], request: Request, folder: Path, said: str) -> ShardRebuilt:
    """For a worker: rebuild one shard. Raises WrongUse where it does not see it."""
    import multiprocessing

    from pipelines.executors.dask_cluster import refuse_unseen

    refuse_unseen(folder, said)
    multiprocessing.current_process().daemon = False  # what Dask starts is one, and may have no children
    settings = Settings({**given, "CORPUS_DIR": str(folder), "READERS": 1})
    rebuilt = _rebuilt(settings, request, lambda what, done, todo: None)
    return rebuilt if rebuilt.code <= 1 else replace(rebuilt, said=f"on {socket.gethostname()}: {rebuilt.said}")


def _rebuilt(settings: Settings, request: Request, progress: Progress) -> ShardRebuilt:
    try:
        rebuilt, counts = run_rebuild(settings, request, progress)
    except CorpusBusy as error:
        return ShardRebuilt(error.exit_code, f"{error} Then run the same command again.")
    except CorpusError as error:
        return ShardRebuilt(error.exit_code, str(error))
    told = (
        counted(rebuilt.files, "WARC file"),
        counted(rebuilt.damaged, "damaged record"),
        f"{counted(rebuilt.lost, 'page')} lost",
        counted(counts.files, "text"),
    )
    return ShardRebuilt(rebuilt.exit_code, ", ".join(told))


class _Done:
    """Which shards are done, beside the catalogue, while some are not; of another release or reader they are not."""

    def __init__(self, catalogue: Path, request: Request, reader: str) -> None:
        self.path = catalogue.with_name(f"{catalogue.name}.rebuilding")
        self._what = [__version__, reader, request.only_changed, request.accept_losses]
        self.names: list[str] = []
        with suppress(OSError, ValueError, LookupError, TypeError):
            found = json.loads(self.path.read_bytes())
            if found["what"] == self._what:
                self.names = [str(name) for name in found["done"]]

    def add(self, name: str) -> None:
        self.names.append(name)
        try:
            atomic.write_whole(self.path, [json.dumps({"what": self._what, "done": self.names}).encode()])
        except OSError as error:
            raise RecordingFailed(
                f"Cannot write {self.path}: {error.strerror}. Make room, then start again."
            ) from error

    def remove(self) -> None:
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
