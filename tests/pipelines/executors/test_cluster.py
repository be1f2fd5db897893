"""A rebuild on a real Dask cluster, scheduler and workers in processes of their own: equal, whatever dies."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, cast

import pytest

from crawler.jobs.rebuild import Request, run_rebuild
from crawler.jobs.rebuild_shards import rebuild_shards
from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.executors import cluster_readers, dask_cluster
from pipelines.executors.cluster_readers import ReadingOrder, read_held
from pipelines.executors.dask_cluster import Cluster, Task, mark, refuse_unseen, unmark
from pipelines.store.catalogue import write_catalogue
from pipelines.store.database import open_for_reading
from pipelines.warc.lock import only_run
from tests.conftest import ROOT
from tests.corpora import copied, settings_of, texts

pytest.importorskip("distributed", reason="Dask is not installed: pip install 'policy-corpus[cluster]'")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

QUIET = {"DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical", "PYTHONPATH": str(ROOT)}


class Dask:
    """A scheduler and two workers, as an operator starts them."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start all that it is made of, and wait for nothing: those who connect do."""
        self._run("dask_scheduler", "--port", str(self.port), "--host", "127.0.0.1", "--no-dashboard")
        for nanny in ("--nanny", "--no-nanny"):
            worker = ("--nthreads", "1", "--no-dashboard", "--memory-limit", "0", nanny)
            self._run("dask_worker", self.address, *worker)

    def _run(self, name: str, *options: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{name}", *options]
        quiet = subprocess.DEVNULL
        self.processes.append(subprocess.Popen(command, env=os.environ | QUIET, stdout=quiet, stderr=quiet, cwd="/"))

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        self.processes.clear()


@pytest.fixture(scope="module")
def dask() -> Iterator[Dask]:
    started = Dask()
    started.start()
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with suppress(WrongUse):  # no scheduler yet
            if len(workers_of(started)) == 2:
                break
    yield started
    started.stop()


_BY_CHANCE = re.compile(r'INSERT INTO "?(_sqlite_migrations|run|identity|document_mark)"?\b')


def dumped(folder: Path) -> list[str]:
    """All of the database but for when its layout was made, what runs say of themselves, and marks by chance."""
    with closing(sqlite3.connect(folder / "corpus.sqlite")) as db:
        lines = db.iterdump()
        return [line for line in lines if not _BY_CHANCE.match(line)]


@pytest.fixture(scope="module")
def alone(crawled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one process makes of the sample."""
    corpus = copied(crawled, tmp_path_factory.mktemp("alone") / "c")
    run_rebuild(settings_of(corpus), Request(), lambda what, done, todo: None)
    return corpus


def rebuilt(corpus: Path, address: str, progress: Callable[[str, int, int], None] = lambda *_: None) -> None:
    run_rebuild(settings_of(corpus), Request(cluster=address), progress)


def test_a_cluster_makes_what_one_process_makes(dask: Dask, alone: Path, crawled: Path, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "c")
    rebuilt(corpus, dask.address)
    assert dumped(corpus) == dumped(alone)
    assert texts(corpus) == texts(alone)
    assert not list(corpus.rglob(".cluster"))


def workers_of(dask: Dask) -> list[int]:
    with closing(Cluster(dask.address, 1)) as cluster:
        return [cluster._client.run(os.getpid, workers=[name])[name] for name in cluster._workers()]


def test_a_worker_that_dies_changes_nothing(
    dask: Dask, alone: Path, crawled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_readers, "AT_ONCE", 2)
    monkeypatch.setattr(cluster_readers, "LEAST_AHEAD", 30)
    corpus, victims = copied(crawled, tmp_path / "c"), workers_of(dask)
    assert len(victims) == 2

    def kill(what: str, done: int, todo: int) -> None:
        if what == "WARC files" and victims:
            os.kill(victims.pop(), signal.SIGKILL)  # all tasks are still to come: some are its own

    rebuilt(corpus, dask.address, kill)
    assert not victims or len(victims) == 1
    assert dumped(corpus) == dumped(alone)


def test_a_scheduler_that_does_not_come_back_ends_the_command_and_what_is_done_stays(
    crawled: Path, alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dask: Dask
) -> None:
    with closing(Cluster(dask.address, 1)) as cluster:
        monkeypatch.setattr(dask_cluster, "PATIENCE", 0.5)
        monkeypatch.setattr(dask_cluster, "_CONNECT", 0.5)
        cluster._address = "tcp://127.0.0.1:1"
        with pytest.raises(RecordingFailed, match="has gone: start it") as error:
            cluster.renew()
    assert error.value.exit_code == 5


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x", "tcp://", "127.0.0.1:70000"])
def test_a_scheduler_that_is_not_there_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "_CONNECT", 0.5)
    with pytest.raises(WrongUse, match="No Dask scheduler answers at") as error:
        Cluster(address, 1)
    assert "\n" not in str(error.value)


def test_a_scheduler_of_another_version_is_told(dask: Dask, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Cluster(dask.address, 1)) as cluster:
        told = cluster._client.get_versions()
        told["scheduler"]["packages"]["distributed"] = "2020.1"
        monkeypatch.setattr(cluster._client, "get_versions", lambda: told)
        with pytest.raises(WrongUse, match=r"The scheduler has Python 3\.\d+ with distributed 2020\.1, this machine"):
            cluster._refuse_others()


def test_a_worker_that_does_not_see_the_files_ends_it_and_it_goes_on(
    dask: Dask, alone: Path, crawled: Path, tmp_path: Path
) -> None:
    corpus = copied(crawled, tmp_path / "c")

    class Elsewhere(dict[Path, str]):
        """Marks of another storage than that which the workers see."""

        def __setitem__(self, key: Path, value: str) -> None:
            super().__setitem__(key, f"not {value}")

    with pytest.MonkeyPatch.context() as patched:
        init = cluster_readers.ClusterReaders.__init__

        def elsewhere(self: cluster_readers.ClusterReaders, *given: object) -> None:
            init(self, *given)  # type: ignore[arg-type]
            self._marks = Elsewhere()

        patched.setattr(cluster_readers.ClusterReaders, "__init__", elsewhere)
        with pytest.raises(WrongUse, match=r"does not see .*warc as this machine does"):
            rebuilt(corpus, dask.address)
    rebuilt(corpus, dask.address)
    assert dumped(corpus) == dumped(alone)


def test_a_mark_is_known_where_it_is_seen_alone(tmp_path: Path) -> None:
    said = mark(tmp_path)
    refuse_unseen(tmp_path, said)
    unmark(tmp_path)
    for folder in (tmp_path, tmp_path / "no"):
        with pytest.raises(WrongUse, match="mount that storage"):
            refuse_unseen(folder, said)


def test_a_worker_of_another_release_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"reads as .*, not as other"):
        read_held(ReadingOrder("corpus", "other", 20.0, 1 << 30), tmp_path, mark(tmp_path), [])


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WrongUse, match=r"pip install 'policy-corpus\[cluster\]'"):
        Cluster("local", 1)


def test_a_cluster_of_this_machine_needs_no_scheduler() -> None:
    with closing(Cluster("local", 1)) as cluster:
        assert cluster._address == "local"
        assert cluster.submit(os.getpid).result() != os.getpid()
        with pytest.raises(WrongUse, match="mount that storage"):
            cluster.submit(refuse_unseen, Path("/nowhere"), "x").result()


def test_a_worker_that_dask_gives_up_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask looks once after each loss, and lets go of a worker that is not back at that moment."""
    monkeypatch.setattr(dask_cluster, "_LOOK", 0.1)
    config = pytest.importorskip("dask.config")
    with config.set({"distributed.deploy.lost-worker-timeout": "10ms"}), closing(Cluster("local", 1)) as cluster:
        os.kill(cluster.submit(os.getpid).result(), signal.SIGKILL)
        assert cluster.submit(abs, -3).result() == 3


def test_a_worker_that_fails_to_follow_a_lost_one_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "_LOOK", 0.1)
    config, nanny = pytest.importorskip("dask.config"), pytest.importorskip("distributed").Nanny
    start, failed = nanny.start_unsafe, list[Any]()

    async def fail_once(self: Any) -> Any:
        if failed:
            return await start(self)
        failed.append(self)
        raise ValueError("name taken, 0")

    with config.set({"distributed.deploy.lost-worker-timeout": "10ms"}), closing(Cluster("local", 1)) as cluster:
        monkeypatch.setattr(nanny, "start_unsafe", fail_once)
        os.kill(cluster.submit(os.getpid).result(), signal.SIGKILL)
        assert cluster.submit(abs, -3).result() == 3
    assert failed


class Workerless:
    """A cluster that sends nothing, and counts how often somebody looks whether it has workers."""

    def __init__(self, sent: object) -> None:
        self.sent, self.looked = sent, 0

    def send(self, function: object, arguments: object) -> object:
        return self.sent

    def see_workers(self, since: float) -> float:
        self.looked += 1
        return since


class Late:
    """A task that is seen done at the second look, and whose result takes some seconds to be brought here."""

    def __init__(self, takes: float) -> None:
        self.takes, self.status = takes, "pending"

    def exception(self, timeout: float) -> None:
        if self.status == "pending":
            self.status = "finished"
            raise TimeoutError

    def result(self, timeout: float | None = None) -> int:
        assert timeout is not None, "this would wait for ever where nobody starts a worker"
        assert self.status == "finished", "asked for before it is there, given up, it is in the way of all others"
        if timeout < self.takes:
            raise TimeoutError
        return 3


@pytest.mark.parametrize(("takes", "looks"), [(0, 1), (12, 2), (600, 7)])
def test_a_result_is_brought_here_however_long_it_takes_with_an_eye_on_the_workers(takes: float, looks: int) -> None:
    """It may also be lost with its only worker before it was handed over: Dask waits until another one does it anew."""
    cluster = Workerless(Late(takes))
    assert Task(cast(Cluster, cluster), abs, (-3,)).result() == 3
    assert cluster.looked == looks


class Odd(Exception):
    """What nobody expects."""


def raise_odd() -> None:
    raise Odd("of one kind")


def test_what_ended_the_work_each_time_is_told(dask: Dask, caplog: pytest.LogCaptureFixture) -> None:
    with closing(Cluster(dask.address, 1)) as cluster, pytest.raises(RecordingFailed, match=r"10 times .*of one kind"):
        cluster.submit(raise_odd).result()
    assert "was lost (of one kind), and is done again" in caplog.text


def test_shards_are_rebuilt_each_by_a_worker_and_what_failed_alone_again(
    dask: Dask, alone: Path, crawled: Path, tmp_path: Path
) -> None:
    shards = [copied(crawled, tmp_path / name) for name in ("one", "two")]
    write_catalogue(tmp_path / "c.toml", ["one", "two"])
    settings, said = settings_of(tmp_path / "c.toml"), list[str]()
    with only_run(shards[0]):
        code = rebuild_shards(settings, Request(cluster=dask.address), lambda *_: None, said.append)
    assert code == 3
    assert [re.sub(r"^.*/", "", line)[:40] for line in said][1].startswith("two: 1 WARC file, 0 damaged records")
    assert "is in use by process" in said[0]
    assert dumped(shards[1]) == dumped(alone)
    said.clear()
    assert rebuild_shards(settings, Request(cluster=dask.address), lambda *_: None, said.append) == 0
    assert said[0].startswith("1 shard done before")
    assert [Path(line.partition(":")[0]).name for line in said[1:]] == ["one"], "the other one is done"
    assert dumped(shards[0]) == dumped(alone)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.toml", "one", "two"]
    with closing(open_for_reading(shards[0])) as db:
        assert db.execute("SELECT command, exit_code FROM run ORDER BY started_at DESC").fetchone() == ("rebuild", 0)


@pytest.mark.parametrize("request_", [Request(["x.warc"]), Request(targets="list.txt")])
def test_what_is_for_one_corpus_is_refused_for_a_catalogue(tmp_path: Path, request_: Request) -> None:
    write_catalogue(tmp_path / "c.toml", ["one"])
    with pytest.raises(WrongUse, match="to one shard, by its folder"):
        rebuild_shards(settings_of(tmp_path / "c.toml"), request_, lambda *_: None, lambda line: None)
    with pytest.raises(WrongUse, match="no WARC files"):
        rebuild_shards(settings_of(tmp_path / "c.toml"), Request(), lambda *_: None, lambda line: None)


def test_a_scheduler_that_restarts_changes_nothing(dask: Dask, alone: Path, crawled: Path, tmp_path: Path) -> None:
    corpus, restarted = copied(crawled, tmp_path / "c"), list[str]()

    def restart(what: str, done: int, todo: int) -> None:
        if not restarted:  # it is connected, and what it is to do comes now
            restarted.append(what)
            dask.stop()
            dask.start()

    rebuilt(corpus, dask.address, restart)
    assert restarted
    assert dumped(corpus) == dumped(alone)
