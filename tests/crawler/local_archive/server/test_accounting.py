import json

from crawler.local_archive.server.accounting import RequestLog, Seen


def seen(kind: str = "replay", status: int = 200, **more: object) -> Seen:
    values = {"target": "/", "url": "u", "timestamp": "2004", "at": 1.0, "connection": 1, **more}
    return Seen(kind=kind, status=status, **values)  # type: ignore[arg-type]


def test_counts_by_kind_status_and_cause() -> None:
    log = RequestLog()
    for one in (seen(), seen(), seen(status=429, cause="limit"), seen("cdx", connection=2)):
        log.add(one)
    assert (len(log), log.count("replay"), log.count("replay", 200), log.count("cdx", 429)) == (4, 3, 2, 0)
    assert log.connections == 2
    assert log.causes() == {"limit": 1}
    assert len(log.of("cdx")) == 1


def test_replayed_counts_whole_mementos_only() -> None:
    log = RequestLog()
    log.add(seen(memento=True))
    log.add(seen(memento=True, whole=False))
    log.add(seen(memento=False))
    log.add(seen(memento=True, timestamp="2005"))
    assert log.replayed() == {("2004", "u"): 1, ("2005", "u"): 1}


def test_json_goes_on_from_a_number() -> None:
    log = RequestLog()
    for number in range(3):
        log.add(seen(url=str(number)))
    report = json.loads(log.as_json(since=2))
    assert [one["url"] for one in report["requests"]] == ["2"]
    assert report["counts"] == {"replay 200": 3}
