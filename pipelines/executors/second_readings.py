"""Asking a second reader of what versions show, over several processes, once the versions are known.

It takes longer over a page than our reader, and most captures only show a version once more: so it is asked once a
version, of the bytes whose text that shows. What it says costs nobody a text: where it fails, the reason is kept. What
took too long or too much, or ended its process, may do so as the machine has other work: three passes try it.
"""

from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import ReadingFailed, RecordingFailed
from pipelines.executors.read_all import Answer, HeldReader, Progress, behind
from pipelines.executors.reading_process import page_of
from pipelines.extraction.version import extractor_of
from pipelines.store import second_readings
from pipelines.store.second_readings import DONE, Due

SECOND = "trafilatura"
"""The second reader, by its name as an extractor: its own texts need none."""

_AT_ONCE = 100  # answers a transaction


def ask_second(
    db: Database,
    warc_folder: Path,
    readers: HeldReader,
    *,
    progress: Progress,
    has_time: Callable[[], bool] = lambda: True,
) -> bool:
    """Ask the second reader of each reading that a version shows and it was not asked of, as long as there is time.

    What it says is kept as it goes: a run after this one goes on behind it. What lies in bytes that are damaged or gone
    stays due. Returns whether anything was asked. Raises CorpusError where the machine, not a page, is in trouble.
    """
    if not has_time():
        return False
    second_readings.let_go_unshown(db)
    if not (todo := second_readings.count_due(db)):
        return False
    folder = warc_folder.resolve()
    wanted = takewhile(lambda one: has_time(), second_readings.due(db))
    handed = ((one, readers.submit_call(asked, folder, one)) for one in wanted)
    found: list[tuple[Due, second_readings.Answer]] = []
    for done, (one, answer) in enumerate(behind(handed, readers.calls_ahead), start=1):
        if (told := _told(one, answer)) is not None:
            found.append((one, told))
        if len(found) >= _AT_ONCE or done == todo:
            second_readings.keep(db, found)
            found.clear()
            if todo > _AT_ONCE:  # else it is done before anybody wonders
                progress("versions read by a second reader", done, todo)
    second_readings.keep(db, found)
    return True


def _told(one: Due, answer: Answer[second_readings.Answer | None]) -> second_readings.Answer | None:
    """What it said, or how it stands where that took too long or too much; None where there are no bytes."""
    try:
        return answer.result()
    except ReadingFailed as failure:
        return one.after_a_try(failure.reason), None, None


def asked(folder: Path, one: Due) -> second_readings.Answer | None:
    """What the second reader says of a reading, in a reading process; None where its bytes are damaged or gone. Raises
    ReadingFailed."""
    if extractor_of(one.reader) == SECOND:
        return "it is the reader itself", None, None
    from pipelines.extraction.second_reader import compared  # slow to load, and the parent does not need it

    try:
        page = page_of(folder, one.held)
    except RecordingFailed:
        return None
    told = compared(page, one.title, one.body)
    return told.reason or DONE, told.second_in_text, told.text_in_second
