"""From a domain to its documents over time: what is asked for that, and where each document is placed.

Cheapest first: (a) one filtered listing of the domain; (b) one listing of its home page, and where the addresses of
(a) leave a gap of over a year, one home page a half-year for its links; (c) archived redirects and canonical links, as
they are met. All of it is kept as evidence, and `lineage` makes addresses of it, again whenever there is more.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise, product

from crawler.discovery.address_history import Line, lineage, own_spans, same_listing
from crawler.discovery.candidates import LIKELY, address_score, best_links, domain_filter, policy_rows
from crawler.discovery.links import canonical, links, site_of
from crawler.spiders.placing import EVER, MOVES, bounded, departures, forerunners, named, placed
from crawler.spiders.steps import unlisted
from crawler.targets import urls as addresses
from pipelines.exceptions import WrongUse
from pipelines.formats.surt import urlkey
from pipelines.formats.timestamps import distance
from pipelines.items.captures import Capture, DocumentKey, Evidence, HomePage, Memento, Query, Source
from pipelines.store.corpus import Corpus
from pipelines.store.listings import Listings
from pipelines.store.moves import HOME, Document, Moves

GAP_DAYS = 365
MOST_ADDRESSES = 20  # of one kind on one site: the likeliest
MOST_LINKS = 3  # of one home page
MOST_FRAMES = 4

_HEAD = 1 << 16  # bytes of a page in which its canonical link is looked for


class Discovery:
    """Finds documents for the feed. Every method that may move documents returns the ids of those it moved."""

    def __init__(self, moves: Moves, listings: Listings, corpus: Corpus, since: str, until: str) -> None:
        self._moves = moves
        self._listings = listings
        self._corpus = corpus
        self._since = since
        self._until = until

    def begin(self) -> None:
        """Ask for the listing of each domain of the list; go on where a run before this one stopped."""
        for site, kinds in self._moves.sought().items():
            self._listings.open(Query(site, "domain", (domain_filter(kinds),)), f"*.{site}")
            if not self._listings.is_open(site, "domain"):
                self._note_rows(site)  # a crash may have come between a listing and this
                self._ask_home(site)

    # -- (a) the domain, (b) its home page

    def after_listing(self, query: Query, document_ids: Iterable[int]) -> list[int]:
        """A page of a listing is recorded: of a domain, of a home page or of documents."""
        if query.match == "domain":
            if not self._listings.is_open(query.url, "domain"):
                self._note_rows(query.url)
                self._ask_home(query.url)
            return []
        return self.relate(self._moves.subjects(document_ids))

    def _note_rows(self, site: str) -> None:
        rows = self._moves.rows_of_site(urlkey(f"http://{site}/").partition(")")[0])
        for kind in self._moves.kinds_sought(site):
            self._moves.note(
                Evidence(found.first, Source.LISTING, found.url, f"*.{site}", found.score, site, kind)
                for found in policy_rows(rows, kind)[:MOST_ADDRESSES]
            )

    def _ask_home(self, site: str) -> None:
        home = f"http://{site}/"
        document_id = self._moves.found_document(DocumentKey(site, HOME), home)
        key = urlkey(home)
        self._moves.place(document_id, [(key, "", EVER, home, "home page")])
        # one row a month is enough to choose one a half-year from, and keeps the listings of busy sites short
        self._listings.open(Query(home, "exact", ("statuscode:200",), collapses=("timestamp:6",)), key)

    def home_candidates(self, document_id: int, listing: list[Capture]) -> list[Capture] | None:
        """Of a home page's captures those in a gap of a document's; None for a document that is no home page."""
        site = self._moves.is_home(document_id)
        if not site:
            return None
        home = same_listing(f"http://{site}/")
        listing = [row for row in listing if same_listing(row.original) == home]  # no frames
        if not listing:
            return []
        gaps = list(self._gaps(site, listing[0].timestamp, listing[-1].timestamp))
        return [row for row in listing if any(start <= row.timestamp <= end for start, end in gaps)]

    def _gaps(self, site: str, first: str, last: str) -> Iterator[tuple[str, str]]:
        """The times of over a year, within those of the home page, that no address of some kind covers."""
        for kind in self._moves.kinds_sought(site):
            found = {urlkey(one.address) for one in self._moves.evidence(site, kind) if one.source is not Source.HOME}
            covered = sorted(time for times in self._moves.page_times(found).values() for time in times)
            inside = [time for time in covered if first < time < last]
            for start, end in pairwise([first, *inside, last]):
                away = distance(start, end)
                if not covered or (away is not None and away.days > GAP_DAYS):
                    yield start, end

    # -- what pages name

    def home_of(self, capture: Capture) -> str:
        return self._moves.home_of(capture)

    def home_evidence(self, memento: Memento, site: str) -> tuple[Evidence, ...]:
        """The documents that a home page links, by kind."""
        capture, answer = memento.capture, memento.answer
        found = links(answer.body, capture.original, answer.header("content-type"))
        return tuple(
            Evidence(capture.timestamp, Source.HOME, link.href, capture.original, round(score, 3), site, kind)
            for kind in self._moves.kinds_sought(site)
            for score, link in best_links(found, kind)[:MOST_LINKS]
        )

    def frames(self, memento: Memento) -> list[str]:
        """The pages a frameset is made of, which may hold the links that it lacks."""
        answer = memento.answer
        if b"<frame" not in answer.body[:_HEAD].lower():
            return []
        own = same_listing(memento.capture.original)
        found = links(answer.body, memento.capture.original, answer.header("content-type"))
        hrefs = [link.href for link in found if link.place == "frame" and not link.offsite]
        return [href for href in hrefs if same_listing(href) != own][:MOST_FRAMES]

    def witness(self, memento: Memento, asked: Capture, home_of: str, subjects: Iterable[tuple[str, str]]) -> Memento:
        """A memento with the addresses that it names; of a home page that is all that is wanted of it."""
        if not home_of:
            return replace(memento, evidence=self.canonical_evidence(memento, subjects))
        evidence = self.home_evidence(memento, home_of)
        is_frame = asked.digest == "-"  # no listing shows it; frames of frames are not followed
        hrefs = [] if evidence or is_frame else self.frames(memento)
        frames = tuple(unlisted(href, memento.capture.timestamp, memento.capture.archive) for href in hrefs)
        return HomePage(
            memento.capture, memento.requested, memento.answer, memento.digest_check, memento.asked,
            evidence, memento.truncated, frames,
        )  # fmt: skip

    def canonical_evidence(self, memento: Memento, subjects: Iterable[tuple[str, str]]) -> tuple[Evidence, ...]:
        """The address that a document's page calls its own, where that is another one and looks like one."""
        capture, own = memento.capture, own_address(memento)
        found = (
            Evidence(capture.timestamp, Source.CANONICAL, own, capture.original, 1.0, site, kind)
            for site, kind in (subjects if own else ())
        )
        return tuple(filter(is_likely, found))

    # -- (c) and all together: where documents lie

    def after_captures(self, document_ids: Iterable[int]) -> list[int]:
        """Nothing of these documents is left to fetch for now: what was met on the way may move them."""
        ids = list(document_ids)
        homes = [site for number in ids if (site := self._moves.is_home(number))]
        sought = [(site, kind) for site in homes for kind in self._moves.kinds_sought(site)]
        return self.relate([*self._moves.subjects(ids), *sought])

    def relate(self, subjects: Iterable[tuple[str, str]]) -> list[int]:
        """Place the documents of each site and kind where the evidence has them."""
        moved = self.place(subjects)
        if moved:
            self._listings.open_for_addresses(self._since, self._until)
            self._corpus.derive(moved)
        return moved

    def place(self, subjects: Iterable[tuple[str, str]]) -> list[int]:
        """The same, and nothing is listed for it."""
        return [number for site, kind in sorted(set(subjects)) for number in self._relate(site, kind)]

    def _relate(self, site: str, kind: str) -> list[int]:
        evidence = bounded([one for one in self._moves.evidence(site, kind) if self._counts(one)])
        if all(one.source is Source.GIVEN for one in evidence):
            return []
        keys = {one.address: urlkey(one.address) for one in evidence} | {
            one.via: urlkey(one.via) for one in evidence if one.source in MOVES
        }
        times = self._moves.page_times(keys.values())
        lines = lineage(evidence, {address: times[key] for address, key in keys.items()})
        return self._place(site, kind, lines[:MOST_ADDRESSES], evidence, times)

    def _counts(self, one: Evidence) -> bool:
        """A redirect to another site moves a document only where it leads to what looks like one: parked domains do
        too. Nothing leads to a forgotten site, or from it elsewhere."""
        if any(self._moves.is_forgotten(urlkey(url)) for url in (one.address, one.via)):
            return False
        return one.source is not Source.REDIRECT or _is_move(one.via, one.address, one.kind)

    def _place(
        self, site: str, kind: str, lines: list[Line], evidence: list[Evidence], times: Mapping[str, list[str]]
    ) -> list[int]:
        free = self._moves.documents(site, kind)
        taken = {document.key.variant for document in free}
        pending = self._moves.redirects_to_come(site, kind)
        moved, lying = [], []
        for line in lines:
            owner = _owner(free, named(line, evidence))
            number = owner.id if owner else self._found(site, kind, line, taken)
            if number is None:
                continue
            free = [document for document in free if document.id != number]
            names = named(line, evidence)
            places = [*map(placed, line), *forerunners(line, evidence, times)]
            if self._moves.place(number, places, departures(names, places, evidence, pending)):
                moved.append(number)
            lying.append((number, line, names))
            self._cover(site, line)
        return [*moved, *self._joined(free, lying, times), *self._retire(free)]

    def _joined(
        self, left: list[Document], lying: list[tuple[int, Line, set[str]]], times: Mapping[str, list[str]]
    ) -> list[int]:
        """Given documents whose address is another's now: each is a part of that one, or it ends where that begins."""
        moved = []
        for document in left:
            name = same_listing(document.url)
            held = [(number, line) for number, line, names in lying if name in names]
            if document.found or document.discover or document.is_joined or not held:
                continue
            key, (number, line) = urlkey(document.url), held[0]
            spans = own_spans(name, line, times.get(key, ()))
            if spans:
                moved += [document.id] * self._moves.place(
                    document.id, [(key, first, last, document.url, "given") for first, last in spans]
                )
            else:
                self._moves.join(document.id, number)
                moved.append(document.id)
        return moved

    def _found(self, site: str, kind: str, line: Line, taken: set[str]) -> int | None:
        """A document made for a line that has none; None where its address is no public one, or where it is only named
        by a page of another line, which has moved elsewhere since."""
        if not _is_seen(line):
            return None
        try:
            address = addresses.parse(line[-1].address)
        except WrongUse:
            return None
        variant = addresses.slug(address, site)
        if variant in taken:
            variant = addresses.with_hash(variant, address)
        taken.add(variant)
        return self._moves.found_document(DocumentKey(site, kind, variant), address.url)

    def _retire(self, left: list[Document]) -> list[int]:
        """Of documents whose addresses have all become another's, those that nobody asked for end here."""
        gone = [each.id for each in left if each.found and each.active and not each.discover]
        for document_id in gone:
            self._moves.retire(document_id)
        return gone

    def _cover(self, site: str, line: Line) -> None:
        """An address whose rows the domain's listing held need not be listed again."""
        for archive, tenure in product(self._listings.whole_in(site, "domain"), line):
            if any(one.source is Source.LISTING for one in tenure.evidence):
                query = Query(tenure.address, since=self._since, until=self._until, archive=archive)
                self._listings.cover(query, urlkey(tenure.address))


def own_address(memento: Memento) -> str:
    """The address that a page calls its own, where that is another one than it was captured at; else empty."""
    head, original = memento.answer.body[:_HEAD], memento.capture.original
    if b"canonical" not in head:
        return ""
    own = canonical(head, original, memento.answer.header("content-type"))
    return own if own and same_listing(own) != same_listing(original) else ""


def is_likely(one: Evidence) -> bool:
    """Whether the address of evidence looks like one of its kind of document."""
    return address_score(one.address, one.kind) >= LIKELY


def listing_purpose(query: Query) -> str:
    """What a listing is for, in words."""
    if query.match == "domain":
        return "domain"
    return "home page" if query.collapses else "address"


def _is_seen(line: Line) -> bool:
    """Whether a home page or the listing of the domain shows it."""
    return any(one.source in (Source.HOME, Source.LISTING) for tenure in line for one in tenure.evidence)


def _is_move(via: str, address: str, kind: str) -> bool:
    return site_of(via) == site_of(address) or address_score(address, kind) >= LIKELY


def _owner(free: list[Document], named: set[str]) -> Document | None:
    """The document a line belongs to: one whose given address is in it, else the one that is to be found."""
    known = [document for document in free if same_listing(document.url) in named]
    given = [document for document in known if not document.found and not document.discover]
    main = [document for document in free if document.discover or (document.found and not document.key.variant)]
    return next(iter([*given, *main, *known]), None)
