"""Faults on purpose: a wrapper in front of an archive that does to answers what others saw the real one do.

A fault strikes a fixed share of the addresses that can be asked for, chosen by the seed and nothing else: neither the
order of requests nor their number changes which. A fault that passes strikes an address a number of times and then
lets it be; a lasting one strikes it always. At most one fault strikes an address.
"""

import hashlib
import random
import re
import threading
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from crawler.local_archive.server.asked import CDX, REPLAY, WAYBACK, reader
from crawler.local_archive.server.fault_kinds import Case, Fault
from crawler.local_archive.server.faults_of_bodies import BODIES
from crawler.local_archive.server.faults_of_commoncrawl import CRAWLS
from crawler.local_archive.server.faults_of_connections import CONNECTIONS
from crawler.local_archive.server.faults_of_listings import LISTINGS
from crawler.local_archive.server.faults_of_pywb import COLLECTIONS
from crawler.local_archive.server.faults_of_replays import REPLAYS
from crawler.local_archive.server.faults_of_timemaps import TIMEMAPS
from crawler.local_archive.server.loopback import Answer, Handler, Request

_CATALOGUES = (CONNECTIONS, LISTINGS, REPLAYS, BODIES, COLLECTIONS, CRAWLS, TIMEMAPS)
FAULTS: dict[str, Fault] = {fault.name: fault for catalogue in _CATALOGUES for fault in catalogue}
ALL = "all"
_STEPS = re.compile(r"[?&]fault-step=\d+\Z")


class UnknownFault(ValueError):
    """A fault that does not exist or cannot be read; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault, the kinds of requests and the share of addresses it strikes, and how often each; 0 times is always."""

    fault: Fault
    on: frozenset[str]
    share: float = 1.0
    times: int = 1


def faults_of(dialect: str) -> dict[str, Fault]:
    """The faults that are known of archives of that dialect, by name."""
    return {name: fault for name, fault in FAULTS.items() if dialect in fault.dialects}


def read_strikes(text: str, dialect: str = WAYBACK) -> list[Strike]:
    """Reads `NAME[:SHARE[:TIMES]]`: share of 0 to 1, times a number or `permanent`.

    `all:SHARE` shares out SHARE, of each kind of request, among all faults of the dialect but those apart. Raises
    UnknownFault.
    """
    known = faults_of(dialect)
    name, _, rest = text.partition(":")
    share_text, _, times_text = rest.partition(":")
    share = _share(share_text, text)
    times = _times(times_text, text)
    if name == ALL:
        return _all_strikes(known.values(), share, times)
    if name in FAULTS and name not in known:
        theirs = " and ".join(FAULTS[name].dialects)
        raise UnknownFault(f"The fault {name!r} is known of {theirs}, not of {dialect}: name that --dialect.")
    if name not in known:
        raise UnknownFault(f"There is no fault {name!r}: take one of {', '.join(sorted(known))}, or {ALL}.")
    return [_strike(known[name], known[name].on, share, times)]


def _all_strikes(known: Collection[Fault], share: float, times: int) -> list[Strike]:
    strikes = []
    for kind in (CDX, REPLAY):
        faults = [fault for fault in known if kind in fault.on and not fault.is_apart]
        strikes += [_strike(fault, frozenset({kind}), share / len(faults), times) for fault in faults]
    return strikes


def _share(text: str, whole: str) -> float:
    try:
        share = float(text or 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UnknownFault(f"The share in {whole!r} is no number from 0 to 1.")
    return share


def _times(text: str, whole: str) -> int:
    if text == "permanent":
        return 0
    if not text:
        return 1
    if not text.isdecimal() or int(text) < 1:
        raise UnknownFault(f"The times in {whole!r} are neither a number from 1 nor 'permanent'.")
    return int(text)


def _strike(fault: Fault, on: frozenset[str], share: float, times: int) -> Strike:
    return Strike(fault, on, share, 0 if fault.is_lasting else times)


class Faults:
    """The wrapper. `time_scale` divides the seconds that faults last; `dialect` is that of the archive behind it."""

    def __init__(
        self, strikes: Iterable[Strike], *, seed: int = 0, time_scale: float = 1.0, dialect: str = WAYBACK
    ) -> None:
        self._strikes = tuple(strikes)
        self._seed = seed
        self._scale = time_scale
        self._read = reader(dialect)
        self._lock = threading.Lock()
        self._struck: Counter[str] = Counter()

    @classmethod
    def of(cls, *texts: str, seed: int = 0, time_scale: float = 1.0, dialect: str = WAYBACK) -> "Faults":
        """From texts as `read_strikes` takes them. Raises UnknownFault."""
        strikes = [strike for text in texts for strike in read_strikes(text, dialect)]
        return cls(strikes, seed=seed, time_scale=time_scale, dialect=dialect)

    def __call__(self, inner: Handler) -> Handler:
        def faulty(request: Request) -> Answer:
            given = inner(request)
            strike = self._strike_for(request)
            return self._struck_by(strike, request, given) if strike else given

        return faulty

    def _strike_for(self, request: Request) -> Strike | None:
        kind = self._read(request).kind
        lot, reached = self._dice(request).random(), 0.0
        for strike in self._strikes:
            if kind in strike.on:
                reached += strike.share
                if lot < reached:
                    return strike
        return None

    def _struck_by(self, strike: Strike, request: Request, given: Answer) -> Answer:
        """Counts only where the fault has something to do: a resume key cannot stick where there is none."""
        case = Case(request, self._read(request), given, self._dice(request), self._scale)
        changed = strike.fault.change(case)
        if changed is given:
            return given
        with self._lock:
            key = f"{strike.fault.name} {_address(request)}"
            if strike.times and self._struck[key] >= strike.times:
                return given
            self._struck[key] += 1
        return replace(changed, cause=strike.fault.name, is_spoilt=not strike.fault.is_harmless)

    def _dice(self, request: Request) -> random.Random:
        return random.Random(hashlib.sha256(f"{self._seed} {_address(request)}".encode()).digest())


def _address(request: Request) -> str:
    """What is asked for; of a file, which part."""
    return f"{_STEPS.sub('', request.target)} {request.header('range')}".strip()
