"""Backslashes where Markdown would see a list, a heading or other markup at the start of a line. What would be markup
anywhere in a line has its own already: see `inert`."""

import re

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
