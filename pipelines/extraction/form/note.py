"""The exported file: header note, title line and body, in the form of the published corpus."""

import re
from urllib.parse import quote

from pipelines.extraction.form.inert import REFERENCE, inert
from pipelines.extraction.form.parse import UNREADABLE

NOTE = (
    "> *The following text is extracted and transformed from the {site} {kind} that was archived on {date}. "
    "Please check the [original snapshot {where}]({url}) for the most accurate reproduction.*"
)
MARKS = re.compile(rf"[*\[\]<>`\\]|{REFERENCE}")


ON_THE_WAYBACK_MACHINE = "on the Wayback Machine"


def snapshot_url(timestamp: str, original: str, public_url: str = "https://web.archive.org") -> str:
    """The public `id_` address of a snapshot, with the original quoted as `urllib.parse.quote` does.

    `public_url` is a Wayback Machine's, or the template of another archive, with `{timestamp}` and `{url}`.
    """
    quoted = quote(original, errors="replace")
    if "{timestamp}" in public_url:
        return public_url.replace("{timestamp}", timestamp).replace("{url}", quoted)
    return f"{public_url.rstrip('/')}/web/{timestamp}id_/{quoted}"


def exported_text(
    site: str,
    kind: str,
    timestamp: str,
    original: str,
    title: str,
    body: str,
    public_url: str = "https://web.archive.org",
    where: str = ON_THE_WAYBACK_MACHINE,
) -> str:
    """The whole file. `timestamp` has 14 digits; an empty title falls back to the site. `where` names the archive."""
    note = NOTE.format(
        site=_escaped(site),
        kind=_escaped(kind),
        date=f"{timestamp[:4]}-{timestamp[4:6]}-{timestamp[6:8]}",
        where=_escaped(where),
        url=snapshot_url(timestamp, original, public_url),
    )
    return f"{note}\n\n# {inert(_line(title)) or inert(_line(site))}\n\n{body.strip()}\n"


def _escaped(text: str) -> str:
    """The text on one line, with a backslash before all markup."""
    return MARKS.sub(r"\\\g<0>", _line(text))


def _line(text: str) -> str:
    return " ".join(UNREADABLE.sub("", text).split())
