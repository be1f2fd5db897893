"""The figures of a corpus over the years, as plots."""

from pipelines.analysis.description.figures import Figures
from pipelines.analysis.description.svg import bars, lines


def plots(figures: Figures) -> dict[str, str]:
    """SVG by file name; none where there is nothing to show."""
    years = figures.years
    words = {one.year: float(one.words) for one in years if one.words is not None}
    shares = {one.year: 100 * one.share_changed for one in years if one.share_changed is not None}
    ease = {
        language: {one.year: one.ease[language] for one in years if language in one.ease}
        for language in figures.ease_languages
    }
    drawn = {
        "versions.svg": bars("Versions that began in each year", {one.year: one.versions for one in years}),
        "documents.svg": bars("Documents seen in each year", {one.year: one.documents for one in years}),
        "changes.svg": bars("Changes of texts by year", {one.year: one.changes for one in years}),
    }
    if words:
        drawn["words.svg"] = lines("Words of new versions (median)", {"all": words})
    if ease:
        drawn["reading-ease.svg"] = lines("Reading ease of new versions (median)", ease)
    if shares:
        drawn["share-changed.svg"] = lines("Share of the text that a change touched, % (median)", {"all": shares})
    return drawn if years else {}
