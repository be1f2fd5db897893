import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.politeness.rate_limiter import PIECE, Outcome, Pace
from pipelines.exceptions import WrongUse
from tests.crawler.politeness.simulation import START, Client, Limiter, World, fullest_window

RATES = {"cdx": 24.0, "replay": 480.0}
HOST = "web.archive.org"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def pace(world: World, tmp_path: Path) -> Pace:
    return paced(world, tmp_path)


def paced(world: World, folder: Path, rates: dict[str, float] = RATES) -> Pace:
    return Pace(HOST, rates, folder / "state.json", clock=world.clock)


def slept(world: World, waits: Iterator[float]) -> float:
    """Sleep as told until the request may leave; how long that took."""
    before = world.now
    for seconds in waits:
        assert 0 < seconds <= PIECE
        world.run(seconds)
    return world.now - before


def limiters(cdx: int, replay: int, counts_refused: bool = True) -> dict[str, Limiter]:
    return {"cdx": Limiter(cdx, counts_refused), "replay": Limiter(replay, counts_refused)}


# -- single requests


def test_the_first_request_leaves_at_once_and_the_next_in_its_turn(world: World, pace: Pace) -> None:
    assert [slept(world, pace.waits("cdx")) for _ in range(3)] == pytest.approx([0, 2.5, 2.5])
    assert [slept(world, pace.waits("replay")) for _ in range(3)] == pytest.approx([0, 1, 1])


def test_kinds_that_are_not_known_are_an_error(world: World, pace: Pace, tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        list(pace.waits("save"))
    with pytest.raises(WrongUse, match="no limit"):
        paced(world, tmp_path, {"cdx": 24, "replay": 0})


def test_a_limit_stops_all_kinds_and_says_why(world: World, pace: Pace) -> None:
    assert pace.pause() is None
    pace.observe("replay", Outcome.LIMITED)
    pause = pace.pause()
    assert pause is not None
    assert (pause.cause, pause.seconds) == ("limited", 60)
    assert "429" in pause.reason
    assert "replay" in pause.reason
    assert pause.until == "2023-11-14T22:14:20Z"
    assert slept(world, pace.waits("cdx")) == pytest.approx(60, abs=0.01)
    assert pace.pause() is None


def test_retry_after_is_heard(world: World, pace: Pace) -> None:
    pace.observe("cdx", Outcome.LIMITED, "Tue, 14 Nov 2023 22:15:20 GMT")
    assert slept(world, pace.waits("cdx")) == pytest.approx(120, abs=0.01)


def test_a_request_on_its_way_out_is_held_back_by_a_pause(world: World, pace: Pace) -> None:
    slept(world, pace.waits("cdx"))
    waiting = pace.waits("cdx")
    world.run(next(waiting))
    pace.observe("replay", Outcome.REFUSED)
    assert slept(world, waiting) == pytest.approx(60, abs=0.01)


def test_after_a_pause_one_request_probes_and_the_others_wait_for_it(world: World, pace: Pace) -> None:
    pace.observe("replay", Outcome.REFUSED)
    world.run(60)
    assert slept(world, pace.waits("replay")) == 0
    second = pace.waits("replay")
    assert next(second) == 1
    world.run(5)
    assert next(second) == 1
    pace.observe("replay", Outcome.OK)
    assert slept(world, second) == pytest.approx(1)
    assert pace.stats()["openings"] == {"replay refused": 1}


def test_a_probe_that_was_never_sent_is_replaced_and_proves_nothing(world: World, pace: Pace) -> None:
    pace.observe("replay", Outcome.REFUSED)
    world.run(60)
    assert slept(world, pace.waits("replay")) == 0
    pace.observe("replay", Outcome.UNSENT)
    assert slept(world, pace.waits("cdx")) == 0
    assert next(pace.waits("replay")) == 1


def test_a_probe_that_fails_makes_the_pause_longer_but_not_the_rate_lower(world: World, pace: Pace) -> None:
    pace.observe("cdx", Outcome.LIMITED)
    learned = state(pace)["rates"]["cdx"]["learned"]
    for pause in (300, 900, 3600):
        world.run(1)
        slept(world, pace.waits("cdx"))
        pace.observe("cdx", Outcome.LIMITED)
        seen = pace.pause()
        assert seen is not None
        assert seen.seconds == pause
    assert state(pace)["rates"]["cdx"]["learned"] == learned == 12


def test_a_limit_of_one_kind_keeps_the_other_from_growing(world: World, pace: Pace) -> None:
    pace.observe("cdx", Outcome.LIMITED)
    before = state(pace)["rates"]["cdx"]
    world.run(100)
    slept(world, pace.waits("replay"))
    pace.observe("replay", Outcome.OK)
    pace.observe("replay", Outcome.LIMITED)
    after = state(pace)["rates"]["cdx"]
    assert after["learned"] == before["learned"] == 12
    assert after["grows_from"] >= before["grows_from"] + 1800


def test_one_503_is_no_matter_but_a_wave_is(world: World, pace: Pace) -> None:
    for _ in range(4):
        pace.observe("cdx", Outcome.UNAVAILABLE)
    assert pace.pause() is None
    pace.observe("cdx", Outcome.UNAVAILABLE)
    pause = pace.pause()
    assert pause is not None
    assert pause.cause == "unavailable"


def test_one_reset_amid_good_answers_stops_nothing(world: World, pace: Pace) -> None:
    for _ in range(5):
        for _ in range(20):
            pace.observe("replay", Outcome.OK)
        pace.observe("replay", Outcome.RESET)
        assert pace.pause() is None
        assert slept(world, pace.waits("cdx")) <= 2.5
    assert pace.stats()["openings"] == {}
    assert state(pace)["rates"]["replay"]["learned"] == 0, "the rate is none the lower"


def test_two_resets_with_few_good_answers_before_stop_all_for_a_minute(world: World, pace: Pace) -> None:
    pace.observe("replay", Outcome.RESET)
    assert pace.pause() is None
    for _ in range(19):
        pace.observe("replay", Outcome.OK)
    pace.observe("cdx", Outcome.RESET)
    pause = pace.pause()
    assert pause is not None
    assert (pause.cause, pause.seconds) == ("reset", 60)
    assert "reset one connection after the other" in pause.reason


def test_two_resets_amid_good_answers_let_one_request_go_first(world: World, pace: Pace) -> None:
    for _ in range(20):
        pace.observe("replay", Outcome.OK)
    pace.observe("replay", Outcome.RESET)
    pace.observe("replay", Outcome.RESET)
    pace.observe("replay", Outcome.RESET)  # one of the same volley
    assert slept(world, pace.waits("replay")) == pytest.approx(2)
    assert next(pace.waits("cdx")) == 1, "until that one is answered"
    pace.observe("replay", Outcome.OK)
    assert slept(world, pace.waits("cdx")) <= 2.5
    assert pace.stats()["openings"] == {}
    assert state(pace)["rates"]["replay"]["learned"] == 0, "the rate is none the lower"


@pytest.mark.parametrize("outcome", [Outcome.RESET, Outcome.REFUSED, Outcome.LIMITED])
def test_where_that_request_fares_no_better_all_stops_for_a_minute(world: World, pace: Pace, outcome: Outcome) -> None:
    for answer in [*[Outcome.OK] * 20, Outcome.RESET, Outcome.RESET]:
        pace.observe("replay", answer)
    slept(world, pace.waits("replay"))
    pace.observe("replay", outcome)
    pause = pace.pause()
    assert pause is not None
    assert (pause.cause, pause.seconds) == (outcome.value, 60)


def test_stats_tell_what_this_process_did(world: World, pace: Pace) -> None:
    for _ in range(3):
        slept(world, pace.waits("cdx"))
        pace.observe("cdx", Outcome.OK)
    pace.observe("cdx", Outcome.LIMITED)
    stats = json.loads(json.dumps(pace.stats()))
    others = {"refused": 0, "reset": 0, "unavailable": 0, "unsent": 0}
    assert stats["cdx"] == {"requests": 3, "ok": 3, "limited": 1, "waited": 5.0, **others}
    assert stats["openings"] == {"cdx limited": 1}


def state(pace: Pace) -> dict[str, dict[str, dict[str, float]]]:
    loaded: dict[str, dict[str, dict[str, float]]] = json.loads(pace._file.read())
    return loaded


# -- what survives


def test_a_pause_and_the_last_request_survive_a_restart(world: World, tmp_path: Path) -> None:
    first = paced(world, tmp_path)
    slept(world, first.waits("cdx"))
    first.close()
    second = paced(world, tmp_path)
    assert slept(world, second.waits("cdx")) == pytest.approx(2.5)
    second.observe("cdx", Outcome.REFUSED)
    third = paced(world, tmp_path)
    pause = third.pause()
    assert pause is not None
    assert (pause.cause, pause.seconds) == ("refused", 60)


@pytest.mark.parametrize("text", [b"not json", b"\0" * 4096, b'{"seen": 1}', b"[" * 4096])
def test_a_damaged_state_is_made_anew_with_care(
    text: bytes, world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state.json").write_bytes(text)
    pace = paced(world, tmp_path)
    with caplog.at_level(logging.WARNING):
        pause = pace.pause()
    assert pause is not None
    assert (pause.cause, pause.seconds) == ("state lost", 60)
    assert "made anew" in caplog.text
    assert slept(world, pace.waits("replay")) == pytest.approx(60, abs=0.01)


@pytest.mark.parametrize("jump", [-3600.0, -86400 * 365, 3600.0, 86400 * 365 * 50])
def test_a_clock_that_jumps_costs_no_wait(jump: float, world: World, pace: Pace) -> None:
    slept(world, pace.waits("cdx"))
    waiting = pace.waits("cdx")
    next(waiting)
    world.time_of_day = jump
    world.run(1)
    assert slept(world, waiting) <= 2.5
    assert slept(world, pace.waits("cdx")) <= 2.5


def test_a_pause_is_no_longer_because_the_clock_went_back(world: World, pace: Pace) -> None:
    pace.observe("cdx", Outcome.LIMITED)
    world.time_of_day = -7200
    assert slept(world, pace.waits("cdx")) == pytest.approx(60, abs=0.01)


def test_a_machine_that_slept_does_not_make_up_for_it(world: World, pace: Pace) -> None:
    for _ in range(200):
        slept(world, pace.waits("replay"))
    world.run(3600)
    assert sum(slept(world, pace.waits("replay")) for _ in range(11)) == pytest.approx(10, abs=0.5)


def test_time_scale_shortens_every_wait(world: World, tmp_path: Path) -> None:
    fast = Pace("127.0.0.1:80", RATES, tmp_path / "s.json", clock=world.clock, time_scale=10)
    assert [slept(world, fast.waits("cdx")) for _ in range(3)] == pytest.approx([0, 0.25, 0.25])
    fast.observe("cdx", Outcome.LIMITED)
    assert slept(world, fast.waits("cdx")) == pytest.approx(6, abs=0.01)


# -- whole crawls, in virtual time


@pytest.mark.parametrize(("latency", "lag"), [(0.2, 0.0), (0.2, 0.05), (0.1, 0.5)])
def test_the_rates_are_used_and_the_limits_never_met(latency: float, lag: float, world: World, tmp_path: Path) -> None:
    archive = limiters(30, 600)
    Client(world, paced(world, tmp_path), archive, latency, lag).start("cdx", "replay")
    world.run(60)
    before = {kind: len(limiter.arrivals) for kind, limiter in archive.items()}
    world.run(300)
    for kind, limiter in archive.items():
        assert not limiter.refusals
        assert len(limiter.arrivals) - before[kind] >= 0.95 * 5 * RATES[kind]


@pytest.mark.parametrize(("counts_refused", "hours"), [(True, 3.2), (False, 1.6)])
def test_a_hidden_limit_of_half_is_found_and_kept(
    counts_refused: bool, hours: float, world: World, tmp_path: Path
) -> None:
    archive = limiters(15, 75, counts_refused)
    rates = RATES | {"replay": 120.0}  # of fewer requests than by default, for the sake of time
    Client(world, paced(world, tmp_path, rates), archive).start("cdx", "replay")
    world.run(hours * 3600)
    refused = [time for limiter in archive.values() for time in limiter.refusals]
    assert 2 <= len(refused) <= 8
    assert fullest_window([time for time in refused if time > START + 3600], 3600) <= 2
    assert not any(limiter.banned for limiter in archive.values())
    assert len(archive["cdx"].arrivals) > 0.6 * 15 * 60 * hours
    assert len(archive["replay"].arrivals) > 0.6 * 75 * 60 * hours


def test_a_hidden_limit_of_a_tenth_leads_to_no_ban(world: World, tmp_path: Path) -> None:
    archive = limiters(3, 48)
    Client(world, paced(world, tmp_path), archive).start("cdx", "replay")
    world.run(4 * 3600)
    late = [time for limiter in archive.values() for time in limiter.refusals if time > START + 2 * 3600]
    assert len(late) <= 4
    assert not any(limiter.banned for limiter in archive.values())


def jumping(world: World, every: float) -> Iterator[float]:
    while True:
        yield every
        world.time_of_day += world.random.choice([-3600, -40, -3, 3, 40, 3600])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rates=st.fixed_dictionaries({"cdx": st.floats(1, 1000), "replay": st.floats(60, 1e6)}),
    processes=st.integers(1, 4),
    latency=st.floats(0, 1.5),
    lag=st.floats(0, 0.5),
    jumps=st.booleans(),
    seed=st.integers(0, 99),
)
def test_no_minute_ever_holds_more_than_the_archive_allows(
    tmp_path_factory: pytest.TempPathFactory,
    rates: dict[str, float],
    processes: int,
    latency: float,
    lag: float,
    jumps: bool,
    seed: int,
) -> None:
    world, archive, folder = World(seed), limiters(10_000, 10_000), tmp_path_factory.mktemp("state")
    for _ in range(processes):
        Client(world, paced(world, folder, rates), archive, latency, lag).start("cdx", "replay")
    if jumps:
        world.start(jumping(world, 61), 17)
    world.run(190)
    assert fullest_window(archive["cdx"].arrivals) <= 30
    assert fullest_window(archive["replay"].arrivals) <= 600


ASKING = """
import sys, time; from pathlib import Path; from crawler.politeness.rate_limiter import Outcome, Pace
pace = Pace("127.0.0.1", {"cdx": 24, "replay": 480}, Path(sys.argv[1]), time_scale=100)
for _ in range(12):
    for seconds in pace.waits("cdx"):
        time.sleep(seconds)
    print(time.time() * 100, flush=True)
    pace.observe("cdx", Outcome.OK)
"""


def test_real_processes_share_one_rate(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ASKING, str(tmp_path / "s.json")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(3)]
    times = sorted(float(line) for process in processes for line in process.communicate(timeout=60)[0].split())
    assert len(times) == 36
    assert times[-1] - times[0] >= 35 * 2.5 - 2.5
