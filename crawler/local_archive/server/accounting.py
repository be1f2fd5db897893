"""Exact accounting of what a loopback archive was asked and what it answered, so that a test can prove it."""

import json
import threading
from collections import Counter
from dataclasses import asdict, dataclass

MAX_KEPT = 1_000_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One request with its answer.

    `kind` is cdx, replay or other. `url` is the address asked about, `timestamp` that of a replay request, `at` the
    monotonic time of its arrival in seconds. `memento` says that the answer was one, `whole` that all its bytes were
    sent, `cause` which fault or limit answered in the archive's stead (empty: the archive itself).
    """

    kind: str
    target: str
    url: str
    timestamp: str
    status: int
    at: float
    connection: int
    host: str = ""
    user_agent: str = ""
    memento: bool = False
    whole: bool = True
    cause: str = ""


class RequestLog:
    """Every request in order. Safe to read while requests come in; the first million are kept, all are counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[Seen] = []
        self._counts: Counter[tuple[str, int]] = Counter()
        self._causes: Counter[str] = Counter()
        self._connections: set[int] = set()

    def add(self, seen: Seen) -> None:
        with self._lock:
            self._counts[seen.kind, seen.status] += 1
            self._causes[seen.cause] += 1
            self._connections.add(seen.connection)
            if len(self._seen) < MAX_KEPT:
                self._seen.append(seen)

    def __len__(self) -> int:
        with self._lock:
            return sum(self._counts.values())

    @property
    def all(self) -> list[Seen]:
        with self._lock:
            return list(self._seen)

    @property
    def connections(self) -> int:
        """Connections over which at least one request came."""
        with self._lock:
            return len(self._connections)

    def of(self, kind: str) -> list[Seen]:
        return [seen for seen in self.all if seen.kind == kind]

    def count(self, kind: str, status: int | None = None) -> int:
        """Requests of a kind, of one status where it is given."""
        with self._lock:
            return sum(number for key, number in self._counts.items() if key[0] == kind and status in (None, key[1]))

    def causes(self) -> dict[str, int]:
        """How often each fault or limit answered."""
        with self._lock:
            return {cause: number for cause, number in sorted(self._causes.items()) if cause}

    def replayed(self) -> Counter[tuple[str, str]]:
        """How often each (timestamp, url) was given out whole as a memento: above 1 is a byte fetched twice."""
        return Counter((seen.timestamp, seen.url) for seen in self.all if seen.memento and seen.whole)

    def as_json(self, since: int = 0) -> bytes:
        """Totals, and every request from number `since` on."""
        with self._lock:
            counts = {f"{kind} {status}": number for (kind, status), number in sorted(self._counts.items())}
            seen = self._seen[since:]
        report = {
            "connections": self.connections,
            "counts": counts,
            "causes": self.causes(),
            "requests": [asdict(one) for one in seen],
        }
        return json.dumps(report).encode()
