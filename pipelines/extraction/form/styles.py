"""The two forms of an exported text, and the one for measuring."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Style:
    """`first_heading` says what becomes of an h1; `faithful` keeps the blemishes of the published texts;
    `letters` writes the letters and Roman numerals of lists, else digits stand for them; `compared` asks a second
    reader as well, whose answer is kept beside readings of the style that a corpus stores."""

    name: str
    first_heading: Literal["demote", "drop", "keep"] = "demote"
    faithful: bool = False
    letters: bool = True
    compared: bool = False


STYLES = {
    "corpus": Style("corpus", compared=True),
    "princeton": Style("princeton", "drop", faithful=True),
    # corpus, but as the curated texts that readers are measured by: the page's own title stays in the body, and
    # lettered items are numbered ones
    "whole": Style("whole", "keep", letters=False),
}
