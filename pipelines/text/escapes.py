"""Backslashes where Markdown would see a list, a heading or other markup at the start of a line."""

import re

NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|\Z)")
MARKUP = re.compile(
    r"""[-+*](?=\s|\Z)          # a bullet
      | \#{1,6}(?=\s|\Z)        # a heading
      | >                       # a quote
      | (?:={2,}|-{2,})\s*\Z    # the line under a heading
      | (?:[-*_]\s*){3,}\Z      # a rule
      | ```|~~~                 # a fence
      | \[[^\]]*\]:             # where a link leads
      | <(?!(?:https?|ftp):)[a-zA-Z/!?]    # HTML
      | [|:-][|:\s-]*-[|:\s-]*\Z           # the second row of a table
      | \\(?=[!-/:-@\[-`{-~])   # a backslash that would escape
    """,
    re.VERBOSE,
)
PUBLISHED = re.compile(r"[-+](?=\s)")  # all that the published texts escape, beside numbers
ESCAPED = re.compile(r"(?:(\d{1,9})\\(?=[.)])|\\(?=[!-/:-@\[-`{-~]))")


def escape_line_starts(text: str, faithful: bool = False) -> str:
    """Escape each line of a paragraph. `faithful` escapes no more than the published texts do."""
    if text[:1].isalpha() and "\n" not in text:
        return text
    return "\n".join(_escaped(line, PUBLISHED if faithful else MARKUP) for line in text.split("\n"))


def unescape_line_starts(text: str) -> str:
    """The inverse of `escape_line_starts`."""
    return "\n".join(_unescaped(line) for line in text.split("\n"))


def _escaped(line: str, markup: re.Pattern[str]) -> str:
    start = len(line) - len(line.lstrip())
    if number := NUMBER.match(line, start):
        return line[: number.end(1)] + "\\" + line[number.end(1) :]
    return f"{line[:start]}\\{line[start:]}" if markup.match(line, start) else line


def _unescaped(line: str) -> str:
    start = len(line) - len(line.lstrip())
    if found := ESCAPED.match(line, start):
        return line[: found.end() - 1] + line[found.end() :]
    return line
