import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.targets.target_list import LONGEST_TELLING, BadLine, Seen, read_targets, telling
from pipelines.exceptions import WrongUse
from pipelines.items.captures import DocumentKey, Target

ListOf = Callable[..., str]


@pytest.fixture
def list_of(tmp_path: Path) -> ListOf:
    def write(text: str | bytes, name: str = "list.txt") -> str:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


def targets(source: str, **options: object) -> list[Target]:
    found = list(read_targets(source, **options))  # type: ignore[arg-type]
    assert not [item for item in found if isinstance(item, BadLine)]
    return [item for item in found if isinstance(item, Target)]


def bad_lines(source: str) -> list[BadLine]:
    return [item for item in read_targets(source) if isinstance(item, BadLine)]


def policy(site: str, variant: str = "") -> DocumentKey:
    return DocumentKey(site, "privacy policy", variant)


def test_one_address_is_a_document() -> None:
    assert targets("example.com/privacy") == [Target("http://example.com/privacy", policy("example.com"))]


def test_one_bare_domain_stands_for_what_is_found_on_it() -> None:
    assert targets("https://www.example.com", kind="ToS") == [
        Target("https://www.example.com/", DocumentKey("example.com", "terms of service"), discover=True)
    ]


def test_a_url_list_has_comments_empty_lines_and_any_form_of_address(list_of: ListOf) -> None:
    source = list_of(
        "# shops\n\nhttps://one.example/privacy#top\n  two.example/legal/privacy policy  # old\n\nthree.example\n"
    )
    assert targets(source) == [
        Target("https://one.example/privacy", policy("one.example"), source="list.txt:3"),
        Target("http://two.example/legal/privacy%20policy", policy("two.example"), source="list.txt:4"),
        Target("http://three.example/", policy("three.example"), discover=True, source="list.txt:6"),
    ]


def test_repeats_are_folded_by_what_the_archive_lists_together(list_of: ListOf) -> None:
    source = list_of(
        "one.example/p\nhttps://www.one.example/P/\nhttp://one.example:80/p#x\none.example\nwww.one.example\n"
    )
    assert [target.url for target in targets(source)] == ["http://one.example/p", "http://one.example/"]


def test_the_first_address_of_a_site_has_no_variant_and_each_other_its_own(list_of: ListOf) -> None:
    source = list_of(
        "one.example/privacy\none.example/en/privacy\none.example/en-privacy\ndocs.one.example/privacy\ntwo.example/privacy\n"
    )
    documents = [target.document for target in targets(source)]
    assert documents[0] == policy("one.example")
    assert documents[1] == policy("one.example", "en-privacy")
    assert documents[2].variant.startswith("en-privacy-")
    assert documents[3] == policy("one.example", "docs-privacy")
    assert documents[4] == policy("two.example")
    assert documents == [target.document for target in targets(source)]


def test_a_bare_host_below_the_site_has_documents_of_its_own(list_of: ListOf) -> None:
    source = list_of("docs.one.example\none.example\none.example:8080\n")
    assert [target.document.variant for target in targets(source)] == ["docs", "", "8080"]


def test_a_csv_may_name_kind_and_variant_in_any_order(list_of: ListOf) -> None:
    source = list_of(
        '"Variant", kind ,Target\n,,one.example/privacy\nEnglish (UK),Terms,"one.example/a,b"\n,cookies,two.example\n'
        "# a comment\n\n,,one.example/privacy\n"
    )
    assert targets(source, kind="imprint") == [
        Target("http://one.example/privacy", DocumentKey("one.example", "imprint"), source="list.txt:2"),
        Target(
            "http://one.example/a,b",
            DocumentKey("one.example", "terms of service", "english-uk"),
            source="list.txt:3",
        ),
        Target("http://two.example/", DocumentKey("two.example", "cookie policy"), discover=True, source="list.txt:4"),
    ]


def test_two_addresses_may_be_named_as_one_document(list_of: ListOf) -> None:
    source = list_of("target,variant\none.example/a,uk\none.example/b,UK\n")
    assert [target.document for target in targets(source)] == [policy("one.example", "uk")] * 2


def test_one_address_may_be_two_documents(list_of: ListOf) -> None:
    source = list_of("target,kind,variant\none.example/a,privacy,\none.example/a,terms,\none.example/a,terms,us\n")
    assert [(target.document.kind, target.document.variant) for target in targets(source)] == [
        ("privacy policy", ""),
        ("terms of service", ""),
        ("terms of service", "us"),
    ]


def test_a_tranco_list_is_domains_to_be_searched(list_of: ListOf) -> None:
    source = list_of("1,one.example\r\n2,two.example\r\n3,one.example\r\n")
    assert targets(source) == [
        Target("http://one.example/", policy("one.example"), discover=True, source="list.txt:1"),
        Target("http://two.example/", policy("two.example"), discover=True, source="list.txt:2"),
    ]


def test_a_utf_16_list_is_read(list_of: ListOf) -> None:
    source = list_of("target,kind\r\nbücher.example/agb,terms\r\n".encode("utf-16"))
    assert [target.url for target in targets(source)] == ["http://xn--bcher-kva.example/agb"]


def test_several_lists_are_one(list_of: ListOf) -> None:
    first, second = list_of("one.example/a", "a.txt"), list_of("target,kind\none.example/b,", "b.csv")
    found = targets(f"{first},{second}")
    assert [(target.document.variant, target.source) for target in found] == [("", "a.txt:1"), ("b", "b.csv:2")]


def test_a_list_may_hold_nothing_but_repeats_of_another(list_of: ListOf) -> None:
    first, second = list_of("one.example/a", "a.txt"), list_of("http://one.example/a", "b.txt")
    assert [target.source for target in targets(f"{first},{second}")] == ["a.txt:1"]


BROKEN = {
    "": "the address is empty",
    "localhost": "its host has no dot",
    "ftp://one.example/": "not an http or https address but ftp",
    "mailto:me@one.example": "not an http or https address but mailto",
    "javascript:alert(1)": "not an http or https address but javascript",
    "http://me:secret@one.example/": "user name or password",
    "http://10.0.0.1/": "not a public address",
    "http://[::1]/": "not a public address",
    "http://one.example:port/": "its host or port cannot be read",
    "http://[one.example/": "its host or port cannot be read",
    "one..example": "its host is no domain name",
    "one_.example/\x07": "control or invisible characters",
    "co.uk": "others register their domains under it",
    "one.example/" + "x" * 5000: "longer than 4096 characters",
}
BROKEN_ROWS = {
    f'"one.example,imprint,{"x" * 20}': "its quotes do not pair",
    'one.example,"imprint"x,': "its quotes do not pair",
    "one.example,imprint": "2 cells where the header has 3",
    "one.example,imprint,a,b": "4 cells where the header has 3",
    "one.example,recipe,": "unknown kind of document; known are privacy policy",
    "one.example,privacy polcy,": "did you mean privacy policy",
    "one.example,imprint,???": "its variant is no name",
    "one.example,imprint," + "v" * 61: "its variant is no name",
    "\ufffd.example,imprint,": "cannot be decoded",
    "x" * 70_000: "longer than 65536 characters",
}


def test_each_broken_line_of_a_csv_is_named_with_its_reason(list_of: ListOf) -> None:
    broken = {f"{address},,": reason for address, reason in BROKEN.items()} | BROKEN_ROWS
    assert len(broken) >= 20
    rows = [line for each in broken for line in (each, f"site{len(each)}.example,,v")]
    found = list(read_targets(list_of("\n".join(["target,kind,variant", *rows]))))
    bad = [item for item in found if isinstance(item, BadLine)]
    assert [item.line for item in bad] == [*range(2, 2 + 2 * len(broken), 2)]
    for item, reason in zip(bad, broken.values(), strict=True):
        assert reason in item.reason
        assert item.source == "list.txt"
        assert str(item).startswith(f"list.txt, line {item.line}: {item.reason}: ")
        assert str(item).isprintable()
        assert len(item.text) <= 4 * LONGEST_TELLING
    assert len(found) - len(bad) == len({f"site{len(each)}" for each in broken})


def test_a_broken_line_of_a_url_list_or_a_tranco_list_does_not_stop_the_others(list_of: ListOf) -> None:
    one, local, two = read_targets(list_of("one.example\nlocalhost\ntwo.example/x\n"))
    assert isinstance(one, Target)
    assert isinstance(two, Target)
    assert (one.url, two.url) == ("http://one.example/", "http://two.example/x")
    assert isinstance(local, BadLine)
    assert (local.line, local.text) == (2, "localhost")
    [bad] = bad_lines(list_of("1,one.example\ntwo.example\n3,three.example\n"))
    assert (bad.line, bad.reason) == (2, "not of the form rank,domain")


def test_a_broken_line_stops_where_lists_are_strict(list_of: ListOf) -> None:
    found = read_targets(list_of("one.example\nlocalhost\ntwo.example\n"), strict=True)
    assert isinstance(next(found), Target)
    with pytest.raises(WrongUse, match=r"list.txt, line 2: .*no dot: localhost; mend the line, or leave out --strict"):
        next(found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no target; put one address or domain on each line"),
        ("# nothing\n\n", "holds no target; put one address or domain on each line"),
        ("localhost\n", "holds no target"),
        ("target,kind\n", "holds no target"),
        ("target,language\none.example,en\n", "unknown column 'language'; known are target, kind, variant"),
        ("url,kind\none.example,terms\n", "unknown column 'url'; known are target, kind, variant"),
        ("kind,variant\nterms,x\n", "has no column target"),
        ("target,kind,kind\none.example,a,b\n", "names a column twice"),
        ("target;kind\none.example;terms\n", "other separators than commas"),
        ("target\tkind\none.example\tterms\n", "other separators than commas"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_with_the_way_out(list_of: ListOf, text: str, message: str) -> None:
    with pytest.raises(WrongUse, match=message):
        list(read_targets(list_of(text)))


def test_an_address_may_end_like_a_file() -> None:
    [target] = read_targets("example.com/legal/privacy.txt")
    assert isinstance(target, Target)
    assert (target.document.site, target.discover) == ("example.com", False)
    for source in ("lists/sites.txt", "my.lists/sites.csv", "sites.com.txt"):
        with pytest.raises(WrongUse, match=r"does not exist; give a file .*, or one address, with https://"):
            read_targets(source)


def test_what_is_wrong_with_the_source_or_the_kind_is_said_before_anything_is_read(list_of: ListOf) -> None:
    for source, options, message in (
        ("missing.txt", {}, "does not exist"),
        ("not a url", {}, "'not a url' is neither a file nor an address: not a URL"),
        (list_of("one.example"), {"kind": "recipe"}, "unknown kind"),
    ):
        with pytest.raises(WrongUse, match=message):
            read_targets(source, **options)  # type: ignore[arg-type]


def test_a_telling_is_escaped_and_short() -> None:
    assert telling("a\x1b[31mb\u202ec\n") == r"a\x1b[31mb\u202ec"
    assert telling("x" * 1000) == "x" * LONGEST_TELLING + "..."


@given(text=st.one_of(st.text(), st.binary().map(lambda data: data.decode("latin-1"))))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_gives_targets_and_bad_lines_or_one_refusal(list_of: ListOf, text: str) -> None:
    source = list_of(text.encode("utf-8", "surrogatepass"))
    try:
        found = list(read_targets(source))
    except WrongUse as error:
        found, refusal = [], str(error)
    else:
        refusal = ""
    assert bool(found) != bool(refusal)
    assert "\n" not in refusal
    keys = [(target.url, target.document) for target in found if isinstance(target, Target)]
    assert len(set(keys)) == len(keys)


READ = """
import sys
from crawler.targets.target_list import read_targets
print(sum(1 for _ in read_targets(sys.argv[1])))
print(open("/proc/self/status").read())
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
def test_a_long_list_needs_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("".join(f"{rank},site{rank}.example\n" for rank in range(1, 150_001)))
    ended = subprocess.run([sys.executable, "-c", READ, path], capture_output=True, text=True, check=True)
    number, status = ended.stdout.split("\n", 1)
    peak = re.search(r"VmHWM:\s*(\d+) kB", status)  # not getrusage: its peak begins with that of the parent
    assert number == "150000"
    assert peak
    assert int(peak[1]) < 100 * 1024


@given(st.lists(st.text(max_size=3)))
def test_a_text_is_new_once(texts: list[str]) -> None:
    seen, reference = Seen(), set[str]()
    for text in texts:
        assert seen.add(text) is (text not in reference)
        reference.add(text)


def test_many_texts_are_told_apart_while_the_table_grows() -> None:
    seen = Seen()
    assert all(seen.add(str(number)) for number in range(20_000))
    assert not any(seen.add(str(number)) for number in range(20_000))
