"""Sites of a few pages, written down in a test as lines of captures (see crawler.local_archive.sample)."""

from pathlib import Path

from crawler.local_archive.sample import make_sample

_SITE = """host = "{host}"
name = "{host}"
slogan = ""
language = "en"
keywords = ""
cookie_notice = ""
navigation = []
footer = []
captures = '''
{captures}
'''
"""


def archive_of(folder: Path, host: str, captures: list[str], **files: str) -> Path:
    """An archive of one site. The name of a file is given with `_` for its dot."""
    site = folder / "sites" / "one"
    site.mkdir(parents=True)
    (site / "site.toml").write_text(_SITE.format(host=host, captures="\n".join(captures)), "utf-8")
    for name, text in files.items():
        (site / name.replace("_", ".")).write_text(text, "utf-8")
    make_sample(folder / "archive", folder / "sites")
    return folder / "archive"


def policy(*sentences: str) -> str:
    """The source of a text, a version a sentence."""
    versions = "\n".join(f"@ {number}\n{sentence}\n" for number, sentence in enumerate(sentences, 1))
    return f"""# Privacy Policy

@ 1-
This privacy policy tells which personal information we collect when you visit our website, and how we use it. We
collect your name and your e-mail address when you write to us. We do not share personal data with third parties.
You may ask us at any time which data about you we hold, and to delete them. We use one cookie.

{versions}
"""
