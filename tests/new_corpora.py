"""New corpora of tests as copies of one that was laid out: its steps take longer than most of what is tried on it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from sqlite_utils import Database

from pipelines.store.schema_speed import migrations

_USUAL_PAGE = 4096  # bytes
_lay_out = migrations.apply


@contextmanager
def copied_layout() -> Iterator[None]:
    """Let this process, and those that are forked of it, make new corpora so."""
    _empty(_USUAL_PAGE)
    with _applied(_apply):
        yield


@contextmanager
def laid_out_by_step() -> Iterator[None]:
    """As the product does."""
    with _applied(_lay_out):
        yield


@contextmanager
def _applied(apply: Callable[..., None]) -> Iterator[None]:
    before = migrations.apply
    migrations.apply = apply  # type: ignore[method-assign]
    try:
        yield
    finally:
        migrations.apply = before  # type: ignore[method-assign]


def _apply(db: Database, **options: object) -> None:
    if not options and not db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        db.conn.rollback()  # a copy is not made within a transaction
        _empty(db.execute("PRAGMA page_size").fetchone()[0]).backup(db.conn)
        with db.conn:
            db.conn.execute("UPDATE identity SET corpus = lower(hex(randomblob(16)))")
    _lay_out(db, **options)  # type: ignore[arg-type]


@cache
def _empty(page_size: int) -> sqlite3.Connection:
    """The threads of a test share it."""
    made = Database(sqlite3.connect(":memory:", check_same_thread=False))
    made.execute(f"PRAGMA page_size = {page_size}")
    _lay_out(made)
    return made.conn
