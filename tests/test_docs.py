"""What the documents promise: every command, option, setting and column stands in them, and their examples run."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

from pipelines.store.database import open_corpus, open_for_reading
from tests.conftest import ROOT
from tests.corpora import copied
from tests.launching import launched

README = (ROOT / "README.md").read_text()
PYTHON = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/python-api.md").read_text(), re.MULTILINE | re.DOTALL)
SETTINGS = (ROOT / "docs/settings.md").read_text()
DATA_FORMAT = (ROOT / "docs/data-format.md").read_text()
COMMANDS = sorted(path.stem for path in (ROOT / "crawler/commands").glob("*.py") if path.stem != "__init__")
OURS = vars(import_module("crawler.settings"))
NAMES = sorted(name for name in OURS if name.isupper())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_readme_with_its_options(name: str) -> None:
    row = re.search(rf"^\| `{name}[` ].*$", README, re.MULTILINE)
    assert row, "no row of the table of commands"
    source = (ROOT / f"crawler/commands/{name}.py").read_text()
    missing = [option for option in re.findall(r'add_argument\(\s*"(--[a-z-]+)"', source) if option not in row[0]]
    assert missing == []


def test_every_example_of_a_crawl_names_the_spider() -> None:
    texts = [*(ROOT / "crawler/commands").glob("*.py"), *ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    told = re.findall(r"policy-corpus crawl +(\S+)", "\n".join(path.read_text() for path in texts))
    assert len(told) >= 8
    assert set(told) == {"policies"}


def test_every_setting_stands_in_the_documents() -> None:
    assert [name for name in NAMES if f"`{name}`" not in SETTINGS] == []
    named = set(re.findall(r"^\| `([A-Z_]+)`", SETTINGS, re.MULTILINE))
    assert named - set(NAMES) == set(), "settings that are no more"


@pytest.mark.parametrize(("name", "default"), re.findall(r"^\| `([A-Z_]+)` \| `(.*?)` \|", SETTINGS, re.MULTILINE))
def test_a_default_is_what_the_documents_say(name: str, default: str) -> None:
    assert default.strip('"') == str(OURS[name])


VIEWS = [
    "versions",
    "captures",
    "document_captures",
    "documents",
    "targets",
    "runs",
    "families",
    "term_mentions",
    "saves",
]


@pytest.mark.parametrize("view", VIEWS)
def test_every_column_of_the_views_stands_in_the_documents(view: str, tmp_path: Path) -> None:
    section = DATA_FORMAT.partition(f"### `{view}`")[2].partition("### ")[0]
    with closing(open_corpus(tmp_path)) as db:
        assert [column.name for column in db[view].columns if f"`{column.name}`" not in section] == []


@pytest.mark.parametrize("document", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_every_link_between_documents_leads_somewhere(document: str) -> None:
    path = ROOT / document
    links = [link for link in re.findall(r"\]\(([^)#]+)", path.read_text()) if "://" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_site_has_all_documents_and_their_links_stay_in_it() -> None:
    docs = ROOT / "docs"
    pages = {str(path.relative_to(docs)) for path in docs.rglob("*.md")}
    assert set(re.findall(r"[\w/-]+\.md", (ROOT / "mkdocs.yml").read_text())) == pages
    for page in pages:
        links = [link for link in re.findall(r"\]\(([^)#]+)", (docs / page).read_text()) if "://" not in link]
        assert [link for link in links if not (docs / page).parent.joinpath(link).resolve().is_relative_to(docs)] == []


@pytest.fixture(scope="module")
def user_folder(crawled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a user sees it after `make crawl`: with output and .venv."""
    folder = tmp_path_factory.mktemp("user")
    copied(crawled, folder / "output")
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return folder


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


QUESTIONS = re.findall(r"^```sql\n(.*?)^```", (ROOT / "docs/changes.md").read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_questions_about_changes_have_answers(user_folder: Path, question: str) -> None:
    with closing(sqlite3.connect(user_folder / "output" / "corpus.sqlite")) as db:
        assert db.execute(question.replace("third parties", "cookie")).fetchall()


def test_texts_in_force_are_the_last_up_to_the_day(user_folder: Path) -> None:
    with closing(sqlite3.connect(user_folder / "output" / "corpus.sqlite")) as db:
        found = {row[:3]: row[3] for row in db.execute(QUESTIONS[2])}
        versions = db.execute("SELECT site, kind, variant, first_timestamp FROM versions ORDER BY 4").fetchall()
    assert found == {row[:3]: row[3] for row in versions if row[3] <= "20160101235959"}


def example(language: str) -> str:
    [found] = examples(language)
    return found


def test_the_sql_query_of_the_readme_finds_passages(user_folder: Path) -> None:
    with closing(open_for_reading(user_folder / "output")) as db:
        by_words, by_letters = (db.execute(query).fetchall() for query in examples("sql"))
    assert len({site for site, *_ in by_words}) >= 2
    assert all("[" in passage for *_, passage in by_words)
    assert by_letters == [], "no text of the sample is Chinese; that the query finds some is seen in test_schema"


def test_the_shell_query_of_the_readme_counts_versions(user_folder: Path) -> None:
    assert shutil.which("sh")
    command = ["sh", "-e", "-c", example("sh")]
    ended = subprocess.run(command, cwd=user_folder, capture_output=True, text=True, timeout=60, check=True)
    assert "harbourlight.example" in ended.stdout
    assert ended.stderr == ""


def test_the_pandas_query_of_the_readme_makes_a_table(user_folder: Path) -> None:
    command = [sys.executable, "-E", "-c", example("python")]  # without our PYTHONPATH, which hides pandas
    ended = subprocess.run(command, cwd=user_folder, capture_output=True, text=True, timeout=60, check=True)
    assert re.search(r"^2004\s+\d+", ended.stdout, re.MULTILINE)
    assert ended.stderr == ""


@pytest.mark.parametrize("code", PYTHON, ids=lambda code: code.splitlines()[-1].strip()[:30])
def test_the_examples_of_the_python_page_run(code: str, user_folder: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    ended = launched(command, env, 60, folder=user_folder)
    assert ended.stderr == ""
    assert ended.stdout.strip()
