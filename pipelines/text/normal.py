"""The reading key: one normalisation decides everywhere whether two texts are the same."""

import hashlib
import unicodedata


def reading_key(body: str) -> str:
    """Hex digest (32 digits) of the normalised text of a Markdown body."""
    text = " ".join(unicodedata.normalize("NFC", body).split())
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
