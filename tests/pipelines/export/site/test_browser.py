"""The pages of a site in a real Chromium, from the file system: no text runs, and any two versions compare."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipelines.export.site.search import is_installed
from tests.pipelines.export.site.invented import HOSTILE, published

PAIR = "20150320104530..20180523220004"
TEXTS = (
    ("", "One.\nTwo."),
    ("One.\n\nTwo [a](http://a.example/b) three.", "One.\n\nTwo [a](http://a.example/c) four."),
    ("* a b c d\n* e f g h", "* e f g h\n* a b c d x\n\n# New"),
    ("נתונים אישיים", "נתונים אישיים שלך"),
    ("a " * 3000, "b a " * 2000),
)
COMPARE_ALL = """async () => {
  const [from, to, told] = ["from", "to", "told"].map((name) => document.getElementById(name));
  for (let number = 1; number < to.options.length; number++) {
    [from.selectedIndex, to.selectedIndex] = [number - 1, number];
    told.textContent = "";
    to.dispatchEvent(new Event("change", {bubbles: true}));
    while (!told.textContent.includes("words added")) await new Promise((then) => setTimeout(then));
  }
  await new Promise((then) => requestAnimationFrame(() => setTimeout(then))); // what came of the last one
  return to.options.length - 1;
}"""


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page that writes down what it asks for, what is refused to it, and what fails."""
    context = chromium.new_context(viewport={"width": 360, "height": 800})
    opened = context.new_page()
    opened.told = []
    opened.on("console", lambda message: opened.told.append(message.text))
    opened.on("pageerror", lambda error: opened.told.append(str(error)))
    opened.on("dialog", lambda dialog: opened.told.append(dialog.message))
    opened.on("request", lambda asked: asked.url.startswith(("file:", "data:,")) or opened.told.append(asked.url))
    yield opened
    context.close()


def test_nothing_of_a_text_runs(page: Any, tricky_site: Path, tmp_path: Path) -> None:
    """The pages are opened in frames, all in one window: what runs or asks for something there is told the same."""
    folder = tricky_site / "tricks.example/terms-of-service-b"
    pages = [*sorted(folder.glob("*.html")), tricky_site / "index.html"]
    assert len(pages) >= 2 * len(HOSTILE)
    page.add_init_script("window.ran = (which) => console.log('ran ' + which)")
    frames = tmp_path / "frames.html"
    frames.write_text("".join(f'<iframe src="{one.as_uri()}"></iframe>' for one in pages), "utf-8")
    page.goto(frames.as_uri())
    assert len(page.frames) == len(pages) + 1
    page.goto((folder / "compare.html").as_uri())
    assert page.evaluate(COMPARE_ALL) == len(HOSTILE) - 1
    assert page.told == []


def test_any_two_versions_are_compared(page: Any, sample_site: Path) -> None:
    address = (sample_site / "waldkauz-verlag.example/privacy-policy/compare.html").as_uri()
    page.goto(f"{address}#{PAIR}")
    page.wait_for_selector("#redline ins")
    assert page.input_value("#from") == "20150320104530"
    page.click("#swap")
    page.wait_for_url("**#20180523220004..20150320104530")
    page.locator("#told", has_text="words added").wait_for()
    page.check("#only")
    page.wait_for_selector("#redline .left-out")
    assert page.told == []


@pytest.mark.parametrize(("before", "after"), TEXTS)
def test_nothing_of_either_text_is_left_out(before: str, after: str, page: Any, sample_site: Path) -> None:
    page.goto((sample_site / "waldkauz-verlag.example/privacy-policy/compare.html").as_uri())
    rows = page.evaluate("([a, b]) => policyCorpus.compare(a, b)", [before, after])
    for text, own, moved in ((before, "delete", "moved-to"), (after, "insert", "moved-from")):
        sides = [
            "".join(said for op, said in row["pieces"] if op in ("equal", own)) for row in rows if row["op"] != moved
        ]
        lines = [line for line in text.split("\n") if line.strip()]
        assert [_plain(side) for side in sides if side] == [_plain(line) for line in lines]


def _plain(line: str) -> str:
    """A line without what stands for a link's brackets."""
    return "".join(sign for sign in line if sign not in "\ue000\ue001\ue002[]()")


def test_pages_fit_a_narrow_screen(page: Any, sample_site: Path, tricky_site: Path) -> None:
    ours = [sample_site / "index.html", *sorted((sample_site / "waldkauz-verlag.example").rglob("*.html"))]
    for one in [*ours, *(tricky_site / "souk.example").rglob("*.html")]:
        page.goto(one.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, one


def test_sites_are_found_by_what_is_typed(page: Any, sample_site: Path) -> None:
    page.goto((sample_site / "index.html").as_uri())
    page.fill("#filter", "WALD")
    assert page.locator("#site-table tbody tr:visible").count() == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/waldkauz-verlag.example/index.html")


def test_axe_finds_nothing_serious(chromium: Any, sample_site: Path, tricky_site: Path) -> None:
    """axe-core (MPL 2.0) runs in the browser, which is a process of its own."""
    axe = pytest.importorskip("axe_playwright_python", reason="axe is not installed: pip install axe-playwright-python")
    ours, arabic = sample_site / "waldkauz-verlag.example/privacy-policy", tricky_site / "souk.example/privacy-policy"
    light = [
        sample_site / "index.html",
        ours / "index.html",
        ours / "20180523220004.html",
        ours / f"compare.html#{PAIR}",
    ]
    dark = [sample_site / "index.html", arabic / "20210101000000-changes.html"]
    found = {}
    for scheme, pages in (("light", light), ("dark", dark)):
        context = chromium.new_context(color_scheme=scheme, bypass_csp=True)  # axe is no script of the page's
        context.add_init_script(path=Path(axe.__file__).with_name("axe.min.js"))
        page = context.new_page()
        for one in pages:
            page.goto(f"file://{one}")
            told = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
            serious = [each for each in told if each["impact"] in ("serious", "critical")]
            found |= {(one.name, each["id"]): each["nodes"][0]["html"] for each in serious}
        context.close()
    assert found == {}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.skipif(not is_installed(), reason="Pagefind is not installed: pip install 'policy-corpus[search]'")
def test_texts_are_found_with_a_server_and_told_without(chromium: Any, tricky: Path, tmp_path: Path) -> None:
    to = tmp_path / "to"
    published(tricky, to, search=True)
    before = {path: path.stat().st_mtime_ns for path in to.rglob("*")}
    published(tricky, to, search=True)
    assert {path: path.stat().st_mtime_ns for path in to.rglob("*")} == before
    page = chromium.new_page()
    page.goto((to / "search.html").as_uri())
    page.locator("#told", has_text="needs a web server").wait_for()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(to))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: asked.append(dialog.message))
        page.goto(f"http://127.0.0.1:{server.server_port}/search.html?q=script")
        page.locator("#hits mark").first.wait_for()
        page.locator("#hits a").first.click()
        page.wait_for_url("**/tricks.example/**.html")
        assert all(url.startswith(f"http://127.0.0.1:{server.server_port}/") for url in asked)
        server.shutdown()
    page.close()
