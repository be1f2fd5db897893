"""Other programs that fetch all captures of a page, beside this one: `python -m tests.bench.peers [FOLDER]`.

On one loopback archive, in CPU seconds of each program's own process, imports included. They list, fetch and keep
files, but no WARC and no ledger, and read nothing. Each has an environment of its own in FOLDER (else one that is gone
afterwards), made by pip where it is not there yet; one that cannot be made is left out, with the reason.
"""

import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from tests.bench import table
from tests.bench.baseline import HERE
from tests.bench.crawling import served
from tests.bench.holdings import addresses, generate
from tests.bench.recording import CAPTURES, DOCUMENTS, crawl_alone

# what names the archive is sent to the loopback one; programs that look at the addresses of answers see the true ones
_TO_LOOPBACK = """
import http.client, resource, sys, urllib.parse
from pathlib import Path
from requests.adapters import HTTPAdapter
base, folder, *urls = sys.argv[1:]
place = urllib.parse.urlsplit(base)
class Connection(http.client.HTTPConnection):
    def __init__(self, *_, **__):
        super().__init__(place.hostname, place.port)
    def request(self, method, url, **options):
        super().request(method, url.replace("https://web.archive.org", ""), **options)
http.client.HTTPSConnection = Connection
send = HTTPAdapter.send
def sent(adapter, request, **options):
    true = request.url
    request.url = true.replace("https://web.archive.org", base)
    answer = send(adapter, request, **options)
    request.url = answer.url = true
    return answer
HTTPAdapter.send = sent
"""
_TELL = """
used = resource.getrusage(resource.RUSAGE_SELF)
print("\\nseconds", used.ru_utime + used.ru_stime, "captures", sum(one.is_file() for one in Path(folder).rglob("*")))
"""
PEERS = {
    "waybackpack==0.6.4": """
from waybackpack.pack import Pack
for url in urls:
    Pack(url).download_to(folder, raw=True)
""",
    "wayback==0.5.1": """
from wayback import WaybackClient, WaybackSession
session = WaybackSession(search_calls_per_second=0, memento_calls_per_second=0)
with WaybackClient(session) as client:
    for number, url in enumerate(urls):
        for found in client.search(url, limit=1000):
            memento = client.get_memento(found)
            Path(folder, f"{number}-{found.timestamp:%Y%m%d%H%M%S}").write_bytes(memento.content)
""",
    "pywaybackup==5.1.0": """
from pywaybackup import PyWayBackup
for url in urls:
    PyWayBackup(url=url, all=True, output=folder, silent=True, workers=1, delay=0).run()
""",
}


class NotMade(Exception):
    """A program could not be installed, or did not do its work."""


def main(*folders: str) -> bool:
    """Print a line for each program. Never fails: they are told of, not raced."""
    with tempfile.TemporaryDirectory(prefix="policy-corpus-peers-") as name:
        work = Path(name)
        holdings = work / "holdings"
        holdings.mkdir()
        generate(holdings, DOCUMENTS, CAPTURES)
        urls = addresses(holdings)
        targets = work / "targets.txt"
        targets.write_text("".join(f"{url}\n" for url in urls))
        with served(holdings) as base:
            ours = crawl_alone(HERE, base, targets, work / "corpus", DOCUMENTS * CAPTURES)
            _tell("policy-corpus (WARC, ledger, versions)", ours)
            for number, (peer, script) in enumerate(PEERS.items()):
                kept = work / str(number)
                kept.mkdir()
                try:
                    python = _environment(Path(*folders) if folders else work / "environments", peer)
                    _tell(peer, _fetched(python, _TO_LOOPBACK + script + _TELL, base, kept, urls))
                except NotMade as reason:
                    print(f"  {peer}: left out, {reason}", flush=True)
    return True


def _tell(name: str, seconds: float) -> None:
    each = seconds * 1000 / (DOCUMENTS * CAPTURES)
    print(f"  {name}: {each:.2f} ms of CPU a capture", flush=True)
    table.add(f"a capture by {name}, ms", each)


def _environment(folder: Path, peer: str) -> Path:
    place = folder / peer
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
        _run(python, "-m", "pip", "install", "--quiet", peer)
    return python


def _fetched(python: Path, script: str, base: str, folder: Path, urls: list[str]) -> float:
    told = _run(python, "-c", script, base.rstrip("/"), str(folder), *urls)
    found = re.search(r"^seconds ([0-9.]+) captures ([0-9]+)$", told, re.MULTILINE)
    if found is None or int(found[2]) < DOCUMENTS * CAPTURES:
        raise NotMade(f"it kept {found[2] if found else 'none'} of {DOCUMENTS * CAPTURES} captures")
    return float(found[1])


def _run(*command: object) -> str:
    try:
        done = subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True, timeout=300)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotMade(str(error)[:200]) from error
    if done.returncode:
        raise NotMade((done.stderr.strip() or f"code {done.returncode}").splitlines()[-1][:200])
    return done.stdout


if __name__ == "__main__":
    sys.exit(not main(*sys.argv[1:]))
