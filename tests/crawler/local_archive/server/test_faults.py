import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.asked import WAYBACK
from crawler.local_archive.server.fault_kinds import BOTH, LISTING, PLAYBACK
from crawler.local_archive.server.faults import Faults, UnknownFault, faults_of, read_strikes
from crawler.local_archive.server.loopback import Answer, Handler
from tests.crawler.local_archive.server.archive_client import Client, Reply
from tests.crawler.local_archive.server.test_asked import request

PRIVACY = ("20040312101500", "http://www.harbourlight.example/privacy.html")
LISTED = "www.harbourlight.example/privacy.html"
SCALE = 100.0  # a refusal of a minute lasts 0.6 s

KNOWN = faults_of(WAYBACK)


def fixed(_: object) -> Answer:
    return Answer(200, (("memento-datetime", "x"),), b"body " * 99)


def struck(handler: Handler, number: int, name: str = "example") -> list[str]:
    """The causes of the answers to one request each for so many addresses."""
    return [handler(request(f"/web/2004id_/http://{name}.com/{page}")).cause for page in range(number)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nonsense", "There is no fault 'nonsense': take one of .*, or all"),
        ("unavailable:2", "share in 'unavailable:2'"),
        ("unavailable:x", "share in"),
        ("unavailable:nan", "share in"),
        ("unavailable:1:often", "times in"),
        ("unavailable:1:0", "times in"),
    ],
)
def test_wrong_words_are_told(text: str, sentence: str) -> None:
    with pytest.raises(UnknownFault, match=sentence):
        read_strikes(text)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="al:01.9 permanunavailable-e", max_size=30))
def test_any_text_is_read_or_told(text: str) -> None:
    try:
        found = [strike.fault.name for strike in read_strikes(text)]
    except UnknownFault as error:
        found = [str(error)]
    assert all(name in KNOWN or name.endswith(".") for name in found)


def test_share_and_seed_choose_the_addresses() -> None:
    first, same, other = (struck(Faults.of("unavailable:0.2", seed=seed)(fixed), 1_000) for seed in (1, 1, 2))
    assert first == same
    assert first != other
    assert 150 < sum(map(bool, first)) < 250


def test_order_and_number_of_requests_change_nothing() -> None:
    handler = Faults.of("unavailable:0.2:permanent", seed=3)(fixed)
    once = struck(handler, 100)
    again = [handler(request(f"/web/2004id_/http://example.com/{page}")).cause for page in reversed(range(100))][::-1]
    assert once == again


@pytest.mark.parametrize(("times", "expected"), [("", 1), (":3", 3), (":permanent", 6)])
def test_faults_pass_after_their_times(times: str, expected: int) -> None:
    handler = Faults.of(f"unavailable:1{times}")(fixed)
    assert [handler(request("/web/2004id_/x")).cause for _ in range(6)].count("unavailable") == expected


def test_lasting_faults_never_pass() -> None:
    handler = Faults.of("not-playable:1:2")(fixed)
    assert [handler(request("/web/2004id_/x")).cause for _ in range(4)] == ["not-playable"] * 4


def test_all_shares_out_what_it_is_given() -> None:
    causes = struck(Faults.of("all:0.3")(fixed), 3_000)
    assert 750 < sum(map(bool, causes)) < 1_050
    kinds = {name for name, fault in KNOWN.items() if fault.on & PLAYBACK and not fault.is_apart}
    assert set(causes) - {""} <= kinds
    assert len(set(causes)) > len(kinds) * 0.8
    for kind in (LISTING, PLAYBACK):
        shares = [strike.share for strike in read_strikes("all:0.3") if strike.on == kind]
        assert sum(shares) == pytest.approx(0.3)


def test_listings_are_not_struck_by_faults_of_playback() -> None:
    handler = Faults.of("huge")(fixed)
    assert handler(request("/cdx/search/cdx?url=x")).cause == ""
    assert handler(request("/web/2004id_/x")).cause == "huge"


@contextmanager
def faulty(sample: Path, *texts: str) -> Iterator[EmbeddedArchive]:
    with EmbeddedArchive(sample, wrappers=[Faults.of(*texts, time_scale=SCALE)]) as archive:
        yield archive


def ask(archive: EmbeddedArchive, kind: frozenset[str], timeout: float = 10) -> Reply | Exception:
    """One request of that kind over a connection of its own."""
    client = Client(archive, timeout)
    try:
        if kind == PLAYBACK:
            return client.replay(*PRIVACY)
        return client.cdx(LISTED)
    except (OSError, http.client.HTTPException) as error:
        return error
    finally:
        client.close()


AT_REST = {"heavy-collapse", "heavy-query", "odd-emptiness", "stuck-cursor", "lost-resume-key"}
"""Faults that need a query of their own; they are tested with the listings."""


@pytest.mark.parametrize("name", sorted(set(KNOWN) - AT_REST - {"huge"}))
def test_each_fault_strikes_over_the_wire_and_passes(sample: Path, name: str) -> None:
    fault = KNOWN[name]
    kind = LISTING if fault.on == LISTING else PLAYBACK
    with EmbeddedArchive(sample) as sound:
        right = ask(sound, kind)
    with faulty(sample, name) as archive:
        first = ask(archive, kind, timeout=0.4 if name == "silence" else 10)
        assert archive.requests.causes() == {name: 1}
        assert not archive.requests.replayed() or fault.is_harmless
        if name not in ("drip", "closed-after", "slow-listing"):
            assert differs(first, right)
        if not fault.is_lasting:
            assert not differs(until_answered(archive, kind), right)
            assert archive.requests.causes() == {name: 1}


def differs(one: Reply | Exception, other: Reply | Exception) -> bool:
    return isinstance(one, Exception) or isinstance(other, Exception) or essence(one) != essence(other)


def essence(reply: Reply) -> tuple[object, ...]:
    headers = {name.lower(): value for name, value in reply.headers.items()}
    return reply.status, reply.body, headers.get("content-type"), headers.get("content-encoding"), len(headers)


def until_answered(archive: EmbeddedArchive, kind: frozenset[str]) -> Reply | Exception:
    deadline = time.monotonic() + 120
    while isinstance(reply := ask(archive, kind), ConnectionError) and time.monotonic() < deadline:
        pass
    return reply


def test_every_fault_has_its_words() -> None:
    for name, fault in KNOWN.items():
        assert fault.about, name
        assert fault.rows, name
        assert fault.on <= BOTH
        assert all(1 <= row <= 50 for row in fault.rows)
