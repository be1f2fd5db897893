"""The sample files that public tools ship: each is brought in, checked and served, whatever is odd in it.

None of them is part of this project. They are looked for in a folder of clones (PUBLIC_SAMPLES=DIR, each under its
repository's name), those of pywb in its source distribution as well (CLIENTS=1).
"""

import os
import subprocess
import sys
import tarfile
from contextlib import closing, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from crawler.jobs.rebuild import Request, run_rebuild
from crawler.jobs.verify import run_verify
from crawler.local_archive.embedded import EmbeddedArchive
from pipelines.store.database import open_existing
from tests.conftest import made_once
from tests.corpora import settings_of
from tests.pipelines.warc.test_pywb import PYWB

# of each file: how many captures it holds, how many of them are texts, and what is left out and named (then exit 1)
SAMPLES = {
    "pywb/sample_archive": """
        waczs/invalid_example_1.wacz 0 0 1
        waczs/valid_example_1.wacz 1 1 0
        warcs/bad.arc 2 0 0
        warcs/dupes.warc.gz 12 1 0
        warcs/example-extra.warc 2 0 1
        warcs/example-url-agnostic-orig.warc.gz 1 1 0
        warcs/example-url-agnostic-revisit.warc.gz 1 0 0
        warcs/example-wget-1-14.warc.gz 1 1 0
        warcs/example-wpull.warc.gz 1 1 0
        warcs/example.arc 1 1 0
        warcs/example.arc.gz 1 1 0
        warcs/example.warc 3 1 1
        warcs/example.warc.gz 3 1 0
        warcs/example2.warc.gz 1 1 0
        warcs/httpbin-resource.warc.gz 1 0 0
        warcs/iana.warc.gz 171 17 0
        warcs/missing-status-text.warc 0 0 1
        warcs/post-test.warc.gz 3 0 0""",
    "warcio/test/data": """
        example-bad-non-chunked.warc.gz 2 1 0
        example-digest.warc 0 0 0
        example-iana.org-chunked.warc 1 1 0
        example-resource.warc.gz 1 1 0
        example-space-in-target-uri.warc.gz 0 0 0
        example-space-in-url.arc 0 0 1
        example-trunc.warc 0 0 2
        example-wget-bad-target-uri.warc.gz 1 1 0
        example-wrong-chunks.warc.gz 1 1 0
        example.warc.gz 2 1 0
        post-test.warc.gz 3 0 0""",
    "warcio.js/test/data": """
        example-bad-length.warc 1 0 2
        example-url-agnostic-revisit.warc.gz 1 0 0
        example.warc 2 1 0
        post-test-more.warc 3 0 0
        redirect.warc 1 0 0""",
    "jwarc/test-resources/org/netpreserve/jwarc": """
        cc.warc.gz 1 1 0
        gzip_extra_sl.warc.gz 0 0 0""",
    "chatnoir-resiliparse/tests/data": """
        block-sized-records.warc 0 0 0
        block-sized-records.warc.gz 0 0 0
        clipped.warc.gz 0 0 1
        clueweb-quirk.warc.gz 0 0 29
        warcfile.warc 16 16 0
        warcfile.warc.gz 16 16 0""",
    "warcat/example": """
        at.warc.gz 2 1 0
        bad_http_chunked_content.warc 1 1 0
        c1_warcinfo.warc 0 0 0
        long_url.warc 1 1 0
        not_utf8_http_header.warc 1 1 0""",
    "cdxj-indexer/test/data": """
        cc.warc.gz 1 1 0
        example.warc.gz 2 1 0
        missing-http.warc.gz 0 0 1
        post-test-more.warc 3 0 0""",
    "py-wacz/tests/fixtures": """
        example-collection-with-lists.warc 18 6 0
        example-iana.warc 58 6 0
        example-resource.warc.gz 2 1 0
        example-warcinfo-metadata.warc 1 0 0
        invalid_signed_example_1.wacz 2 1 0
        valid_example_2.wacz 1 1 0
        valid_signed_example_1.wacz 2 1 0""",
    "replayweb.page/mkdocs/site/docs/examples": """
        embed-test.warc 29 1 0
        example.wacz 14 1 0
        iframetest.wacz 2 2 0""",
    "webarchive-commons/src/test/resources/org/archive": """
        format/arc/IAH-20080430204825-00000-blackbook-truncated.arc 7 4 0
        format/gzip/IAH-urls-wget.warc.gz 16 4 0
        format/warc/IAH-urls-wget.warc 16 4 0
        format/warc/mutliple-headers.warc 1 0 0
        resource/html/link-extraction-test.warc 6 5 1""",
    "aut/src/test/resources": """
        arc/badexample.arc.gz 2 2 1
        arc/example.arc.gz 261 137 0""",
    "outbackcdx/test-integration": """
        test1.warc.gz 1 1 0
        test2.warc.gz 1 1 0""",
    "warc2zim/tests": """
        data/bad-redirections.warc.gz 11 1 0
        data/content-resource-types.warc.gz 12 5 0
        data/example-revisit.warc.gz 4 2 0
        data/example-utf8.warc 4 0 0
        data/example-with-timestamp.warc 1 1 0
        data/http-return-codes.warc.gz 30 5 0
        data/kiwix-with-redirects.warc.gz 51 3 0
        data/main-entry-403.warc.gz 12 1 0
        data/self-redirect.warc 2 1 0
        data-special/qsl.net-encoding-alias.warc.gz 2 1 0""",
    "node-warc/test/files": """
        parseMe.warc 13 1 0
        parseMe.warc.gz 13 1 0""",
    "webarchive-discovery/warc-indexer/src/test/resources": """
        IAH-20080430204825-00000-blackbook-truncated.arc.gz 7 4 0
        IAH-20080430204825-00000-blackbook-truncated.warc.gz 7 4 0
        compression/transfer_compression_brotli.warc.gz 1 1 0
        compression/transfer_compression_gzip.warc 1 1 0
        compression/transfer_compression_none.warc 1 1 0
        ip-host-testcase.warc.gz 1 0 0
        truncated_datetime.warc 1 1 0
        wikipedia-mona-lisa/flashfrozen-jwat-recompressed.warc.gz 39 2 0""",
    "solrwayback/src/test/resources/compressions_warc": """
        transfer_compression_gzip_chunked.warc.gz 1 1 0
        transfer_compression_none.warc 1 1 1""",
    "ipwb/samples/warcs": """
        HTTP204.warc 1 0 3
        baconIpsum.warc.gz 1 1 0
        broken.warc 1 1 1
        frogTest.warc 2 1 0
        froggie.warc.gz 3 2 0
        redirectRelative.warc 1 0 0
        salam-home.warc 1 1 0
        sample-1.warc.gz 75 63 0
        variableSizedDates.warc 0 0 4""",
}
MOST_PLAYED = 20  # captures of a file that are asked for


@pytest.mark.parametrize("place", SAMPLES)
def test_sample_files_end_as_is_known_of_them(
    place: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = _folder_of(place, tmp_path_factory)
    rows = [line.split() for line in SAMPLES[place].splitlines() if line.strip()]
    there = [(folder / name, *map(int, numbers)) for name, *numbers in rows if (folder / name).is_file()]
    if not there:
        pytest.skip(f"{folder} has none of the files that are known")
    found = [(path, *_made_of(path, tmp_path / f"{number}")) for number, (path, *_) in enumerate(there)]
    assert found == there


def _folder_of(place: str, factory: pytest.TempPathFactory) -> Path:
    clones = os.environ.get("PUBLIC_SAMPLES", "")
    if clones and (Path(clones) / place).is_dir():
        return Path(clones) / place
    if not place.startswith("pywb/"):
        pytest.skip(f"{place} is not there: set PUBLIC_SAMPLES to a folder with a clone of {place.partition('/')[0]}")
    if os.environ.get("CLIENTS") != "1":
        pytest.skip(f"{place} is not there: set PUBLIC_SAMPLES, or CLIENTS=1 to have the sources of pywb fetched")
    sources = made_once("pywb-sources", _fetch_pywb, factory)
    return next(sources.glob(f"*/{place.partition('/')[2]}"), sources)


def _fetch_pywb(folder: Path) -> None:
    pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "-d", str(folder), PYWB]
    subprocess.run([sys.executable, *pip], capture_output=True, timeout=240, check=False)
    for packed in folder.glob("*.tar.gz"):
        with tarfile.open(packed) as sources:
            sources.extractall(folder, filter="data")


def _made_of(path: Path, corpus: Path) -> tuple[int, int, int]:
    """Captures, texts, and what was left out; the exit code, `verify` and what is served agree with them."""
    rebuilt, _ = run_rebuild(settings_of(corpus), Request([str(path)]), lambda *_: None)
    left_out = rebuilt.damaged + rebuilt.lost + rebuilt.unread
    assert rebuilt.exit_code == min(left_out, 1)
    assert len(run_verify(settings_of(corpus), full=False, tell=lambda _: None)) == rebuilt.damaged
    with closing(open_existing(corpus)) as db:
        captures = db.execute("SELECT timestamp, original, state FROM capture ORDER BY 1, 2").fetchall()
    (served := corpus / "served").mkdir()
    (served / path.name).symlink_to(path)
    with EmbeddedArchive(served) as archive:
        for timestamp, original, _ in captures[:MOST_PLAYED]:
            with suppress(HTTPError):  # as it was archived, or because what a revisit repeats is in no file
                urlopen(f"{archive.url}/web/{timestamp}id_/{quote(original, safe=':/?&=%')}", timeout=20).close()
        assert all(seen.status < 600 and seen.whole for seen in archive.requests.all)
    return len(captures), sum(state == "read" for *_, state in captures), left_out
