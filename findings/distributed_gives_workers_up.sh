#!/usr/bin/env bash
# distributed 2026.8.0: a local cluster drops a killed worker for good if its successor is slow to start.
#
# `LocalCluster(n_workers=2)` gives each worker a nanny that starts it again when it dies. Expected: two workers again,
# sooner or later. Seen: the cluster looks once, `distributed.deploy.lost-worker-timeout` after the loss (15 seconds by
# default, which imports on a busy machine may take; 0.1 here). Where the new worker is not back at that moment, nanny
# and worker are closed and no other one is started, though `cluster.plan` still counts two: the work goes on with one,
# and of one with none. `cluster.scale(2)` brings it back; call it while you wait for results.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "distributed==2026.8.0" "dask==2026.8.0"
cd "$place"
cat > look.py <<'PY'
import os
import signal
import sys
import time

import distributed
from dask import config
from distributed import Client, LocalCluster

WATCHED = 60, 20  # seconds: until a worker is back, and in which none comes back


def after_a_loss(timeout: str) -> tuple[int, int, int]:
    """How many workers there are after one was killed, how many are planned, and how many there are once scaled."""
    with (
        config.set({"distributed.deploy.lost-worker-timeout": timeout}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        Client(cluster) as client,
    ):

        def there() -> int:
            return len(client.scheduler_info(n_workers=-1)["workers"])

        def watch(until: int, seconds: float) -> int:
            end = time.monotonic() + seconds
            while there() != until and time.monotonic() < end:
                time.sleep(0.1)
            return there()

        os.kill(min(client.run(os.getpid).values()), signal.SIGKILL)
        watch(1, 30)
        left = watch(2, WATCHED[timeout == "100ms"])
        planned = len(cluster.plan)
        cluster.scale(2)
        return left, planned, watch(2, 60)


if __name__ == "__main__":
    print(f"distributed {distributed.__version__}")
    seen = {timeout: after_a_loss(timeout) for timeout in ("60s", "100ms")}
    for timeout, (left, planned, scaled) in seen.items():
        print(f"lost-worker-timeout {timeout}: {left} workers after the loss, {planned} planned, {scaled} after scale(2)")
    sys.exit(seen != {"60s": (2, 2, 2), "100ms": (1, 2, 2)})
PY
"$place/venv/bin/python" look.py
