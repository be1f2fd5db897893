"""How long the plan of one document takes that has very many captures."""

import time

from crawler.selection.plan import plan
from pipelines.items import Capture

CAPTURES = 100_000


def seconds_to_plan() -> float:
    """For every one of them to be selected, all digests being different."""
    url = "http://a.example/privacy"
    rows = [
        Capture("example,a)/privacy", str(20000101000000 + number), url, "text/html", "200", f"D{number}", "1000")
        for number in range(CAPTURES)
    ]
    start = time.perf_counter()
    selected = len(plan("changes", rows, {}))
    seconds = time.perf_counter() - start
    if selected != CAPTURES:
        raise RuntimeError(f"{selected} of {CAPTURES} captures were selected")
    return seconds
