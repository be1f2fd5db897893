"""Versions as a stream for `git fast-import`: one commit each, the same bytes each time. Pure.

The author's date is that of the capture. The committer's date is the same, but never before that of the commit it
stands on: git walks by it. (https://git-scm.com/docs/git-fast-import)
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from urllib.parse import quote

from pipelines.export.git.history import PathOf, trailer
from pipelines.export.tables import iso, moment
from pipelines.extraction.form.lines import exported_text, snapshot_url
from pipelines.formats.timestamps import day
from pipelines.store.archives import Links
from pipelines.store.selection import SelectedVersion

WHO = b"policy-corpus <policy-corpus@localhost>"
_ADDRESS = ":/?#[]@!$&'()*+,;=%"  # what an address may hold as it is
_EARLIEST = int(datetime(1996, 1, 1, tzinfo=UTC).timestamp())  # nothing was archived before


def stream(
    versions: Iterable[SelectedVersion], ref: str, path_of: PathOf, links: Links, parent: str = "", since: int = 0
) -> Iterator[bytes]:
    """Commits on `ref`, whose last one so far is `parent` (a hash, or "") with the committer's date `since`."""
    yield b"feature done\n"
    yield f"reset {ref}\n".encode() + (f"from {parent}\n\n".encode() if parent else b"\n")
    for version in versions:
        captured = moment(version.held_timestamp)
        authored = max(int(captured.timestamp()), _EARLIEST) if captured else max(since, _EARLIEST)
        since = max(since, authored)
        path = path_of(version.document)
        text = exported_text(
            version.site,
            version.kind,
            version.held_timestamp,
            version.original,
            version.title,
            version.text,
            links.base(version.archive),
            links.where(version.archive),
        )
        yield b"".join(
            (
                f"commit {ref}\n".encode(),
                b"author %s %d +0000\n" % (WHO, authored),
                b"committer %s %d +0000\n" % (WHO, since),
                _data(message(version, path, links.base(version.archive))),
                f"M 100644 inline {path}\n".encode(),
                _data(text),
            )
        )
    yield b"done\n"


def _data(text: str) -> bytes:
    content = text.encode("utf-8", "replace")
    return b"data %d\n%s\n" % (len(content), content)


def message(version: SelectedVersion, path: str, public_url: str) -> str:
    """What a commit says: which document and day, both links, between which captures it changed."""
    variant = f" ({version.variant})" if version.variant else ""
    address = quote(version.original, safe=_ADDRESS, errors="replace")
    base = public_url if "{timestamp}" in public_url else f"{public_url.rstrip('/')}/web/{{timestamp}}id_/{{url}}"
    shown = base.replace("{timestamp}id_", version.held_timestamp).replace("{url}", address)
    lines = [
        _one_line(f"{version.site} {version.kind}{variant}: {day(version.held_timestamp)}"),
        "",
        f"As the archive shows it: {shown}",
        f"As it was captured: {snapshot_url(version.held_timestamp, version.original, public_url)}",
        _change(version),
        "",
        trailer(path, version.held_timestamp, version.text_digest),
    ]
    return "\n".join(lines) + "\n"


def _change(version: SelectedVersion) -> str:
    if not version.changed_after:
        return f"The first version known, seen from {_time(version.first_timestamp)} on."
    return f"It changed after {_time(version.changed_after)} and before {_time(version.changed_before)}."


def _time(timestamp: str) -> str:
    return iso(timestamp) or timestamp


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
