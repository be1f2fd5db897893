import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.local_archive.server.blocks import Blocks, Paging
from crawler.local_archive.server.cdxindex import CdxIndex
from crawler.local_archive.server.cdxserver import CdxAnswer, answer
from crawler.local_archive.server.queries import BadQuery

ROWS = """\
com,example)/ 20050101000000 http://example.com/ text/html 200 AAAA 10
com,example)/ 20050601000000 http://example.com/ text/html 200 BBBB 10
com,example)/ 20060101000000 http://www.example.com/ warc/revisit - BBBB 3
com,example)/ 20070101000000 http://example.com/ text/html 404 CCCC 7
com,example)/policy 20080101000000 http://example.com/policy text/html 200 DDDD 10
com,example)/policy/old 20090101000000 http://example.com/policy/old text/html 301 EEEE 10
com,example,shop)/ 20100101000000 http://shop.example.com/ text/html 200 FFFF 10
com,example-two)/ 20110101000000 http://example-two.com/ text/html 200 GGGG 10
com,example:8080)/ 20120101000000 http://example.com:8080/ text/html 200 HHHH 10
com,examples)/ 20130101000000 http://examples.com/ text/html 200 IIII 10
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CdxIndex]:
    folder = tmp_path_factory.mktemp("cdx")
    (folder / "rows.cdx").write_text(ROWS)
    index = CdxIndex(folder)
    yield index
    index.close()


def digests(index: CdxIndex, *params: tuple[str, str]) -> str:
    """The first letters of the digests found, in order."""
    return "".join(line.split()[5][0] for line in answer(index, list(params)).body.decode().splitlines())


def of(url: str) -> tuple[str, str]:
    return ("url", url)


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ([of("example.com")], "ABBC"),
        ([of("https://www.EXAMPLE.com:443/#x")], "ABBC"),
        ([of("com,example)/")], "ABBC"),
        ([of("example.com/pol*")], "DE"),
        ([of("example.com/*")], "ABBCDE"),
        ([of("*.example.com")], "ABBCDEFH"),
        ([of("example.com"), ("matchType", "host")], "ABBCDE"),
        ([of("example.com"), ("matchType", "domain")], "ABBCDEFH"),
        ([of("example.com/policy"), ("matchType", "prefix")], "DE"),
        ([of("example.com/policy*"), ("matchType", "exact")], ""),
        ([of("example.com"), ("matchType", "nonsense")], "ABBC"),
        ([of("example.com"), ("from", "2006")], "BC"),
        ([of("example.com"), ("to", "2005")], "AB"),
        ([of("example.com"), ("from", "20050601"), ("to", "20060101")], "BB"),
        ([of("*.example.com"), ("to", "2006")], "ABB"),
        ([of("example.com"), ("filter", "statuscode:200")], "AB"),
        ([of("example.com"), ("filter", "statuscode:2")], ""),
        ([of("example.com"), ("filter", "!statuscode:2..")], "BC"),
        ([of("example.com"), ("filter", "~original:www.")], "B"),
        ([of("example.com"), ("filter", "~!original:www.")], "ABC"),
        ([of("example.com"), ("filter", "4:200|-")], "ABB"),
        ([of("example.com"), ("filter", "statuscode:200"), ("filter", "digest:B.*")], "B"),
        ([of("example.com"), ("filter", "nonsense:200")], ""),
        ([of("example.com"), ("filter", ".* 404 .*")], "C"),
        ([of("example.com"), ("collapse", "digest")], "ABC"),
        ([of("example.com"), ("collapse", "timestamp:4")], "ABC"),
        ([of("example.com"), ("filter", "!digest:A.*"), ("collapse", "timestamp:4")], "BBC"),
        ([of("*.example.com"), ("collapse", "urlkey")], "ADEFH"),
        ([of("example.com"), ("limit", "2")], "AB"),
        ([of("example.com"), ("limit", "-2")], "BC"),
        ([of("example.com"), ("limit", "-1")], "C"),
        ([of("example.com"), ("offset", "1"), ("filter", "statuscode:200")], "B"),
        ([of("example.com"), ("sort", "reverse")], "CBBA"),
        ([of("*.example.com"), ("sort", "reverse"), ("limit", "3")], "HFE"),
        ([of("nothing.example")], ""),
    ],
)
def test_parameters(index: CdxIndex, params: list[tuple[str, str]], found: str) -> None:
    assert digests(index, *params) == found


def test_text_has_seven_columns_or_those_asked_for(index: CdxIndex) -> None:
    assert answer(index, [of("example.com")]).body.decode() == "".join(ROWS.splitlines(keepends=True)[:4])
    chosen = answer(index, [of("example.com"), ("fl", "digest,timestamp,nonsense"), ("limit", "1")])
    assert chosen.body == b"AAAA 20050101000000\n"


def test_json_has_a_header_only_with_rows(index: CdxIndex) -> None:
    found = json.loads(answer(index, [of("example.com"), ("output", "json"), ("fl", "urlkey,digest")]).body)
    assert found[:2] == [["urlkey", "digest"], ["com,example)/", "AAAA"]]
    assert answer(index, [of("nothing.example"), ("output", "json")]).body == b"[]\n"
    paged = [of("example.com"), ("output", "json"), ("limit", "1"), ("showResumeKey", "true")]
    rows = json.loads(answer(index, paged).body)
    assert rows[2] == []
    assert len(rows[3]) == 1


def test_repeats_are_counted_within_an_answer(index: CdxIndex) -> None:
    counted = [of("example.com"), ("showDupeCount", "true"), ("fl", "digest")]
    assert answer(index, counted).body == b"AAAA 0\nBBBB 0\nBBBB 1\nCCCC 0\n"
    assert json.loads(answer(index, [*counted, ("output", "json")]).body)[0] == ["digest", "dupecount"]


def test_resume_key_is_given_only_where_the_limit_was_reached(index: CdxIndex) -> None:
    def page(limit: str) -> bytes:
        return answer(index, [of("example.com"), ("limit", limit), ("showResumeKey", "true")]).body

    assert b"\n\n" not in page("5")
    assert b"\n\n" in page("4")  # the last page may carry a key, as the real one does
    assert b"\n\n" not in page("-4")
    assert b"\n\n" not in answer(index, [of("example.com"), ("limit", "2")]).body


def test_first_key_has_the_real_archives_form(index: CdxIndex) -> None:
    import base64
    import zlib

    body = answer(index, [of("example.com"), ("limit", "1"), ("showResumeKey", "true")]).body.decode()
    assert zlib.decompress(base64.urlsafe_b64decode(body.splitlines()[-1])) == b"com,example)/ 20050101000000"


def pages(index: CdxIndex, *params: tuple[str, str]) -> list[list[str]]:
    """All pages of a listing, followed by resume key until there is none; more than 99 fail."""
    found, key = [], ""
    for _ in range(99):
        body = answer(index, [*params, ("showResumeKey", "true"), *([("resumeKey", key)] if key else [])]).body.decode()
        rows, _, rest = body.rpartition("\n\n") if "\n\n" in body else (body, "", "")
        if not rest and body.startswith("\n"):
            rows, rest = "", body
        found.append(rows.splitlines())
        key = rest.strip()
        if not key:
            return found
    raise AssertionError("a listing without end")


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.tuples(st.sampled_from(["", "a", "b"]), st.integers(1, 3), st.integers(1, 4)), max_size=12),
    limit=st.integers(1, 5),
    sort=st.sampled_from(["regular", "reverse"]),
)
def test_pages_lose_and_repeat_no_row(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int, int]], limit: int, sort: str
) -> None:
    """Also where more rows than a page holds share one urlkey and timestamp."""
    folder = tmp_path_factory.mktemp("pages")
    lines = [
        f"com,example)/{path} 2000010100000{second} http://example.com/{path} text/html 200 D{copy}{number} 1\n"
        for number, (path, second, copies) in enumerate(rows)
        for copy in range(copies)
    ]
    (folder / "rows.cdx").write_text("".join(lines))
    index = CdxIndex(folder)
    found = [row for page in pages(index, of("example.com/*"), ("limit", str(limit)), ("sort", sort)) for row in page]
    index.close()
    assert sorted(found) == sorted(line.rstrip() for line in lines)


def test_server_maximum_ends_a_page_with_a_key(index: CdxIndex) -> None:
    body = answer(index, [of("example.com"), ("limit", "4000"), ("showResumeKey", "true")], max_rows=2).body.decode()
    assert body.index("\n\n") == body.rindex("\n\n")
    assert len(body.splitlines()) == 4


@pytest.mark.parametrize(
    "params",
    [
        [],
        [of("")],
        [of("example.com//*")],
        [of("example.com"), ("filter", "digest:(")],
        [of("example.com"), ("limit", "many")],
        [of("example.com"), ("resumeKey", "nonsense")],
        [of("example.com"), ("resumeKey", "eJzLSM3JyQcABiwCFQ==x")],
        [of("example.com"), ("page", "1")],
        [of("example.com"), ("page", "-1")],
        [of("example.com"), ("page", "one")],
    ],
)
def test_bad_queries_are_refused(index: CdxIndex, params: list[tuple[str, str]]) -> None:
    with pytest.raises(BadQuery, match=r"\w"):
        answer(index, params)


def test_pages_are_blocks_of_the_index(index: CdxIndex) -> None:
    """Two blocks of three lines a page; the rows of the domain lie in lines 1 to 7 and 9 of ten."""
    blocks = Blocks(index, Paging(lines=3, blocks=2))

    def paged(*more: tuple[str, str]) -> CdxAnswer:
        return answer(index, [of("*.example.com"), *more], blocks=blocks)

    def letters(*more: tuple[str, str]) -> str:
        return "".join(line.split()[5][0] for line in paged(*more).body.decode().splitlines())

    count = paged(("showNumPages", "true"))
    assert (count.body, dict(count.more)["X-CDX-Num-Pages"]) == (b"2\n", "2")
    assert paged(("showNumPages", "true"), ("pageSize", "1")).body == b"3\n"
    assert [letters(("page", page)) for page in "01"] == ["ABBCDE", "FH"]
    assert [letters(("page", page), ("pageSize", "1")) for page in "012"] == ["ABB", "CDE", "FH"]
    assert letters(("page", "1"), ("filter", "digest:A.*")) == ""
    assert letters(("page", "0"), ("sort", "reverse")) == "EDCBBA"
    assert answer(index, [of("zebra.example"), ("page", "0")], blocks=blocks).body == b""
    full = paged(("page", "0"), ("limit", "6"), ("showResumeKey", "true"))
    assert b"\n\n" not in full.body  # the two ways to go on are not mixed


def test_urls_are_decoded_once_more_by_the_key(index: CdxIndex) -> None:
    assert digests(index, of(quote("example.com/policy").replace("o", "%6F"))) in ("D", "")
    assert digests(index, of("http://example.com/%70olicy")) == "D"


def test_rows_come_as_they_lie_in_the_index(tmp_path: Path) -> None:
    odd = "com,example)/ 20000012170449 http://user@example.com:80/ unk - 3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ -\n"
    (tmp_path / "rows.cdx").write_text(odd)
    index = CdxIndex(tmp_path)
    assert answer(index, [of("example.com")]).body.decode() == odd
    index.close()


@pytest.mark.parametrize(
    ("closest", "found"), [("20050701", "BABC"), ("20060101000000", "BBAC"), ("2030", "CBBA"), ("^20050701", "BABC")]
)
def test_the_nearest_come_first(index: CdxIndex, closest: str, found: str) -> None:
    near = [of("example.com"), ("sort", "closest"), ("closest", closest)]
    assert digests(index, *near) == found
    assert digests(index, *near, ("limit", "1"), ("showResumeKey", "true")) == found[0]


def test_closest_alone_sorts_nothing_and_nonsense_is_told(index: CdxIndex) -> None:
    assert digests(index, of("example.com"), ("closest", "2030")) == "ABBC"
    with pytest.raises(BadQuery, match="closest is not a timestamp: soon"):
        answer(index, [of("example.com"), ("sort", "closest"), ("closest", "soon")])


def test_filters_have_a_limit_of_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.local_archive.server.queries.MATCHING", 0.05)
    (tmp_path / "long.cdx").write_text(
        f"com,example)/ 20050101000000 http://example.com/{'a' * 60}b text/html 200 A 1\n"
    )
    slow = CdxIndex(tmp_path)
    with pytest.raises(BadQuery, match="takes too long"):
        answer(slow, [of("example.com*"), ("filter", "original:.*/(a|aa)+$")])
    with pytest.raises(BadQuery, match="too long"):
        answer(slow, [of("example.com*"), ("filter", "original:" + "a" * 9_000)])
    slow.close()


@pytest.mark.parametrize("name", ["limit", "offset"])
def test_numbers_without_measure_do_no_harm(index: CdxIndex, name: str) -> None:
    assert digests(index, of("example.com"), (name, "9" * 40)) == ("ABBC" if name == "limit" else "")
