import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, wait
from functools import cache
from multiprocessing import get_context

import psutil
import pytest

from pipelines.exceptions import ReadingFailed
from pipelines.executors import process_pool, reading_process
from pipelines.executors.process_pool import Readers
from pipelines.items.readings import Page, Reading
from tests.conftest import ROOT
from tests.forked_readers import running
from tests.pipelines.extraction.pages import POLICY, page


@cache
def slow_page() -> Page:
    """Ten seconds of work: no line twice."""
    return page("".join(f"<h1>{number}</h1>" for number in range(450_000)))


@pytest.fixture
def readers() -> Iterator[Readers]:
    started = Readers(1, deadline=120.0)  # which no busy machine reaches
    yield started
    started.close()


@pytest.fixture(autouse=True)
def others() -> None:
    """Worker processes that other tests keep."""
    OTHERS[:] = []
    OTHERS[:] = workers()


OTHERS: list[psutil.Process] = []


def workers() -> list[psutil.Process]:
    """The worker processes of this test."""
    return [worker for worker in running() if worker not in OTHERS]


def reason(future: "Future[Reading]", timeout: float = 60) -> str:
    with pytest.raises(ReadingFailed) as failure:
        future.result(timeout)
    return failure.value.reason


def until_busy(before: tuple[int, ...] = ()) -> psutil.Process:
    """A worker that has worked on the slow page for a while; not one of those with the ids given."""
    deadline = time.monotonic() + 120
    started: dict[int, float] = {}
    while time.monotonic() < deadline:
        for worker in workers():
            used = worker.cpu_times().user
            if worker.pid not in before and used - started.setdefault(worker.pid, used) > 0.3:
                return worker
        time.sleep(0.05)
    raise AssertionError("no worker ever worked")


def test_the_extractor_that_is_named_reads() -> None:
    readers = Readers(1, extractor="trafilatura")
    try:
        found = readers.submit(page(f"<title>Privacy</title><ul><li>one</ul>{POLICY * 5}")).result(60)
    finally:
        readers.close()
    assert (found.title, "* one" in found.body) == ("Privacy", False)


def test_pages_are_read_and_failures_come_back_whole(readers: Readers) -> None:
    good, bad = readers.submit(page(POLICY)), readers.submit(page("<html></html>"))
    assert "personal information" in good.result(60).body
    assert reason(bad) == "no text in page"


@pytest.mark.parametrize("size", [1, 300_000], ids=["small", "larger than the pipe"])
def test_a_page_that_takes_too_long_fails_alone(size: int) -> None:
    readers = Readers(1, deadline=1.0)
    [worker] = readers._workers

    def give_time(_: object = None) -> None:
        """To those that are slow only because the machine is busy."""
        worker._deadline = 120.0

    wanted = worker._deadline
    try:
        give_time()
        assert readers.submit(page(POLICY)).result(60)
        workers()[0].suspend()
        worker._deadline = wanted
        slow, after = readers.submit(page(f"<p>{size * 'again '}")), readers.submit(page(POLICY))
        slow.add_done_callback(give_time)  # which comes before the next page is begun
        assert reason(slow) == "reading took too long"
        assert after.result(60)
        assert len(workers()) == 1
    finally:
        readers.close()


def test_a_dead_worker_is_replaced_and_its_page_fails_alone(readers: Readers) -> None:
    slow, after = readers.submit(slow_page()), readers.submit(page(POLICY))
    first = until_busy()
    first.kill()  # by somebody else, for all the parent knows: the page has a second try
    until_busy(before=(first.pid,)).kill()
    assert reason(slow) == "reader died"
    assert after.result(60)


def test_memory_is_limited() -> None:
    readers = Readers(1, memory=256 << 20, deadline=60.0)
    try:
        big = readers.submit(page(b"<p>a" * 3_900_000))
        assert reason(big) in ("reading took too much memory", "reader died", "reading raised", "page cannot be parsed")
        assert readers.submit(page(POLICY)).result(60)
    finally:
        readers.close()


def spawned() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


def test_readers_as_users_have_them_are_replaced_and_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_pool, "ReadingProcess", reading_process.ReadingProcess)
    monkeypatch.setattr(reading_process, "get_context", get_context)
    readers = Readers(1, memory=256 << 20, deadline=120.0)
    try:
        assert readers.submit(page(POLICY)).result(60)
        [first] = spawned()
        first.kill()
        assert readers.submit(page(POLICY)).result(60)
        assert first not in spawned()
        with pytest.raises(ReadingFailed) as failure:
            readers.submit_call(bytearray, 512 << 20).result(60)
        assert failure.value.detail == "MemoryError()"
    finally:
        readers.close()
    assert spawned() == []


def test_a_process_that_does_not_start_in_time_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_process, "get_context", get_context)
    monkeypatch.setattr(reading_process, "STARTUP", 0.0)
    with pytest.raises(TimeoutError):
        reading_process.ReadingProcess(os.getpid(), 1 << 30, "corpus", 1)
    assert spawned() == []


def test_an_interrupt_does_not_reach_the_workers(readers: Readers) -> None:
    assert readers.submit(page(POLICY)).result(60)
    before = workers()
    for worker in before:
        worker.send_signal(signal.SIGINT)
    assert readers.submit(page(POLICY + "again")).result(60)
    assert workers() == before


def test_closing_leaves_no_process_and_no_future_open() -> None:
    readers = Readers(2, deadline=3600)  # which closing does not wait for, or this would never end
    futures = [readers.submit(slow_page()), *(readers.submit(page(f"{POLICY}{number}")) for number in range(6))]
    until_busy()
    readers.close()
    assert not wait(futures, timeout=5).not_done
    assert workers() == []
    assert readers.submit(page(POLICY)).cancelled()


def test_processes_that_start_at_once_wait_for_no_page() -> None:
    readers = Readers(1, at_once=True)
    deadline = time.monotonic() + 60
    while not workers() and time.monotonic() < deadline:
        time.sleep(0.01)
    started = workers()
    readers.close()
    assert len(started) == 1
    assert workers() == []


def test_pages_of_one_address_go_to_one_worker() -> None:
    readers = Readers(3)
    addresses = [f"http://a.example/{number}" for number in range(50)]
    one = addresses[0]
    other = next(address for address in addresses if hash(address) % 3 != hash(one) % 3)
    try:
        for address in (one, other, one, other):
            assert readers.submit(page(POLICY, address)).result(60)
        assert len(workers()) == 2
    finally:
        readers.close()


def test_a_crowd_of_one_address_is_shared_out() -> None:
    readers = Readers(2)
    try:
        assert all(future.result(60) for future in [readers.submit(page(f"{POLICY}{n}")) for n in range(8)])
        assert len(workers()) == 2
    finally:
        readers.close()


SCRIPT = """
import time
from pipelines.items.readings import Page
from pipelines.executors.process_pool import Readers
if __name__ == "__main__":
    readers = Readers(1)
    readers.submit(Page(b"<p>one two three", "http://a.example/", "20050101000000")).result()
    print("ready", flush=True)
    time.sleep(600)
"""


def test_no_worker_outlives_a_killed_parent(tmp_path: "os.PathLike[str]") -> None:
    script = os.path.join(tmp_path, "parent.py")
    with open(script, "w", encoding="utf-8") as file:
        file.write(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    with subprocess.Popen([sys.executable, script], env=environment, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline().strip() == "ready"
        children = psutil.Process(parent.pid).children(recursive=True)
        assert any("spawn_main" in " ".join(child.cmdline()) for child in children)
        parent.kill()
        gone, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []
    assert gone


def test_readings_are_the_same_as_without_workers(readers: Readers) -> None:
    from pipelines.extraction.reader import read

    given = Page(f"<title>t</title>{POLICY}".encode(), "http://a.example/", "20050101000000", "text/html")
    assert readers.submit(given).result(60) == read(given)


def test_a_reading_process_loads_no_database_before_it_is_told_how() -> None:
    """sqlite-utils would load pandas where it is installed: 80 MB in each reading process and worker of a cluster."""
    modules = "pipelines.executors.reading_process, pipelines.executors.process_pool"
    code = f"import sys, {modules}; sys.exit('sqlite_utils' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
