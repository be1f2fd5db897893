#!/usr/bin/env bash
# Scrapy 2.19.0: to import what makes TLS connections is to read the source of everything that is on the stack.
#
# scrapy.core.downloader.contextfactory, which each crawl loads for https, and the module tls beside it define three
# names that are deprecated; each is made by a function that calls inspect.stack() to learn who calls it. That looks up
# the module of every frame among all that are loaded, and reads its source file, for names that nobody uses. An import
# is expected to cost what is in the module; seen is that it also grows with the depth of the caller's stack, the length
# of the callers' files and the number of modules loaded before. In the smallest program it was 35 of 320 ms. Who looks
# for what a spider's start costs finds it under inspect, called by his own imports; who need not fetch anything in a
# process spares it by not importing the download handlers there.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "scrapy==2.19.0"
cd "$place"
cat > caller.py <<'PY'
import inspect
import linecache
import sys

calls: list[int] = []
plain = inspect.stack


def counted(context: int = 1) -> list[inspect.FrameInfo]:
    found = plain(context)
    calls.append(len(found))
    return found


def load(depth: int) -> None:
    """Import it from so many frames further down."""
    if depth:
        load(depth - 1)
    else:
        import scrapy.core.downloader.contextfactory  # noqa: F401


inspect.stack = counted
before = linecache.cache.get(__file__)
load(int(sys.argv[1]))
read = linecache.cache.get(__file__)
print(len(calls), sum(calls), before is None, len(read[2]) if read else 0)
PY
yes "# a line of the caller's own file" | head -n 5000 >> caller.py || true
lines=$(wc -l < caller.py)
read -r calls shallow unread seen < <("$place/venv/bin/python" caller.py 0)
read -r _ deep _ _ < <("$place/venv/bin/python" caller.py 100)
result="inspect.stack() called $calls times; from 100 frames further down it looked at $((deep - shallow)) more; \
the caller's file was unread before: $unread, and of its $lines lines $seen are read afterwards"
noted="inspect.stack() called 3 times; from 100 frames further down it looked at 300 more; \
the caller's file was unread before: True, and of its $lines lines $lines are read afterwards"
echo "$result"
if [ "$result" != "$noted" ]; then
    echo "Changed. Noted was: $noted"
    exit 1
fi
echo "As noted."
