"""What is held, or under way, of one payload."""

from collections.abc import Callable, Mapping, Sequence

from crawler.items import Capture, CaptureKey, Known, State
from crawler.payloads import Payload
from crawler.strategies import TRIES

_HOLDING = (State.READ, State.FAILED, State.SELECTED)  # in the order in which they stand for the others


class Holding:
    """One payload and the capture that holds it for all: read, or else failed for now, or else selected.

    A payload has one holder at a time. Where the archive does not play it, the next capture may be taken, until
    TRIES were tried in vain: repeats mostly point to one record, and when that is gone all are.
    """

    def __init__(self, payload: Payload, known: Mapping[CaptureKey, Known]) -> None:
        self.payload = payload
        self.is_new = False  # the holder was chosen just now
        self._known = {row.key: known[row.key] for row in payload.captures if row.key in known}
        self.holder: CaptureKey | None = self._found()

    @property
    def is_held(self) -> bool:
        return self.holder is not None

    @property
    def is_given_up(self) -> bool:
        return sum(_is_lost(known) for known in self._known.values()) >= TRIES

    @property
    def is_free(self) -> bool:
        """Whether a capture of it may be selected."""
        return self.holder is None and not self.is_given_up

    def is_dead(self, key: CaptureKey) -> bool:
        """Whether this capture is none that a strategy can count on."""
        return self.holder is None and (self.is_given_up or (key in self._known and _is_lost(self._known[key])))

    def learn(self, key: CaptureKey, known: Known) -> bool:
        """Note what became of a capture; whether the payload lost its holder by it, or got another."""
        before, self._known[key] = self.holder, known
        self.holder = self._found()
        return self.holder != before

    def take(self, chosen: Sequence[Capture], is_eligible: Callable[[Capture], bool]) -> None:
        """Make a capture the holder: the first chosen full one, any first full one, or else a chosen revisit."""
        alive = [row for row in self.payload.captures if not self.is_dead(row.key) and is_eligible(row)]
        wanted = {row.key for row in chosen}
        best = min(alive, key=lambda row: (row.is_revisit, row.key not in wanted, row.key))
        self._known[best.key] = Known(State.SELECTED)
        self.holder, self.is_new = best.key, True

    def _found(self) -> CaptureKey | None:
        holding = [
            (_HOLDING.index(known.state), key)
            for key, known in self._known.items()
            if known.state in _HOLDING and not _is_lost(known)
        ]
        return min(holding)[1] if holding else None


def _is_lost(known: Known) -> bool:
    if known.state is State.FAILED:
        return known.failed_for_good and not known.held
    return known.state in (State.UNPLAYABLE, State.BLOCKED)
