import gzip
import os
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from pipelines.exceptions import RecordingFailed
from pipelines.warc.held import HeldMemento
from pipelines.warc.members import Damage, Member, Tail, members, recover
from pipelines.warc.reader import scan
from pipelines.warc.writer import WarcWriter
from tests.pipelines.store.samples import a_listing, a_memento

PLAIN = b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 4\r\n\r\nbody\r\n\r\n"


def a_file(folder: Path) -> tuple[Path, list[int]]:
    """A WARC of ours, and where in it each whole group of records ends."""
    with WarcWriter(folder, "run") as writer:
        ends = [writer.write_targets("file:targets.txt", "http://shop.example/\n").offset]
        path = folder / "run-00001.warc.gz"
        ends.append(path.stat().st_size)
        for body in (b"first", b"second"):
            writer.write_memento(a_memento(body))
            ends.append(path.stat().st_size)
        writer.write_listing(a_listing())
        ends.append(path.stat().st_size)
    return path, ends


def test_members_follow_each_other_to_the_end(tmp_path: Path) -> None:
    path, _ = a_file(tmp_path)
    found = [member for member in members(path) if isinstance(member, Member)]
    assert [member.data.read(8) for member in found] == [b"WARC/1.1"] * 8
    assert [member.offset for member in found[1:]] == [member.offset + member.length for member in found[:-1]]
    assert found[-1].offset + found[-1].length == path.stat().st_size


def test_a_whole_file_is_left_as_it_is(tmp_path: Path) -> None:
    path, ends = a_file(tmp_path)
    before = path.read_bytes()
    assert recover(path) == Tail(ends[-1], 0)
    assert path.read_bytes() == before


def test_wherever_a_run_is_killed_the_whole_records_stay(tmp_path: Path) -> None:
    path, ends = a_file(tmp_path)
    whole = path.read_bytes()
    for cut in {*range(0, len(whole), 7), *ends, *(end + 1 for end in ends[:-1]), *(end - 1 for end in ends)}:
        path.write_bytes(whole[:cut])
        end = max((end for end in ends if end <= cut), default=0)
        assert recover(path) == Tail(end, cut - end)
        assert path.read_bytes() == whole[:end]


@pytest.mark.parametrize(
    "tail",
    [bytes(5000), b"\x1f\x8b\x08", b"nonsense" * 99, gzip.compress(b"nonsense", mtime=0)[:-3]],
    ids=["zeros", "start", "junk", "torn"],
)
def test_what_a_power_cut_left_is_cut_off(tmp_path: Path, tail: bytes) -> None:
    path, ends = a_file(tmp_path)
    with path.open("ab") as file:
        file.write(tail)
    assert recover(path) == Tail(ends[-1], len(tail))


def test_a_known_record_saves_reading_what_lies_before_it(tmp_path: Path) -> None:
    path, ends = a_file(tmp_path)
    damaged = bytearray(path.read_bytes())
    damaged[ends[0] + 30] ^= 255
    path.write_bytes(bytes(damaged) + b"torn")
    assert recover(path, start=ends[2]) == Tail(ends[-1], 4)


def test_damage_that_is_followed_by_whole_records_is_left_alone(tmp_path: Path) -> None:
    path, ends = a_file(tmp_path)
    damaged = bytearray(path.read_bytes())
    damaged[ends[1] + 40] ^= 255
    path.write_bytes(damaged)
    assert recover(path) == Tail(ends[-1], 0)


def test_a_flipped_bit_costs_no_more_than_its_own_record(tmp_path: Path) -> None:
    path, _ = a_file(tmp_path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 11):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << at % 8
        path.write_bytes(flipped)
        found = list(members(path))
        damages = [member for member in found if isinstance(member, Damage)]
        assert len(damages) <= 1  # a bit of a gzip header may mean nothing
        assert all(damage.offset <= at < damage.offset + damage.length for damage in damages)
        assert len(found) == 8
        assert sum(member.length for member in found) == len(whole)


def test_a_record_that_claims_too_much_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.warc.gz"
    path.write_bytes(gzip.compress(b"WARC/1.0\r\n" + bytes(64 << 20)) + gzip.compress(PLAIN))
    tracemalloc.start()
    try:
        first, second = members(path, most=24 << 20)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(first, Member)
    assert not first.is_complete
    assert first.size == (64 << 20) + 10
    assert isinstance(second, Member)
    assert second.data.read() == PLAIN
    assert peak < 32 << 20, "what is kept, and a few pieces beside it"


def test_records_that_are_not_compressed(tmp_path: Path) -> None:
    path = tmp_path / "plain.warc"
    path.write_bytes(PLAIN + PLAIN + PLAIN[:-6])
    first, second, third = members(path)
    assert isinstance(second, Member)
    assert second.data.read() == PLAIN[:-4]
    assert second.offset == len(PLAIN)
    assert third == Damage(2 * len(PLAIN), len(PLAIN) - 6, "cut short")
    assert next(members(path, second.offset))[:2] == second[:2]
    assert first.length == second.length


def test_what_stands_between_records_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "plain.warc"
    between = b"one byte too many\nWARC/1.0\nof which none tells here\n\n"
    path.write_bytes(PLAIN + between + PLAIN + b"x" * (1 << 20) + b"\n" + PLAIN)
    kinds = [(type(found), found.length) for found in members(path)]
    record = len(PLAIN) - 4
    assert kinds == [
        (Member, record),
        (Damage, len(between)),
        (Member, record),
        (Damage, (1 << 20) + 1),
        (Member, record),
    ]


@pytest.mark.parametrize("content", [b"WARC/1.0\r\nno end", b"WARC/1.0\r\n\r\nno length", b"just text", b"\0" * 99])
def test_what_is_no_warc_is_damage(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.warc"
    path.write_bytes(content)
    (damage,) = members(path)
    assert isinstance(damage, Damage)
    assert (damage.offset, damage.length) == (0, len(content))


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "empty.warc.gz"
    path.touch()
    assert list(members(path)) == []
    assert recover(path) == Tail(0, 0)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordingFailed, match=r"gone.warc.gz cannot be mended: No such file"):
        recover(tmp_path / "gone.warc.gz")


ENDLESS = """
import os, sys
from pathlib import Path
from pipelines.warc.writer import WarcWriter
from tests.pipelines.store.samples import a_memento
writer = WarcWriter(Path(sys.argv[1]), "run")
for number in range(10**6):
    writer.write_memento(a_memento(os.urandom(30_000), f"{10**13 + number}"))
    print(number, flush=True)
"""


def test_after_kill_9_all_that_was_reported_is_held(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ENDLESS, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if line == "40\n":
                os.kill(child.pid, signal.SIGKILL)
                break
        reported = 41 + len(child.stdout.readlines())
    path = tmp_path / "run-00001.warc.gz"
    recover(path)
    held = list(scan(path))
    assert all(isinstance(one, HeldMemento) for one in held)
    assert len(held) >= reported
