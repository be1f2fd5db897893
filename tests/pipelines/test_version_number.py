"""One version: of the program, of what it calls itself, and of what installers see."""

from importlib import import_module

import policy_corpus
from pipelines.formats.release import __version__


def test_all_say_the_same() -> None:
    assert policy_corpus.__version__ == __version__
    assert f"policy-corpus/{__version__}" == import_module("crawler.settings").USER_AGENT
