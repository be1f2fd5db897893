"""Where a line's document lies, as the rows that the ledger keeps of it. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from crawler.discovery.address_history import Line, Tenure, same_listing
from pipelines.formats.surt import urlkey
from pipelines.items.captures import Evidence, Source

Place = tuple[str, str, str, str, str]  # urlkey, first and last timestamp, address, evidence
Departure = tuple[str, str, str]  # urlkey, timestamp, address

MOVES = (Source.REDIRECT, Source.CANONICAL)
EVER = "99999999999999"
MOST_MOVES = 20  # addresses of one kind on one site that others led to: the most frequent


def bounded(evidence: list[Evidence]) -> list[Evidence]:
    """Without the rarest of many moves: a server that puts a session into each address would move every time."""
    moves = Counter(same_listing(one.address) for one in evidence if one.source in MOVES)
    kept = {key for key, _ in moves.most_common(MOST_MOVES)}
    return [one for one in evidence if one.source not in MOVES or same_listing(one.address) in kept]


def placed(tenure: Tenure) -> Place:
    last = f"{int(tenure.until) - 1:014}" if tenure.until else EVER
    sources = {one.source for one in tenure.evidence}
    return urlkey(tenure.address), tenure.since, last, tenure.address, ", ".join(sorted(sources))


def named(line: Line, evidence: Collection[Evidence]) -> set[str]:
    """All addresses that a line has, and those that led to them and never were a page."""
    names = {same_listing(tenure.address) for tenure in line}
    moves = [(same_listing(one.via), same_listing(one.address)) for one in evidence if one.source in MOVES]
    while more := {via for via, address in moves if address in names} - names:
        names |= more
    return names


def forerunners(line: Line, evidence: Collection[Evidence], times: Mapping[str, list[str]]) -> Iterator[Place]:
    """Addresses that only ever led elsewhere stay a part of their document: they may lead elsewhere again."""
    led = {same_listing(one.via): one.via for one in evidence if one.source in MOVES and not times[urlkey(one.via)]}
    for name in sorted(named(line, evidence) - {same_listing(tenure.address) for tenure in line}):
        if name in led:
            yield urlkey(led[name]), "", EVER, led[name], "redirect"


def departures(
    names: Collection[str], places: Collection[Place], evidence: Iterable[Evidence], pending: Iterable[Departure]
) -> list[Departure]:
    """The redirects by which a document left its addresses, or was seen to have left them, where it lies elsewhere at
    their time. They are facts of its own: those that were played, and those that are still to be.

    What is still to be played counts too, lest it hung on the order of answers which redirects are asked for.
    """
    left = {
        (urlkey(one.via), one.timestamp): one.via
        for one in evidence
        if one.source is Source.REDIRECT and same_listing(one.via) in names and _leads_elsewhere(one)
    }
    left |= {(key, time): url for key, time, url in pending if same_listing(url) in names and (key, time) not in left}
    return sorted(
        (key, time, url)
        for (key, time), url in left.items()
        if not any(place[0] == key and place[1] <= time <= place[2] for place in places)
    )


def _leads_elsewhere(one: Evidence) -> bool:
    return same_listing(one.via) != same_listing(one.address)
