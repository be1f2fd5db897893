"""The columns of a capture, in the order of the fields of `Capture`, and those of what was read in it."""

import json

from pipelines.items import Reading

CAPTURE_COLUMNS = (
    "capture.urlkey, capture.timestamp, capture.original, mimetype, capture.statuscode, capture.digest, "
    "capture.length, capture.archive, record_at"
)


def reading_columns(reading: Reading) -> dict[str, object]:
    """What a reading says beside its text, by the names of the columns of `extraction`."""
    return {
        "reading_key": reading.reading_key,
        "title": reading.title,
        "language": reading.language,
        "language_probability": reading.language_probability,
        "charset": reading.charset,
        "words": reading.words,
        "verdict": reading.verdict,
        "reasons": json.dumps(reading.reasons, ensure_ascii=False),
        "looks_like": reading.looks_like,
        "stated_date": reading.stated_date,
        "stated_in": reading.stated_in,
        "second_in_text": reading.second_in_text,
        "text_in_second": reading.text_in_second,
    }
