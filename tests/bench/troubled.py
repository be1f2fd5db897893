"""How fast a crawl is while some requests fail at random, beside the same crawl without faults."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipelines.store.database import open_for_reading
from tests.bench.crawling import crawl, served
from tests.crawls.holdings import picture, write_sites

FAULTS = (
    ("reset-early", 0.02),
    ("java-trouble", 0.025),
    ("gateway-timeout", 0.025),
    ("cut-body", 0.03),
)
"""Name and share of the requests it strikes: 2 % resets, 5 % of 503 and 504, 3 % cut bodies."""

TIME_SCALE = 10.0  # at 20 the rate was more than two cores can do, and what is asked again cost time of its own
REPLAYS_A_MINUTE = 480.0
LATENCY = 0.01  # seconds, before each answer


@dataclass(frozen=True)
class Rates:
    """Replays a minute of the archive's time, over the whole of each crawl."""

    calm: float
    struck: float
    captures: int

    @property
    def ratio(self) -> float:
        return self.struck / self.calm


def measure(folder: Path, sites: int, captures: int, seed: int) -> Rates:
    holdings, targets = folder / "archive", folder / "targets.txt"
    targets.parent.mkdir(parents=True, exist_ok=True)
    targets.write_text("".join(f"{url}\n" for url in write_sites(holdings, sites, captures, every=1, page=picture)))
    calm = _rate(holdings, targets, folder / "calm", sites * captures, [])
    options = [part for name, share in FAULTS for part in ("--fault", f"{name}:{share}")]
    struck = _rate(holdings, targets, folder / "struck", sites * captures, [*options, "--seed", str(seed)])
    return Rates(calm, struck, sites * captures)


def _rate(holdings: Path, targets: Path, corpus: Path, captures: int, trouble: list[str]) -> float:
    settings = {"TIME_SCALE": TIME_SCALE, "WAYBACK_REPLAY_PER_MINUTE": REPLAYS_A_MINUTE}
    with served(holdings, LATENCY, trouble) as base:
        seconds = crawl(base, targets, corpus, 1, settings).seconds
    with closing(open_for_reading(corpus)) as db:
        [(held,)] = db.execute("SELECT count(*) FROM snapshot").fetchall()
    if held != captures:
        raise RuntimeError(f"{held} of {captures} captures are held")
    return float(held / seconds * 60 / TIME_SCALE)
