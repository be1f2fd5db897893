"""What is held, or under way, of one payload."""

from collections.abc import Callable, Mapping

from crawler.selection.payloads import Payload
from pipelines.items.captures import Capture, CaptureKey, Known, State

TRIES = 10  # captures that may turn out dead in one payload, period or interval before it is given up

_HOLDING = (State.READ, State.FAILED, State.SELECTED)  # in the order in which they stand for the others


class Holding:
    """One payload and the capture that holds it for all: read, or else failed, or else selected.

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
    def text(self) -> str:
        """The reading key of its text; empty where there is none, or none yet."""
        return self._known[self.holder].reading_key if self.holder else ""

    @property
    def is_under_way(self) -> bool:
        """Whether its holder is selected, and neither read nor failed."""
        return self.holder is not None and self._known[self.holder].state is State.SELECTED

    @property
    def is_awaited(self) -> bool:
        """Whether a text may still come of its holder."""
        if self.holder is None:
            return False
        known = self._known[self.holder]
        return known.state is State.SELECTED or (known.state is State.FAILED and not known.failed_for_good)

    @property
    def is_given_up(self) -> bool:
        return sum(map(is_lost, self._known.values())) >= TRIES

    @property
    def is_free(self) -> bool:
        """Whether a capture of it may be selected."""
        return self.holder is None and not self.is_given_up

    def is_dead(self, key: CaptureKey) -> bool:
        """Whether this capture is none that a strategy can count on."""
        return self.holder is None and ((key in self._known and is_lost(self._known[key])) or self.is_given_up)

    def learn(self, key: CaptureKey, known: Known) -> None:
        """Note what became of a capture."""
        self._known[key] = known
        self.holder = self._found()

    def take(self, chosen: Capture, is_eligible: Callable[[Capture], bool]) -> None:
        """Make a capture the holder: the chosen one if it is full, any first full one, or else the chosen revisit."""
        rows = (row for row in self.payload.captures if not self.is_dead(row.key) and is_eligible(row))
        best = min(rows, key=lambda row: (row.is_revisit, row is not chosen, row.key))
        self.learn(best.key, Known(State.SELECTED))
        self.is_new = True

    def _found(self) -> CaptureKey | None:
        holding = [
            (_HOLDING.index(known.state), key)
            for key, known in self._known.items()
            if known.state in _HOLDING and not is_lost(known)
        ]
        return min(holding)[1] if holding else None


def is_lost(known: Known) -> bool:
    """Whether the archive does not give a capture."""
    if known.state is State.FAILED:
        return known.failed_for_good and not known.held
    return known.state in (State.REDIRECT, State.UNPLAYABLE, State.BLOCKED)
