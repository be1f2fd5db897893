"""The bench of rebuilding at a size for the suite."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.bench.rebuild_synthetic import measure, page


def test_pages_of_one_text_have_bytes_of_their_own() -> None:
    assert page(1, 1) == page(1, 1)
    assert page(1, 1) != page(1, 2)


def test_memory_is_bounded() -> None:
    # in a process of its own: that of the tests has the memory of all tests before
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        measured = process.submit(measure, 1000, 60, workers=1).result()
    assert measured.captures == 1000
    assert measured.parent < 400
    assert measured.reader < 400
    assert len(measured.tenths) == 10
