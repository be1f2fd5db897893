"""Histories that others published, made here by git, as corpora."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from pipelines.exceptions import WrongUse
from pipelines.maintenance.imports import git_history
from pipelines.maintenance.imports.importing import Report, import_texts
from pipelines.store.database import open_corpus
from pipelines.store.imported import refuse_imported, sources
from tests.desk import Desk

NOTE = (
    "> *The following text is extracted and transformed from the ash.example privacy policy that was archived on "
    "{day}. Please check the [original snapshot on the Wayback Machine](https://web.archive.org/web/{stamp}id_/"
    "http%3A//ash.example/privacy) for the most accurate reproduction.*\n\n# Privacy at Ash\n\n{body}\n"
)


def note(stamp: str, body: str) -> str:
    return NOTE.format(day=f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}", stamp=stamp, body=body)


class Repository:
    """A repository of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet")

    def git(self, *arguments: str, **env: str) -> str:
        who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org"}
        who |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org", "HOME": str(self.folder)}
        command = ["git", "-C", str(self.folder), *arguments]
        ended = subprocess.run(command, capture_output=True, check=True, env=os.environ | who | env, timeout=60)
        return ended.stdout.decode()

    def commit(self, day: str, message: str = "Record", **files: str) -> None:
        for path, text in files.items():
            place = self.folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", message, GIT_AUTHOR_DATE=f"{day}T12:00:00Z")


@pytest.fixture
def theirs(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "theirs")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with closing(open_corpus(tmp_path / "corpus")) as opened:
        yield opened


def taken(db: Database, theirs: Repository, source: str) -> Report:
    return import_texts(db, theirs.folder.parent / "corpus", source, theirs.folder, lambda *_: None)


def versions(db: Database) -> list[tuple[object, ...]]:
    sql = "SELECT site, kind, variant, held_timestamp, title, text FROM versions ORDER BY site, kind, number"
    return [tuple(row) for row in db.execute(sql)]


PRIVACY = "Ash Shop/Privacy Policy.md"
ASH = "a/as/ash/ash.example.md"


def test_texts_with_header_notes_become_versions(theirs: Repository, db: Database) -> None:
    theirs.commit("2021-01-01", **{ASH: note("20040101123000", "We keep *all*."), "README.md": "# About\n"})
    theirs.commit("2021-01-02", **{ASH: note("20060101123000", "We keep nothing."), ASH[:-3] + ".html": "<p>"})
    report = taken(db, theirs, "princeton")
    assert (report.texts, dict(report.passed_over)) == (2, {"its name is no site": 1})
    assert versions(db) == [
        ("ash.example", "privacy policy", "", "20040101123000", "Privacy at Ash", "We keep *all*.\n"),
        ("ash.example", "privacy policy", "", "20060101123000", "Privacy at Ash", "We keep nothing.\n"),
    ]
    rows = db.execute("SELECT archive, original, file FROM capture JOIN snapshot ON capture_id = id ORDER BY timestamp")
    [(archive, original, place), _] = rows.fetchall()
    assert (archive, original) == ("princeton-leuven", "http://ash.example/privacy")
    assert place.startswith("git:theirs@")
    assert place.endswith(f":{ASH}")
    assert {reader for (reader,) in db.execute("SELECT DISTINCT reader FROM versions")} == {"princeton-leuven"}


def test_terms_by_service_and_kind_and_what_was_only_read_anew(theirs: Repository, db: Database) -> None:
    first = {PRIVACY: "# Privacy\n\nWe keep it.", "Ash Shop/Trackers Policy.md": "Cookies."}
    theirs.commit("2021-03-01", "First record of Ash", **first)
    theirs.commit("2021-04-01", "Apply technical or declaration upgrade on Ash", **{PRIVACY: "# Privacy\n\nKept."})
    theirs.commit("2021-05-01", "Record new changes of Ash", **{PRIVACY: "# Privacy\n\nGone."})
    theirs.commit("2021-05-02", **{"Ash Shop/Rules #part.md": "Be kind."})
    assert taken(db, theirs, "ota").texts == 4
    assert versions(db) == [
        ("ash shop", "cookie policy", "", "20210301120000", "Ash Shop Trackers Policy", "Cookies.\n"),
        ("ash shop", "privacy policy", "", "20210301120000", "Privacy", "# Privacy\n\nKept.\n"),
        ("ash shop", "privacy policy", "", "20210501120000", "Privacy", "# Privacy\n\nGone.\n"),
        ("ash shop", "rules", "part", "20210502120000", "Ash Shop Rules #part", "Be kind.\n"),
    ]  # fmt: skip
    assert db.execute("SELECT count(*) FROM text WHERE body LIKE '%We keep it%'").fetchone() == (0,)


def test_a_second_import_takes_what_is_new(theirs: Repository, db: Database, tmp_path: Path) -> None:
    theirs.commit("2021-01-01", **{ASH: note("20040101123000", "One.")})
    assert taken(db, theirs, "princeton").texts == 1
    assert taken(db, theirs, "princeton").texts == 0
    theirs.commit("2021-01-02", **{ASH: note("20060101123000", "Two.")})
    assert taken(db, theirs, "princeton").texts == 1
    assert len(versions(db)) == 2
    assert db.execute("SELECT count(*) FROM unwritten").fetchone() == (0,)
    [source] = sources(db)
    assert source.startswith("princeton (theirs at ")
    with pytest.raises(WrongUse, match="was imported from princeton"):
        refuse_imported(tmp_path / "corpus")
    with pytest.raises(WrongUse, match="holds texts of princeton"):
        taken(db, theirs, "ota")


def test_a_repository_with_other_commits_is_refused(theirs: Repository, db: Database) -> None:
    theirs.commit("2021-01-01", **{ASH: note("20040101123000", "One.")})
    taken(db, theirs, "princeton")
    theirs.git("commit", "--quiet", "--amend", "-m", "another")
    with pytest.raises(WrongUse, match="a repository with other commits"):
        taken(db, theirs, "princeton")


def test_a_cut_short_import_goes_on(theirs: Repository, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.maintenance.imports.importing._AT_ONCE", 1)
    for year in range(2004, 2008):
        theirs.commit("2021-01-01", **{ASH: note(f"{year}0101123000", f"Of {year}.")})

    def stop(what: str, done: int, todo: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_texts(db, theirs.folder.parent / "corpus", "princeton", theirs.folder, stop)
    assert taken(db, theirs, "princeton").texts == 2
    assert [row[3] for row in versions(db)] == [f"{year}0101123000" for year in range(2004, 2008)]


def test_nothing_of_the_repository_is_started_or_followed(
    theirs: Repository, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_history, "MOST_BYTES", 2000)
    started = tmp_path / "started"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {started}\n")
    program.chmod(0o755)
    (tmp_path / "secret").write_text(note("20040101123000", "Secret."))
    (theirs.folder / "b.example.md").symlink_to(tmp_path / "secret")
    theirs.commit("2021-01-01", **{ASH: note("20040101123000", "One."), "c.example.md": "x" * 3000, "d.example.md": ""})
    theirs.commit(
        "2021-01-02", **{"e.example.md": note("20049901123000", "No date."), ".gitattributes": "*.md diff=x\n"}
    )
    for name in ("core.fsmonitor", "core.pager", "diff.external", "diff.x.textconv", "gpg.program", "core.sshCommand"):
        theirs.git("config", name, str(program))
    theirs.git("config", "log.showSignature", "true")
    hook = theirs.folder / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    program.replace(hook)
    report = taken(db, theirs, "princeton")
    assert not started.exists()
    assert report.texts == 1
    assert dict(report.passed_over) == {"it is empty or too large": 2, "it has no header note": 1}


@pytest.mark.parametrize("what", ["nothing", "folder", "empty", "file"])
def test_what_is_no_repository_is_told(tmp_path: Path, db: Database, what: str) -> None:
    place = tmp_path / "outer" / what
    if what == "folder":  # within a repository, which is not meant
        Repository(tmp_path / "outer").commit("2021-01-01", x="x")
        place.mkdir()
    elif what == "empty":
        (tmp_path / "outer").mkdir()
        Repository(place)
    elif what == "file":
        (tmp_path / "outer").mkdir()
        place.write_text("x")
    with pytest.raises(WrongUse, match=r"is no folder|git cannot read a repository in") as caught:
        import_texts(db, tmp_path / "corpus", "ota", place, lambda *_: None)
    assert "\n" not in str(caught.value)


def test_a_folder_with_a_crawl_is_refused(desk: Desk, theirs: Repository) -> None:
    theirs.commit("2021-01-01", **{ASH: note("20040101123000", "One.")})
    with pytest.raises(WrongUse, match="holds a crawl: give the import a folder of its own"):
        import_texts(desk.db, desk.folder, "princeton", theirs.folder, lambda *_: None)
