"""A git repository with the history of each document: one commit a version, for `git log --follow`, blame and diff."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipelines.exceptions import WrongUse
from pipelines.export.base import Order, Report
from pipelines.export.git import history
from pipelines.export.git.commits import stream
from pipelines.export.git.repository import NEXT, Repository
from pipelines.export.selection import CorpusView
from pipelines.export.staged import not_written
from pipelines.formats.terminal import counted
from pipelines.warc.lock import in_turn


def export_git(corpus: CorpusView, order: Order) -> Report:
    """Add what is new to the repository in a folder. Raises WrongUse where that holds something else, or commits that
    are not of an export; RecordingFailed."""
    path_of = history.LAYOUTS[order.layout or "site"]
    with _repository(order.to) as repository:
        branch = repository.branch()
        has = _known(repository, branch)
        standing = history.compare(has, corpus.timeline(), path_of)
        report = Report()
        if standing.differs:
            branch, has, parent, since = repository.new_branch(), {}, "", 0
            report.said.append(_said(standing, branch))
        else:
            parent, since = repository.tip(branch)
        added = 0

        def versions() -> Iterator[bytes]:
            nonlocal added
            new = history.missing(has, corpus.timeline(), path_of)
            whole = (corpus.version(moment) for moment in new)
            for piece in stream(whole, NEXT, path_of, corpus.links, parent, since):
                added += piece.startswith(b"commit ")
                yield piece

        if next(history.missing(has, corpus.timeline(), path_of), None):
            _refuse_changed(repository)
            repository.add(versions(), branch)
        report.closing = f"{counted(repository.count(branch), 'commit')}, {added:,} added, branch {branch}"
        return report


def _said(standing: history.Standing, branch: str) -> str:
    why = "is not told of any more" if standing.is_gone else "has other versions now than those committed"
    return (
        f"{standing.differs} {why} (found in the past, read anew, or not selected): the whole history is written "
        f"anew on the branch {branch}, and what was there stays as it is on its own."
    )


@contextmanager
def _repository(folder: Path) -> Iterator[Repository]:
    """The repository in `folder`, made where there is none, as the only process."""
    is_new_folder = not folder.exists()
    repository = Repository(folder)
    _refuse_others(repository)
    is_new = not repository.exists
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with in_turn(folder):
            try:
                if is_new:
                    repository.create()
                repository.finish()
                yield repository
            except BaseException:
                if is_new:
                    repository.remove()
                raise
    except OSError as error:
        raise not_written(folder, error) from error
    finally:
        if is_new_folder:
            with suppress(OSError):
                folder.rmdir()  # only where nothing came of it


def _refuse_others(repository: Repository) -> None:
    folder = repository.folder
    if folder.exists() and not folder.is_dir():
        raise WrongUse(f"{folder} is no folder: give --to another one.")
    has = repository.exists
    if has and not repository.is_ours(head := repository.head()):
        raise WrongUse(
            f"{folder} is a repository with other commits ({head or 'no branch'} is checked out): give --to a folder "
            f"of its own; if it is of an export, check out {repository.branch()} there."
        )
    is_begun = has and repository.tip(repository.branch())[0]
    others = [] if is_begun or not folder.is_dir() else sorted({*os.listdir(folder)} - {".git"})
    if others:
        raise WrongUse(f"{folder} holds something else ({others[0]}): give --to a folder of its own.")


def _known(repository: Repository, branch: str) -> history.Known:
    try:
        return history.known(repository.trailers(branch, history.TRAILER))
    except ValueError as error:
        raise WrongUse(
            f"{repository.folder} is a repository with other commits (number {int(str(error)) + 1} of {branch} is not "
            "of an export): give --to a folder of its own."
        ) from error


def _refuse_changed(repository: Repository) -> None:
    if repository.is_changed():
        raise WrongUse(
            f"Files in {repository.folder} were changed by hand and are not committed: `git -C {repository.folder} "
            "checkout .` takes that back."
        )
