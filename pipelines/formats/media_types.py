"""What a page is by its media type: what a browser shows as a text, and what may be one for all that its type says.

Everything else is none, whatever it is called: the data that a page's own scripts ask for under the page's address
(`application/json`, `text/x-component`), films, fonts and programs. Old servers and crawlers named types in ways of
their own; a type that says nothing, or only that these are bytes, speaks against nothing: the reader looks at what
they hold.
"""

_TEXTS = frozenset(
    {
        "text/plain",
        "text/markdown",
        "text/x-markdown",
        "text/xml",
        "application/xml",
        "text/pdf",
        "application/pdf",
        "application/x-pdf",
    }
)
_UNTOLD = frozenset(
    {
        "application/octet-stream",
        "binary/octet-stream",
        "application/x-octet-stream",
        "application/download",
        "application/x-download",
        "application/force-download",
        "application/unknown",
        "application/x-unknown",
        "application/x-unknown-content-type",
        "content/unknown",
        "unknown/unknown",
        "*/*",
        "text/*",
    }
)
_NAMES_OF_HTML = ("html", "htm", "xhtml")


def bare(media_type: str) -> str:
    """A media type in small letters, without its parameters and what else some servers write behind it."""
    words = media_type.replace(",", ";").partition(";")[0].lower().split(None, 1)
    return words[0] if words else ""


def may_be_page(media_type: str) -> bool:
    """Whether bytes of this type may be a page, or a text that stands for one; also where the type tells nothing.

    Listings write `unk`, `no-type`, `-` or nothing for a type that was not told: what has no slash is none.
    """
    kind = bare(media_type)
    return "/" not in kind or kind in _UNTOLD or kind == "warc/revisit" or is_page(kind)


def is_page(media_type: str) -> bool:
    """Whether bytes are called a page, or a text that stands for one."""
    kind = bare(media_type)
    if kind in _TEXTS:
        return True
    family, _, subtype = kind.partition("/")
    if family not in ("text", "application"):
        return False
    return any(part.endswith(_NAMES_OF_HTML) for part in subtype.replace("-", "+").replace(".", "+").split("+"))
