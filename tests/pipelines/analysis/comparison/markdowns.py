"""Invented Markdown texts for comparisons: strategies of hypothesis."""

from hypothesis import strategies as st

WORDS = st.sampled_from(
    [
        *["data", "we", "collect", "cookies", "third", "parties", "Ihre", "Daten", "d’accès", "個人情報", "ข้อมูล"],
        *["[terms](https://example.com/terms)", '[terms](https://example.org/t "T")', "<https://example.com/a>"],
        *["**bold**", "_soft_", "~~old~~", r"1\.", r"\[x\]", "a@example.com", "e.g.", "1,000", "3 May 2021"],
        *["“quoted”", "-", "&", "](", "**", "_", "|"],
    ]
)
LEADS = st.sampled_from(
    [
        "",
        "",
        "",
        "## ",
        "### ",
        "  * ",
        "    * ",
        "  1. ",
        "> ",
        "> > ",
        "    ",
        "```\n",
        "  * > ",
        "---|---\n",
        "* * *\n",
    ]
)
GAPS = st.sampled_from(["\n", "\n\n", "  \n", "\n\n\n\n", "\n  \n", "\n> \n", "| "])
LINES = st.builds(lambda lead, words, gap: lead + " ".join(words) + gap, LEADS, st.lists(WORDS, max_size=12), GAPS)
TEXTS = st.lists(LINES, max_size=14).map("".join)
ANY = st.one_of(TEXTS, st.text(max_size=80), st.text("[]()<>\\_*~#|-`> \n\"'ab1é世\u200b", max_size=60))


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and what became of it: lines that went, came, moved or have other words."""
    lines = draw(st.lists(LINES, min_size=1, max_size=14))
    others = list(lines)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(0, len(others) - 1)))
        match draw(st.sampled_from(["drop", "add", "move", "edit"])):
            case "drop":
                others[at : at + 1] = []
            case "add":
                others.insert(at, draw(LINES))
            case "move" if others:
                others.insert(draw(st.integers(0, len(others) - 1)), others.pop(at))
            case _ if others:
                others[at] = others[at].replace("data", draw(WORDS))
    return "".join(lines), "".join(others)
