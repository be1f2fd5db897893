"""The exported file: header note, title line and body, in the form of the published corpus."""

from urllib.parse import quote

NOTE = (
    "> *The following text is extracted and transformed from the {site} {kind} that was archived on {date}. "
    "Please check the [original snapshot on the Wayback Machine]({url}) for the most accurate reproduction.*"
)


def snapshot_url(timestamp: str, original: str, public_url: str = "https://web.archive.org") -> str:
    """The public `id_` address of a snapshot, with the original quoted as `urllib.parse.quote` does."""
    return f"{public_url.rstrip('/')}/web/{timestamp}id_/{quote(original, errors='replace')}"


def exported_text(
    site: str,
    kind: str,
    timestamp: str,
    original: str,
    title: str,
    body: str,
    public_url: str = "https://web.archive.org",
) -> str:
    """The whole file. `timestamp` has 14 digits; an empty title falls back to the site."""
    note = NOTE.format(
        site=_one_line(site),
        kind=_one_line(kind),
        date=f"{timestamp[:4]}-{timestamp[4:6]}-{timestamp[6:8]}",
        url=snapshot_url(timestamp, original, public_url),
    )
    return f"{note}\n\n# {_one_line(title) or _one_line(site)}\n\n{body.strip()}\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())
