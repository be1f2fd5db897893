import pytest

from crawler.local_archive.server.faults import Faults
from crawler.local_archive.server.loopback import Answer, Handler
from tests.crawler.local_archive.server.test_asked import request

DATE = "Mon, 01 Jan 2007 00:00:00 GMT"
MEMENTO = Answer(200, (("content-type", "text/html"), ("memento-datetime", DATE)), b"<p>text</p>" * 9)
NOT_ARCHIVED = Answer(404, (), b"Hrm.")
PATH = "/web/20070101000000id_/http://example.com/a?b=1"


def archive(name: str) -> Handler:
    """An archive that holds one page."""
    return Faults.of(name)(lambda one: MEMENTO if one.target == PATH else NOT_ARCHIVED)


def followed(name: str, hops: int, path: str = PATH) -> list[str]:
    handler, places = archive(name), [path]
    for _ in range(hops):
        given = handler(request(places[-1]))
        assert (given.status, bool(given.header("memento-datetime"))) == (302, True)
        places.append(given.header("location"))
    return places


def test_loop_comes_back_to_the_first_address() -> None:
    places = followed("redirect-loop", 5)
    assert places[0] == places[2] == places[4] == PATH
    assert places[1] == places[3] == f"{PATH}&fault-step=1"


def test_chain_never_comes_back() -> None:
    places = followed("redirect-chain", 30)
    assert len(set(places)) == 31
    assert places[30] == f"{PATH}&fault-step=30"


def test_far_hop_is_the_archives_own() -> None:
    given = archive("far-hop")(request(PATH, Host="127.0.0.1:8390"))
    assert given.header("location") == "http://127.0.0.1:8390/web/20040101000000id_/http://example.com/a?b=1"
    assert given.header("x-archive-redirect-reason") == "found capture at 20040101000000"
    assert not given.header("memento-datetime")


def test_redirect_away_leaves_the_archive() -> None:
    given = archive("redirect-away")(request(PATH))
    assert given.header("memento-datetime") == DATE
    assert "127.0.0.1" not in given.header("location")


@pytest.mark.parametrize("name", ["not-playable", "excluded-page", "view-page"])
def test_pages_of_the_archives_own_are_no_mementos(name: str) -> None:
    given = archive(name)(request(PATH))
    assert given.cause == name
    assert not given.header("memento-datetime")


@pytest.mark.parametrize("name", ["far-hop", "redirect-away", "redirect-loop", "redirect-chain", "not-playable"])
def test_what_is_not_held_is_left_alone(name: str) -> None:
    assert archive(name)(request("/web/20070101000000id_/http://example.com/other")).cause == ""


def test_steps_of_a_loop_share_the_fate_of_their_first_address() -> None:
    handler = Faults.of("redirect-loop:0.3", seed=5)(lambda _: MEMENTO)
    for page in range(40):
        path = f"/web/20070101000000id_/http://example.com/{page}"
        causes = {handler(request(f"{path}{step}")).cause for step in ("", "?fault-step=1", "?fault-step=77")}
        assert len(causes) == 1
