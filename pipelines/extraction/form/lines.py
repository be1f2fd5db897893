"""Backslashes where Markdown would see a list, a heading or other markup at the start of a line. What would be markup
anywhere in a line has its own already: see `inert`."""

import re
from urllib.parse import quote

from pipelines.extraction.form.parse import REFERENCE, UNREADABLE, inert

NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|\Z)")
MARKUP = re.compile(
    r"""[-+*](?=\s|\Z)          # a bullet
      | \#{1,6}(?=\s|\Z)        # a heading
      | >                       # a quote
      | (?:={2,}|-{2,})\s*\Z    # the line under a heading
      | (?:[-*_]\s*){3,}\Z      # a rule
      | ```|~~~                 # a fence
      | [|:-][|:\s-]*-[|:\s-]*\Z           # the second row of a table
    """,
    re.VERBOSE,
)
PUBLISHED = re.compile(r"[-+](?=\s)")  # all that the published texts escape, beside numbers


def escape_line_starts(text: str, faithful: bool = False) -> str:
    """Escape each line of a paragraph. `faithful` escapes no more than the published texts do."""
    if text[:1].isalpha() and "\n" not in text:
        return text
    return "\n".join(_escaped(line, PUBLISHED if faithful else MARKUP) for line in text.split("\n"))


def _escaped(line: str, markup: re.Pattern[str]) -> str:
    start = len(line) - len(line.lstrip())
    if number := NUMBER.match(line, start):
        return line[: number.end(1)] + "\\" + line[number.end(1) :]
    return f"{line[:start]}\\{line[start:]}" if markup.match(line, start) else line


CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def markdown_of_lines(text: str) -> str:
    """Each line stays one, with two spaces at its end; an empty line ends a paragraph."""
    lines = "\n".join(" ".join(line.split()) for line in inert(CONTROLS.sub("", text)).splitlines())
    paragraphs = re.split(r"\n{2,}", lines.strip("\n"))
    return "\n\n".join(escape_line_starts(paragraph).replace("\n", "  \n") for paragraph in paragraphs if paragraph)


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
        site=_escape_marks(site),
        kind=_escape_marks(kind),
        date=f"{timestamp[:4]}-{timestamp[4:6]}-{timestamp[6:8]}",
        where=_escape_marks(where),
        url=snapshot_url(timestamp, original, public_url),
    )
    return f"{note}\n\n# {inert(_line(title)) or inert(_line(site))}\n\n{body.strip()}\n"


def _escape_marks(text: str) -> str:
    """The text on one line, with a backslash before all markup."""
    return MARKS.sub(r"\\\g<0>", _line(text))


def _line(text: str) -> str:
    return " ".join(UNREADABLE.sub("", text).split())
