"""Stops all work when the archive shows that it wants less of it, and begins again with one request. Pure.

What opens it: an answer 429 of the archive itself, a refused connection (the archive's firewall), a wave of answers
503, and a second connection reset before CURED good answers. Pauses grow as PAUSES while the trouble lasts. Times in
seconds of the shared clock.

One reset is its request's own matter. Two that come close are common by mere chance (of resets at random in 2 of 100
requests every third one), so where the archive has answered well before, all work stops only to LOOK: one request goes
first, and if its connection breaks too, the long pauses begin.
"""

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

PAUSES: Final = (60.0, 300.0, 900.0, 3600.0)
LONGEST: Final = 86400.0  # seconds a Retry-After may ask for
MEMORY: Final = 600.0  # seconds after a pause within which the next one is longer
CURED: Final = 20  # good answers after which a broken connection is a new story; a 429 is not forgotten so
WAVE: Final = 5  # answers 503 that good answers have not made up for
WAVE_MEMORY: Final = 300.0  # seconds
PROBE: Final = 60.0  # seconds the first request after a pause may take before another one is tried
POLL: Final = 1.0  # seconds between two looks at how that request fared
LOOK: Final = 2.0  # seconds all work stops after a second reset amid good answers

LIMITED: Final = "limited"


@dataclass(slots=True)
class Breaker:
    until: float = 0.0
    cause: str = ""
    reason: str = ""
    level: int = 0  # place of the last pause in PAUSES
    openings: int = 0  # ever; a slot given before the latest is void
    probing: bool = False
    probe_until: float = 0.0
    good: int = 0  # good answers since the last pause, CURED at most
    look_until: float = 0.0  # end of the stop to look, 0 where none is under way
    unbroken: int = CURED  # good answers since the last reset or pause, CURED at most


@dataclass(slots=True)
class Wave:
    """How one kind of request fares: answers 503, less the good ones since."""

    height: float = 0.0
    last: float = 0.0


def hold(breaker: Breaker, now: float, mine: float) -> float:
    """Seconds to hold a request back; 0 lets it through. `mine` is the `probe_until` that this request set, or 0."""
    held_until = max(breaker.until, breaker.look_until)
    if now < held_until:
        return held_until - now
    if not breaker.probing or (mine and mine == breaker.probe_until):
        return 0.0
    if now < breaker.probe_until:
        return min(POLL, breaker.probe_until - now)
    breaker.probe_until = now + PROBE
    return 0.0


def open_for(breaker: Breaker, cause: str, reason: str, now: float, asked: float | None) -> bool:
    """Stop all work; `asked` is what Retry-After says. Whether this is news, and not one of the same volley."""
    if now < breaker.until:
        breaker.until = max(breaker.until, now + (asked or 0.0))
        return False
    again = now - breaker.until < MEMORY and (cause == LIMITED or breaker.good < CURED)
    breaker.level = min(breaker.level + 1, len(PAUSES) - 1) if again and breaker.openings else 0
    usual = PAUSES[breaker.level]
    pause = usual if asked is None else max(asked, usual if breaker.level else 1.0)
    breaker.until, breaker.cause, breaker.reason = now + pause, cause, reason
    breaker.openings += 1
    breaker.probing, breaker.probe_until, breaker.good = True, 0.0, 0
    breaker.look_until, breaker.unbroken = 0.0, 0
    return True


def reset(breaker: Breaker, now: float) -> bool:
    """A connection reset; whether all work is to stop for it as for a refusal. Else it may stop to look."""
    unbroken, breaker.unbroken = breaker.unbroken, 0
    if now < max(breaker.until, breaker.look_until):
        return False  # it left before the stop
    if unbroken < CURED and not breaker.probing and breaker.good >= CURED:
        breaker.openings += 1
        breaker.probing, breaker.probe_until, breaker.look_until = True, 0.0, now + LOOK
        return False
    return unbroken < CURED or breaker.probing


def good_answer(breaker: Breaker, wave: Wave, now: float) -> bool:
    """A good answer; whether it ends the probing after a long pause."""
    if now < max(breaker.until, breaker.look_until):
        return False  # it left before the stop
    breaker.good = min(breaker.good + 1, CURED)
    breaker.unbroken = min(breaker.unbroken + 1, CURED)
    wave.height = max(wave.height - 1, 0.0)
    ended = breaker.probing and not breaker.look_until
    breaker.probing, breaker.look_until = False, 0.0
    return ended


def no_answer(breaker: Breaker) -> None:
    """A request ended without a word from the archive: if it was the probe, another one may go."""
    breaker.probe_until = 0.0


def unavailable(breaker: Breaker, wave: Wave, now: float) -> bool:
    """An answer 503; whether all work is to stop for it. After a long pause a single one is enough."""
    wave.height = wave.height + 1 if now - wave.last < WAVE_MEMORY else 1.0
    wave.last = now
    if wave.height < WAVE and (breaker.look_until or not breaker.probing):
        no_answer(breaker)
        return False
    wave.height = 0.0
    return True


def asked_pause(retry_after: str, wall: float) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3: a number or a date); None where it says nothing.

    `wall` is the time of day in Unix seconds. Never negative, at most a day.
    """
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(min(int(text[:9]), LONGEST))
    try:
        date = parsedate_to_datetime(text[:64])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = date.replace(tzinfo=UTC) if date.tzinfo is None else date
    return min(max(moment.timestamp() - wall, 0.0), LONGEST)
