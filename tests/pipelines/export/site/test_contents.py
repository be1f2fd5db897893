"""Sites as they lie on disk: whole, linked, valid, written only where something changed."""

import os
import re
import shutil
import sys
from pathlib import Path

import html5lib
import pytest

from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.export.site.folder import BEGUN, MARK, TURN
from pipelines.formats import atomic
from pipelines.store.archives import keep_archives
from pipelines.store.families import sort_into_families
from tests.desk import ARCHIVE, Desk
from tests.launching import launched
from tests.pipelines.export.site.invented import SOUK, TRICKS, Growing, addresses, dead_links, published
from tests.pipelines.export.views import files

SITES = ("sample_site", "tricky_site")
FIRST = (SOUK, "2019", "en", "We keep names.\n")
SECOND = (SOUK, "2020", "en", "We keep names and addresses.\n")
OTHER = (TRICKS, "2018", "en", "Be kind.\n")


@pytest.mark.parametrize("name", SITES)
def test_no_link_is_dead_and_nothing_is_asked_of_elsewhere(name: str, request: pytest.FixtureRequest) -> None:
    root: Path = request.getfixturevalue(name)
    assert dead_links(root) == []
    for page in root.rglob("*.html"):
        found = addresses(page)
        assert [asked for asked in found.asked if ":" in asked and asked != "data:,"] == []
        assert (found.handlers, found.tags & {"iframe", "object", "embed", "base", "form", "img", "style"}) == (
            [],
            set(),
        )
        assert [link for link in found.links if ":" in link and not link.startswith(("http", "mailto:"))] == []


@pytest.mark.parametrize("name", SITES)
def test_pages_are_html_without_errors_of_form(name: str, request: pytest.FixtureRequest) -> None:
    for page in request.getfixturevalue(name).rglob("*.html"):
        parser = html5lib.HTMLParser()
        parser.parse(page.read_text("utf-8"))
        assert (page.name, parser.errors) == (page.name, [])


def test_a_version_says_where_it_comes_from(sample_site: Path) -> None:
    page = (sample_site / "waldkauz-verlag.example/privacy-policy/20180523220004.html").read_text()
    assert 'lang="de" dir="ltr"' in page
    assert "/web/20180523220004id_/" in page
    assert "/web/20180523220004/" in page
    assert "sha256:" in page
    assert "How to cite" in page


def test_links_lead_to_the_archive_that_holds_the_capture(grown: Growing, tmp_path: Path) -> None:
    corpus, to = tmp_path / "corpus", tmp_path / "to"
    page = to / "souk.example/privacy-policy/20190101000000.html"
    for base, raw, readable in (
        ("https://other.example/{timestamp}id_/{url}", "20190101000000id_/http", "other.example/20190101000000/http"),
        ("https://other.example/raw?at={timestamp}&of={url}", "raw?at=20190101000000&amp;of=http", "raw?at=2019"),
    ):
        keep_archives(grown.desk.db, [(ARCHIVE, "Another", base)])
        published(corpus, to)
        links = "".join(re.findall(r'href="(https://other[^"]*)"', page.read_text()))
        assert raw in links
        assert readable in links
    keep_archives(grown.desk.db, [(ARCHIVE, "Another", "javascript:ran(1)//{timestamp}{url}")])
    published(corpus, to)
    assert "javascript:" not in page.read_text()
    assert "In the archive" not in page.read_text()
    grown.close()


def test_documents_with_nearly_the_same_text_are_named(grown: Growing, tmp_path: Path) -> None:
    text = "We keep the names of all who ask us for a thing, and we give none of them away to anybody else at all.\n"
    grown.run((SOUK, "2020", "en", text), (TRICKS, "2021", "en", text))
    sort_into_families(grown.desk.db, 0.9, lambda *_: None)
    grown.close()
    published(tmp_path / "corpus", tmp_path / "to")
    page = (tmp_path / "to/souk.example/privacy-policy/index.html").read_text()
    assert "Nearly the same text" in page
    assert 'terms-of-service-b/index.html"><bdi>tricks.example</bdi>: <bdi>terms of service (b)</bdi></a>' in page
    assert "since 2021-01-01" in page
    assert dead_links(tmp_path / "to") == []
    assert published(tmp_path / "corpus", tmp_path / "to").written == 0


def test_a_text_from_right_to_left_says_so(tricky_site: Path) -> None:
    folder = tricky_site / "souk.example/privacy-policy"
    for name in ("20190101000000.html", "20210101000000-changes.html", "compare.html"):
        assert "<article" in (folder / name).read_text()
        assert 'lang="ar" dir="rtl"' in (folder / name).read_text()


@pytest.fixture
def grown(tmp_path: Path) -> Growing:
    made = Growing(tmp_path / "corpus")
    made.run(FIRST, OTHER)
    return made


def test_what_did_not_change_is_not_written(grown: Growing, tmp_path: Path) -> None:
    corpus, to = tmp_path / "corpus", tmp_path / "to"
    first = published(corpus, to)
    before = {path: path.stat().st_mtime_ns for path in to.rglob("*")}
    assert (first.written, published(corpus, to).written) == (first.files, 0)
    assert {path: path.stat().st_mtime_ns for path in to.rglob("*")} == before
    grown.run(SECOND)
    published(corpus, to)
    told = {str(path.relative_to(to)) for path, at in before.items() if path.is_file() and path.stat().st_mtime_ns > at}
    assert not {path for path in told if "tricks" in path}
    assert "souk.example/privacy-policy/20190101000000.html" in told, "it links to the new one"
    assert (to / "souk.example/privacy-policy/20190101000000.js").is_file(), "from the second version on"
    assert published(corpus, tmp_path / "fresh").files == len(files(to)) - 1
    assert files(to) == files(tmp_path / "fresh")
    grown.close()


def test_pages_keep_their_addresses_when_an_earlier_version_is_found(grown: Growing, tmp_path: Path) -> None:
    corpus, to = tmp_path / "corpus", tmp_path / "to"
    grown.run(SECOND)
    published(corpus, to)
    before = set(files(to))
    grown.run((SOUK, "2012", "en", "We keep nothing.\n"))
    published(corpus, to)
    assert before < set(files(to))
    assert dead_links(to) == []
    grown.close()


def test_a_site_that_left_the_corpus_leaves_no_pages(grown: Growing, tmp_path: Path) -> None:
    corpus, to = tmp_path / "corpus", tmp_path / "to"
    published(corpus, to)
    (to / "CNAME").write_text("policies.example")
    grown.close()
    shutil.rmtree(corpus)
    alone = Growing(corpus)
    alone.run(OTHER)
    alone.close()
    assert published(corpus, to).removed
    assert not (to / "souk.example").exists()
    assert (to / "CNAME").read_text() == "policies.example"
    assert dead_links(to) == []


def test_a_full_disk_leaves_the_old_site_whole(grown: Growing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus, to = tmp_path / "corpus", tmp_path / "to"
    published(corpus, to)
    before = files(to)
    grown.run(SECOND)
    grown.close()

    for name in ("write", "write_whole"):
        with monkeypatch.context() as patched:
            patched.setattr(atomic, name, _full)
            for place in (to, tmp_path / "new"):
                with pytest.raises(RecordingFailed, match="No space left"):
                    published(corpus, place)
        assert (files(to), (tmp_path / "new").exists()) == (before, False)
    assert published(corpus, to).written


def _full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


_DIES = """
import sys
from pathlib import Path
from tests.dying import die_at
from tests.pipelines.export.site.invented import published
die_at(int(sys.argv[3]), "replace", "unlink", "fsync", "open")
published(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_a_site_that_was_killed_is_brought_to_its_end(grown: Growing, tmp_path: Path) -> None:
    corpus, to, fresh = tmp_path / "corpus", tmp_path / "to", tmp_path / "fresh"
    published(corpus, to)
    shutil.copytree(to, tmp_path / "old")
    grown.run(SECOND)
    grown.close()
    published(corpus, fresh)
    ends = set()
    for step in (5, 30, 55):
        shutil.rmtree(to)
        shutil.copytree(tmp_path / "old", to)
        command = [sys.executable, "-c", _DIES, str(corpus), str(to), str(step)]
        ends.add(launched(command, dict(os.environ), 60).returncode)
        published(corpus, to)
        assert files(to) == files(fresh)
        assert not any((to / name).exists() for name in (BEGUN, TURN))
    assert -9 in ends


def test_a_folder_of_something_else_is_refused(grown: Growing, tmp_path: Path) -> None:
    grown.close()
    (tmp_path / "to").mkdir()
    (tmp_path / "to/mine.txt").write_text("mine")
    with pytest.raises(WrongUse, match=r"something else than a site \(mine.txt\)"):
        published(tmp_path / "corpus", tmp_path / "to")
    with pytest.raises(WrongUse, match="no folder"):
        published(tmp_path / "corpus", tmp_path / "to/mine.txt")
    assert os.listdir(tmp_path / "to") == ["mine.txt"]


def test_a_mark_that_was_edited_leads_nowhere_else(grown: Growing, tmp_path: Path) -> None:
    grown.close()
    to = tmp_path / "to"
    to.mkdir()
    (tmp_path / "kept.html").write_text("mine")
    for mark in ("[]", "{", '{"parts": {"../": {"fingerprint": "", "files": 1}}}', '{"parts": {"a": 1}}'):
        (to / MARK).write_text(mark)
        assert published(tmp_path / "corpus", to).files
    (to / TURN).write_text('{"pages": {"..": ["kept.html"]}, "gone": []}')
    with pytest.raises(WrongUse, match="changed by hand"):
        published(tmp_path / "corpus", to)
    assert (tmp_path / "kept.html").read_text() == "mine"


def test_an_empty_corpus_is_told(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no versions to publish yet"):
        published(desk.folder, tmp_path / "to")
    assert not (tmp_path / "to").exists()
