"""One capture seen in several archives: it is fetched from one of them, and counts once. Pure.

The same original at the same second, or the same bytes of one address at the same second, in two archives are one
capture. Its place is where it was read, else where it is under way, else in the archive that is preferred among those
that have not failed it; so what one archive does not play, the next one is asked for.
"""

from collections.abc import Iterable, Mapping, Sequence

from pipelines.items.captures import EMPTY_DIGEST, Capture, CaptureKey, Decision, Known, State

_FIRST = (State.READ, State.SELECTED)
_LOST = (State.FAILED, State.UNPLAYABLE, State.BLOCKED)
_MAY_BE_COPY = (State.PASSED_OVER, State.DUPLICATE, State.NOT_REPLAYED, State.READ, State.REDIRECT)


def without_copies(
    listing: Sequence[Capture], known: Mapping[CaptureKey, Known], preference: Sequence[str]
) -> tuple[list[Capture], list[Decision]]:
    """The listing with each capture once, and decisions for those of its rows that are copies and not known as such.

    `preference` names the archives, the one to be asked first in front.
    """
    ranks = {archive: rank for rank, archive in enumerate(preference)}
    last = len(ranks)
    found: dict[tuple[str, ...], Capture] = {}
    kept: list[Capture] = []
    decisions: list[Decision] = []
    for row in sorted(listing, key=lambda row: (_standing(known.get(row.key)), ranks.get(row.archive, last), row.key)):
        place = next((found[sign] for sign in _signs(row) if sign in found), None)
        if place is None or place.archive == row.archive:
            kept.append(row)
            found.update((sign, row) for sign in _signs(row) if sign not in found)
        elif _is_news(known.get(row.key), place):
            reason = f"the same capture as in {place.archive}"
            decisions.append(Decision(row, State.DUPLICATE, reason, place.key, is_copy=True))
    return kept, decisions


def _signs(row: Capture) -> Iterable[tuple[str, ...]]:
    """What makes two rows of two archives one capture."""
    yield row.timestamp, row.original
    if row.digest not in ("-", EMPTY_DIGEST):
        yield row.timestamp, row.urlkey, row.digest


def _standing(known: Known | None) -> int:
    if known is None:
        return 2
    if known.state in _FIRST:
        return _FIRST.index(known.state)
    lost = known.state in _LOST and (known.state is not State.FAILED or known.failed_for_good)
    return 3 if lost else 2


def _is_news(known: Known | None, place: Capture) -> bool:
    """Whether a copy is not written down as one yet. What an archive failed stays told as that."""
    if known is None:
        return True
    return known.state in _MAY_BE_COPY and (known.state is not State.DUPLICATE or known.same_as != place.key)
