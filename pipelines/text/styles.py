"""The two forms of an exported text, and the one for measuring."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Style:
    """`first_heading` says what becomes of an h1; `faithful` keeps the blemishes of the published texts."""

    name: str
    first_heading: Literal["demote", "drop", "keep"] = "demote"
    faithful: bool = False


STYLES = {
    "corpus": Style("corpus"),
    "princeton": Style("princeton", "drop", faithful=True),
    "whole": Style("whole", "keep"),  # corpus, but the page's own title stays in the body: for the scorers
}
