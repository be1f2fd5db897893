"""Plain lines, of a PDF or of a text file, as Markdown that keeps them."""

import re

from pipelines.extraction.form.escapes import escape_line_starts
from pipelines.extraction.form.inert import inert

CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def markdown_of_lines(text: str) -> str:
    """Each line stays one, with two spaces at its end; an empty line ends a paragraph."""
    lines = "\n".join(" ".join(line.split()) for line in inert(CONTROLS.sub("", text)).splitlines())
    paragraphs = re.split(r"\n{2,}", lines.strip("\n"))
    return "\n\n".join(escape_line_starts(paragraph).replace("\n", "  \n") for paragraph in paragraphs if paragraph)
