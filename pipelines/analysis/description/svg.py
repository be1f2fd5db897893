"""The figures of a corpus over the years, as small plots in SVG: bars or lines.

Text is escaped, colours can be told apart by the colour-blind.
"""

import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from pipelines.analysis.description.figures import Figures

WIDTH, HEIGHT = 720, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 40, 36
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # Okabe and Ito
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TICKS = 5

Series = Mapping[str, Mapping[int, float]]
"""Values by year, of each name."""


def bars(title: str, values: Mapping[int, float]) -> str:
    """A bar for each year. Values are not negative."""
    plane = _Plane(list(values), list(values.values()))
    width = max(1.0, 0.8 * plane.step)
    drawn = [
        f'<rect x="{plane.x(year) - width / 2:.1f}" y="{plane.y(value):.1f}" width="{width:.1f}" '
        f'height="{plane.y(0) - plane.y(value):.1f}" fill="{_COLOURS[0]}"><title>{year}: {value:,g}</title></rect>'
        for year, value in values.items()
    ]
    return _page(title, [*plane.axes(), *drawn])


def lines(title: str, series: Series) -> str:
    """A line for each name, with points where there are values and a key on top."""
    plane = _Plane(
        sorted({year for values in series.values() for year in values}),
        [value for values in series.values() for value in values.values()],
    )
    drawn = plane.axes()
    for number, (name, values) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = " ".join(f"{plane.x(year):.1f},{plane.y(value):.1f}" for year, value in sorted(values.items()))
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn += [
            f'<circle cx="{plane.x(year):.1f}" cy="{plane.y(value):.1f}" r="3" fill="{colour}">'
            f"<title>{_text(name)} {year}: {value:,g}</title></circle>"
            for year, value in sorted(values.items())
        ]
        drawn.append(_label(WIDTH - _RIGHT - 90 * (len(series) - number), _TOP - 8, name, fill=colour))
    return _page(title, drawn)


class _Plane:
    """Where years and values lie."""

    def __init__(self, years: Sequence[int], values: Sequence[float]) -> None:
        self._first, self._last = (min(years), max(years)) if years else (0, 0)
        self._low, self._high = min([0.0, *values]), max([1.0, *values])
        self.step = (WIDTH - _LEFT - _RIGHT) / (self._last - self._first + 1)

    def x(self, year: int) -> float:
        return _LEFT + (year - self._first + 0.5) * self.step

    def y(self, value: float) -> float:
        return _TOP + (HEIGHT - _TOP - _BOTTOM) * (self._high - value) / (self._high - self._low)

    def axes(self) -> list[str]:
        every = max(1, (self._last - self._first) // 12 + 1)
        years = range(self._first, self._last + 1, every)
        ticks = [self._low + (self._high - self._low) * tick / _TICKS for tick in range(_TICKS + 1)]
        return [
            *(_label(self.x(year), HEIGHT - _BOTTOM + 18, str(year), anchor="middle") for year in years),
            *(_label(_LEFT - 6, self.y(tick) + 4, f"{tick:,.4g}", anchor="end") for tick in ticks),
            *(
                f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{self.y(tick):.1f}" y2="{self.y(tick):.1f}" '
                'stroke="#ddd"/>'
                for tick in ticks
            ),
        ]


def _label(x: float, y: float, text: str, *, anchor: str = "start", fill: str = "#333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{_text(text)}</text>'


def _page(title: str, drawn: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="sans-serif" font-size="12" role="img" aria-label="{_text(title)}">'
    )
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    name = f'<text x="{_LEFT}" y="20" font-size="15" fill="#000">{_text(title)}</text>'
    return "\n".join([head, ground, name, *drawn, "</svg>", ""])


def _text(text: str) -> str:
    return escape(_NO_XML.sub("�", text), {'"': "&quot;"})


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
