"""A history in git, read back by git: one commit a version, the same each time, and never rewritten."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.export.git import exporter
from pipelines.export.git.history import princeton_path, site_path
from pipelines.items.captures import DocumentKey
from tests.desk import Desk
from tests.pipelines.export.views import SITES, add, also, exported, versions

FILE = "test.de/privacy-policy.md"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    desk = Desk(tmp_path / "corpus", *SITES)
    for at, year in enumerate(("2004", "2006", "2008")):
        add(desk, 0, year, f"Line one.\n\nLine {at}.\n", f"Title {at}")
        add(desk, 1, str(int(year) + 1), f"Text {at}.\n")
    desk.corpus.derive_waiting()
    desk.close()
    return tmp_path / "corpus"


def git(to: Path, *arguments: str) -> str:
    env = {"PATH": os.environ["PATH"], "HOME": str(to.parent), "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-C", str(to), *arguments]
    return subprocess.run(command, capture_output=True, check=True, env=env, timeout=60).stdout.decode()


def commits(to: Path, branch: str = "HEAD") -> list[str]:
    return git(to, "log", "--reverse", "--format=%H", branch).split()


def test_each_version_is_a_commit_of_its_time(corpus: Path, tmp_path: Path) -> None:
    to = tmp_path / "to"
    assert str(exported(corpus, "git", to)) == "6 commits, 6 added, branch main"
    assert git(to, "fsck", "--strict", "--full") == ""
    assert git(to, "status", "--porcelain") == ""
    dates = git(to, "log", "--reverse", "--format=%as %cs %an").splitlines()
    assert dates == [f"{year}-01-01 {year}-01-01 policy-corpus" for year in range(2004, 2010)]
    said = git(to, "log", "-1", "--format=%B")
    assert said.startswith("dev.to terms of service (b): 2009-01-01\n")
    assert "https://web.archive.org/web/20090101000000/http://dev.to/a\n" in said
    assert "https://web.archive.org/web/20090101000000id_/http%3A//dev.to/a\n" in said
    assert "after 2007-01-01T00:00:00Z and before 2009-01-01T00:00:00Z" in said


def test_log_blame_and_word_diff_tell_what_became_of_a_text(corpus: Path, tmp_path: Path) -> None:
    to = tmp_path / "to"
    exported(corpus, "git", to)
    assert len(git(to, "log", "--follow", "--format=%h", "--", FILE).split()) == 3
    blamed = git(to, "blame", "--date=short", FILE).splitlines()
    assert "2004-01-01" in next(line for line in blamed if "Line one." in line)
    assert "2008-01-01" in next(line for line in blamed if "Line 2." in line)
    assert "Line [-1.-]{+2.+}" in git(to, "log", "-1", "-p", "--word-diff", "--", FILE)
    assert (to / FILE).read_text().endswith("# Title 2\n\nLine one.\n\nLine 2.\n")


def test_all_texts_come_back(hostile: Path, tmp_path: Path) -> None:
    exported(hostile, "git", tmp_path)
    git(tmp_path, "fsck", "--strict")
    found = []
    for commit in commits(tmp_path):
        [name] = git(tmp_path, "show", "--format=", "--name-only", commit).split()
        found.append((name.partition("/")[0], len(git(tmp_path, "show", f"{commit}:{name}")) > 900_000))
    assert sorted(site for site, _ in found) == [site for site, *_ in versions(hostile)]
    assert sum(is_long for _, is_long in found) == 1


def test_the_same_commits_each_time_and_later_only_new_ones(corpus: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    exported(corpus, "git", one)
    exported(corpus, "git", other)
    before = commits(one)
    assert commits(other) == before
    index = (one / ".git" / "index").stat().st_mtime_ns
    assert str(exported(corpus, "git", one)) == "6 commits, 0 added, branch main"
    assert (one / ".git" / "index").stat().st_mtime_ns == index
    also(corpus, 0, "2020")
    assert str(exported(corpus, "git", one)) == "7 commits, 1 added, branch main"
    assert commits(one)[:6] == before
    exported(corpus, "git", other)
    assert commits(other) == commits(one)


def test_a_version_found_in_the_past_begins_a_new_history(corpus: Path, tmp_path: Path) -> None:
    to = tmp_path / "to"
    exported(corpus, "git", to)
    before = commits(to)
    also(corpus, 0, "2005")
    report = exported(corpus, "git", to)
    assert str(report) == "7 commits, 7 added, branch history-2"
    assert "has other versions now" in report.said[0]
    assert "branch history-2" in report.said[0]
    assert commits(to, "main") == before
    assert git(to, "rev-parse", "--abbrev-ref", "HEAD").strip() == "history-2"
    assert git(to, "status", "--porcelain") == ""
    exported(corpus, "git", tmp_path / "fresh")
    assert commits(to) == commits(tmp_path / "fresh")
    also(corpus, 0, "2003")
    assert exported(corpus, "git", to).closing.endswith("branch history-3")
    also(corpus, 0, "2021")
    assert str(exported(corpus, "git", to)) == "9 commits, 1 added, branch history-3"


def test_to_a_folder_that_is_named_from_here(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert exported(corpus, "git", Path("here/to")).closing.startswith("6 commits")
    assert exported(corpus, "git", Path("here/to")).closing.startswith("6 commits, 0 added")
    assert git(tmp_path / "here" / "to", "status", "--porcelain") == ""


def test_what_is_not_told_any_more_begins_a_new_history(corpus: Path, tmp_path: Path) -> None:
    exported(corpus, "git", tmp_path / "to")
    report = exported(corpus, "git", tmp_path / "to", site=["test.de"])
    assert report.closing == "3 commits, 3 added, branch history-2"
    assert "dev.to/terms-of-service-b.md is not told of any more" in report.said[0]


def test_other_repositories_folders_and_changes_by_hand_are_refused(corpus: Path, tmp_path: Path) -> None:
    to = tmp_path / "to"
    to.mkdir()
    (to / "mine.txt").write_text("mine")
    with pytest.raises(WrongUse, match=r"something else \(mine.txt\)"):
        exported(corpus, "git", to)
    git(to, "init", "-q", "-b", "main")
    with pytest.raises(WrongUse, match=r"something else \(mine.txt\)"):
        exported(corpus, "git", to)
    git(to, "add", ".")
    git(to, "-c", "user.name=I", "-c", "user.email=i@example.org", "commit", "-qm", "mine")
    mine = commits(to)
    with pytest.raises(WrongUse, match="a repository with other commits"):
        exported(corpus, "git", to)
    git(to, "branch", "-qm", "work")
    with pytest.raises(WrongUse, match=r"other commits \(work is checked out\)"):
        exported(corpus, "git", to)
    git(to, "checkout", "-q", "--detach")
    with pytest.raises(WrongUse, match=r"other commits \(no branch is checked out\)"):
        exported(corpus, "git", to)
    assert (commits(to), (to / "mine.txt").read_text()) == (mine, "mine")
    exported(corpus, "git", tmp_path / "ours")
    (tmp_path / "ours" / FILE).write_text("changed")
    also(corpus, 0, "2020")
    with pytest.raises(WrongUse, match="changed by hand"):
        exported(corpus, "git", tmp_path / "ours")
    assert (tmp_path / "ours" / FILE).read_text() == "changed"


def test_the_layout_of_the_princeton_corpus(corpus: Path, tmp_path: Path) -> None:
    exported(corpus, "git", tmp_path / "to", order={"layout": "princeton"})
    assert git(tmp_path / "to", "ls-files").split() == [
        "d/de/dev/dev.to+terms-of-service-b.md",
        "t/te/tes/test.de.md",
    ]
    assert princeton_path(DocumentKey("000x.example", "privacy policy")) == "0/00/000/000x.example.md"
    assert princeton_path(DocumentKey("t.co", "privacy policy")) == "t/t./t.c/t.co.md"
    assert site_path(DocumentKey("../.git", "hooks/x")).startswith("git-")


def test_an_import_that_fails_leaves_what_was_there(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = tmp_path / "to"
    exported(corpus, "git", to)
    before = commits(to)
    also(corpus, 0, "2020")
    real = exporter.stream

    def cut(*args: object, **kwargs: object) -> object:
        for piece in real(*args, **kwargs):  # type: ignore[arg-type]
            if piece == b"done\n":
                return
            yield piece

    with monkeypatch.context() as patched:
        patched.setattr(exporter, "stream", cut)
        with pytest.raises(RecordingFailed, match="git says"):
            exported(corpus, "git", to)
        with pytest.raises(RecordingFailed, match="git says"):
            exported(corpus, "git", tmp_path / "new")
    assert commits(to) == before
    assert git(to, "status", "--porcelain") == ""
    assert not (tmp_path / "new").exists()
    assert not list((to / ".git").glob("fast_import*"))
    assert str(exported(corpus, "git", to)) == "7 commits, 1 added, branch main"


def test_who_comes_next_ends_what_was_killed_after_it_counted(corpus: Path, tmp_path: Path) -> None:
    to = tmp_path / "to"
    exported(corpus, "git", to)
    also(corpus, 0, "2020")
    ahead = shutil.copytree(to, tmp_path / "ahead")
    exported(corpus, "git", ahead)
    git(to, "fetch", "-q", str(ahead), "main:refs/policy-corpus/next")
    git(to, "update-ref", "refs/heads/main", "refs/policy-corpus/next")
    assert str(exported(corpus, "git", to)) == "7 commits, 0 added, branch main"
    assert git(to, "status", "--porcelain") == ""
    assert "Of 2020." in (to / FILE).read_text()


def test_git_that_is_not_installed_is_told(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WrongUse, match="needs the program git"):
        exported(corpus, "git", tmp_path / "to")


def test_a_history_in_a_relative_folder(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exported(corpus, "git", Path("history"))
    assert len(commits(tmp_path / "history")) == 6
