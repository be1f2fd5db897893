import pytest

from tests.pipelines.extraction.pages import POLICY, reading


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>10<sup>6</sup> letters</p>", "10^6 letters"),
        ("<p>3 km<sup>2</sup> of land</p>", "3 km^2 of land"),
        ("<p>the note<sup>1</sup> says</p>", "the note [1] says"),
        ("<p>the note<sup><a href='#n'>2</a></sup>.</p>", "the note [2]."),
        ("<p>the note<a href='#n'><sup>2</sup></a> says</p>", "the note [2] says"),
        ("<h2>Nets</h2><div role=heading aria-level=3>Rods</div>", "### Rods"),
        ("<p><sup>1</sup> The note says</p>", "[1] The note says"),
        ("<p>the 3<sup>rd</sup> and H<sub>2</sub>O</p>", "the 3rd and H2O"),
        ("<p>we <del>sell</del><ins>keep</ins> data</p>", "we ~~sell~~ _keep_ data"),
        ("<p><b>Who:</b>we are</p>", "**Who:** we are"),
        ("<p>见<b>「注意」</b>以下</p>", "见「**注意**」以下"),
        ("<p>当社は\n氏名を</p>", "当社は氏名を"),
        ("<p>We\nkeep</p>", "We keep"),
        ("<p>Daten&shy;schutz&#8203;erklärung</p>", "Datenschutzerklärung"),
        ("<p>the _utm_ and *star* `code` signs</p>", "the _utm\\_ and *star\\* \\`code\\` signs"),
        ("<p><font face=Wingdings>&#167;</font>the railway<br><font face=Symbol>&#183;</font>the ferry</p>",
         "  * the railway\n  * the ferry"),
        ("<p><span style='font-family:Wingdings'>n</span> rail</p><p><span style='font-family:Symbol'>x</span> sea</p>",
         "  * rail\n  * sea"),
        ("<div role=table><div role=row><span role=columnheader>Name</span><span role=columnheader>Use</span></div>"
         "<div role=row><span role=cell>_ga</span><span role=cell>counts</span></div></div>",
         "Name| Use  \n---|---  \n_ga| counts  "),
        ("<table><tr><td>(a)<td>one thing<tr><td>(b)<td>another thing</table>", "(a) one thing\n\n(b) another thing"),
    ],
)  # fmt: skip
def test_written_out(html: str, text: str) -> None:
    assert text in reading(POLICY + html + POLICY.replace("customers", "readers")).body
