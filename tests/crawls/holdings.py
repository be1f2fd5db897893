"""Archives of any size to crawl: invented sites whose policies change now and then."""

import io
import random
from collections.abc import Callable
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

_SENTENCES = (
    "We collect your name and your e-mail address when you open an account with us.",
    "Personal information is used to answer your questions and to send what you ordered.",
    "We do not sell personal information to anybody, and never have.",
    "Cookies are small files that remember your choices between two visits.",
    "You can ask us at any time which personal data about you we hold, and to delete them.",
    "Our partners who deliver parcels are told your address and nothing else.",
    "Log files with addresses of visitors are kept for fourteen days.",
    "If this privacy policy changes we say so on this page before the change takes effect.",
    "Children below the age of sixteen may not give us personal data without their parents.",
    "Payments are handled by a bank, and we never see the number of your card.",
    "We protect your information with encryption wherever it is sent over a network.",
    "Write to the data protection officer if you object to how your data are processed.",
)
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>Privacy Policy</title></head><body>
<h1>Privacy Policy</h1>
<p>This privacy policy of site {site} is in force since issue {issue}.</p>
{paragraphs}
</body></html>
"""


def policy(site: int, issue: int) -> bytes:
    """A page of policy text; another issue is another text."""
    dice = random.Random(f"{site} {issue}")
    paragraphs = (f"<p>{' '.join(dice.sample(_SENTENCES, 6))}</p>" for _ in range(6))
    return _PAGE.format(site=site, issue=issue, paragraphs="\n".join(paragraphs)).encode()


def ballast(weight: int) -> bytes:
    return b"<!-- %b -->" % random.Random(weight).randbytes(weight // 2).hex().encode() if weight else b""


def address(site: int) -> str:
    return f"http://site-{site:04}.example/privacy"


def timestamp(capture: int) -> str:
    """Captures are nine days apart."""
    day = capture * 9
    return f"{2001 + day // 336}{day % 336 // 28 + 1:02}{day % 28 + 1:02}120000"


def picture(site: int, issue: int) -> bytes:
    """Something that costs no time to read, since it is no page."""
    return b"GIF89a %d %d" % (site, issue)


def write_sites(
    folder: Path,
    sites: int,
    captures: int,
    *,
    every: int = 3,
    weight: int = 0,
    page: Callable[[int, int], bytes] = policy,
) -> list[str]:
    """WARC files of sites with so many captures each, whose text changes at every n-th. Gives the addresses.

    `weight` bytes that do not compress are added to each page, where no reader looks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for site in range(sites):
        with (folder / f"site-{site:04}.warc").open("wb") as file:
            writer = WARCWriter(file, gzip=False, warc_version="1.1")
            for capture in range(captures):
                _write(writer, site, timestamp(capture), page(site, capture // every) + ballast(weight))
    return [address(site) for site in range(sites)]


def _write(writer: WARCWriter, site: int, when: str, body: bytes) -> None:
    date = f"{when[:4]}-{when[4:6]}-{when[6:8]}T{when[8:10]}:{when[10:12]}:{when[12:14]}Z"
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    writer.write_record(
        writer.create_warc_record(
            address(site),
            "response",
            io.BytesIO(body),
            len(body),
            warc_headers_dict={"WARC-Date": date},
            http_headers=StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1"),
        )
    )


def write_index(folder: Path, sites: int, rows: int) -> list[str]:
    """A plain CDX file of so many rows, spread evenly over the sites; all of pages that were gone."""
    folder.mkdir(parents=True, exist_ok=True)
    each = rows // sites
    with (folder / "index.cdx").open("w", encoding="ascii") as file:
        for site in range(sites):
            for row in range(each):
                minute = row * 97
                day, clock = divmod(minute, 1440)
                when = f"{1996 + day // 336}{day % 336 // 28 + 1:02}{day % 28 + 1:02}{clock // 60:02}{clock % 60:02}00"
                digest = f"{row // 5:032d}".translate(str.maketrans("0189", "ABCD"))
                file.write(f"example,site-{site:04})/privacy {when} {address(site)} text/html 404 {digest} 2345\n")
    return [address(site) for site in range(sites)]
