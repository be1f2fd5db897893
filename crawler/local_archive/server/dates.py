"""Archive timestamps on a line of time, whatever their digits say."""

from datetime import UTC, datetime


def seconds(timestamp: str) -> float:
    """Seconds since 1970 of any run of digits; those that are no date (month 00) are taken as near as they come."""
    padded = timestamp + "00000101000000"[len(timestamp) :]
    year, month, day, hour, minute, second = (int(padded[at : at + 2]) for at in (2, 4, 6, 8, 10, 12))
    start = datetime(max(1, int(padded[:2]) * 100 + year), min(max(month, 1), 12), 1, tzinfo=UTC)
    return start.timestamp() + (day - 1) * 86_400 + hour * 3_600 + minute * 60 + second


def iso(timestamp: str) -> str:
    """Date and time as ISO 8601 writes them, without a zone."""
    return datetime.fromtimestamp(seconds(timestamp), UTC).strftime("%Y-%m-%dT%H:%M:%S")
