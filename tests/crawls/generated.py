"""Archives by the seed: sites whose addresses show pages, redirects near, far and to nowhere, repeats of both, and
trouble."""

import base64
import hashlib
import io
import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.crawls.holdings import policy

_PATHS = ("/privacy", "/legal/privacy", "/en/privacy", "/gone")
_KINDS = ("privacy policy", "terms of service")
_STEPS = (0, 1, 31, 3600, 20 * 3600, 30 * 3600, 9 * 86400, 50 * 86400, 300 * 86400)  # seconds between captures
_TURNS = ("page", "page", "redirect", "redirect", "repeat", "repeat", "bare repeat", "error", "empty", "picture")
_TAILS = ("", "", "", "", "", "?", "#top", "/")  # lost on the wire, or in the index
_NOWHERE = ("http://[", "javascript:history.back()", "http://[x]/", "//", "mailto:us@site.example")
_REFUSED = 17  # one site in so many is closed


def host(seed: int) -> str:
    return f"site-{seed:04}.example"


def write_archive(folder: Path, seeds: Iterable[int]) -> list[str]:
    """A WARC file a seed, and a list of the sites that are closed. Gives the lines of a target list, CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    lines, closed = ["target,kind"], []
    for seed in seeds:
        with (folder / f"site-{seed:04}.warc").open("wb") as file:
            _Site(seed, WARCWriter(file, gzip=False, warc_version="1.1")).write()
        lines += _targets(seed)
        closed += [host(seed)] if seed % _REFUSED == _REFUSED - 1 else []
    (folder / "blocked.txt").write_text("\n".join(closed), "utf-8")
    return lines


def _targets(seed: int) -> list[str]:
    """Some of the addresses; of some archives one address for two kinds of document."""
    dice = random.Random(f"targets {seed}")
    paths = dice.sample(_PATHS, dice.randint(1, 3))
    lines = [f"https://{host(seed)}{path},{_KINDS[0]}" for path in paths]
    return lines + ([f"https://{host(seed)}{paths[0]},{_KINDS[1]}"] if dice.random() < 0.4 else [])


class _Site:
    def __init__(self, seed: int, writer: WARCWriter) -> None:
        self._seed = seed
        self._writer = writer
        self._dice = random.Random(f"site {seed}")
        self._written: list[tuple[str, str, bytes, str]] = []  # address, status, body, Location

    def write(self) -> None:
        moment = datetime(2015, 1, 1)
        for _ in range(self._dice.randint(8, 45)):
            moment += timedelta(seconds=self._dice.choice(_STEPS))
            getattr(self, "_" + (turn := self._dice.choice(_TURNS)).replace(" ", "_"))(moment)
            leads_to = self._written[-1][3] if self._written and "re" in turn else ""
            if leads_to and self._dice.random() < 0.6:  # it was captured soon after
                self._add(moment + timedelta(seconds=self._dice.choice(_STEPS[:6])), leads_to, "200 OK")

    def _address(self) -> str:
        scheme = self._dice.choice(("https", "https", "http"))
        return f"{scheme}://{host(self._seed)}{self._dice.choice(_PATHS)}{self._dice.choice(_TAILS)}"

    def _page(self, moment: datetime) -> None:
        self._add(moment, self._address(), "200 OK")

    def _redirect(self, moment: datetime) -> None:
        status = self._dice.choice(("301 Moved Permanently", "302 Found", "307 Temporary Redirect"))
        location = self._address() if self._dice.random() < 0.9 else self._dice.choice(_NOWHERE)
        self._record(moment, self._address(), status, b"<p>Moved.</p>", location=location)

    def _repeat(self, moment: datetime, refers: bool = True) -> None:
        """The bytes of an earlier capture again: as a revisit, or whole."""
        if not self._written:
            return
        address, status, body, location = self._dice.choice(self._written)
        revisit = self._dice.random() < 0.7
        self._record(moment, address, status, body, location=location, revisit=revisit)

    def _bare_repeat(self, moment: datetime) -> None:
        """A revisit at the very second of something else."""
        self._repeat(moment)
        self._add(moment, self._written[-1][0] if self._written else self._address(), "200 OK")

    def _error(self, moment: datetime) -> None:
        status = self._dice.choice(("404 Not Found", "503 Service Unavailable", "429 Too Many Requests"))
        self._record(moment, self._address(), status, b"<p>Trouble.</p>")

    def _empty(self, moment: datetime) -> None:
        self._record(moment, self._address(), "200 OK", b"")

    def _picture(self, moment: datetime) -> None:
        self._record(moment, self._address(), "200 OK", b"GIF89a", kind="image/gif")

    def _add(self, moment: datetime, address: str, status: str) -> None:
        self._record(moment, address, status, policy(self._seed, self._dice.randint(0, 4)))

    def _record(
        self,
        moment: datetime,
        address: str,
        status: str,
        body: bytes,
        *,
        location: str = "",
        revisit: bool = False,
        kind: str = "text/html; charset=utf-8",
    ) -> None:
        headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        headers += [("Location", location)] if location else []
        digest = base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()
        about = {"WARC-Date": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "WARC-Payload-Digest": f"sha1:{digest}"}
        if revisit:
            about["WARC-Profile"] = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
        http = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
        given = b"" if revisit else body
        self._writer.write_record(
            self._writer.create_warc_record(
                address,
                "revisit" if revisit else "response",
                io.BytesIO(given),
                len(given),
                warc_headers_dict=about,
                http_headers=http,
            )
        )
        self._written.append((address, status, body, location))
