import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extraction.page.charset import _is_whole, decode, mended

GERMAN = "Größe und Übung – „schön“ für alle Straßen und Bürger, die ihre Daten schützen möchten. "
RUSSIAN = "Политика конфиденциальности персональных данных наших пользователей. "
GREEK = "Γράφουμε το όνομα και την οδό και κρατάμε το βιβλίο για έξι χρόνια, γιατί το ζητάει ο νόμος του λιμανιού. "
CZECH = "Zapisujeme jméno a ulici a knihu necháváme šest let, protože to chce úřad a že je to ve shodě se zákonem. "
ICELANDIC = (
    "Við skráum nafn þitt og götu og geymum bókina í sex ár því að lögin um höfnina mæla svo fyrir og það er nóg. "
)
JAPANESE = "ご注文の際にお客様のお名前とご住所を書き留め、六年間保管します。写しの請求や訂正の依頼ができます。"


@pytest.mark.parametrize(
    ("text", "written", "header", "meta", "name"),
    [
        (GERMAN, "utf-8", "", "", "utf-8"),
        (GERMAN, "utf-8", "text/html; charset=iso-8859-1", "", "utf-8"),
        (GERMAN, "utf-8", "", "windows-1252", "utf-8"),
        (GERMAN, "cp1252", "", "iso-8859-1", "cp1252"),
        (GERMAN, "cp1252", "text/html; charset=utf-8", "", "cp1252"),
        (GERMAN, "cp1252", "", "", "cp1252"),
        (RUSSIAN, "cp1251", "", "windows-1251", "cp1251"),
        (RUSSIAN, "cp1251", "text/html; charset=windows-1251", "utf-8", "cp1251"),
        (RUSSIAN, "koi8-r", "", "koi8-r", "koi8-r"),
        (RUSSIAN, "cp1251", "", "", "cp1251"),
        ("個人情報保護方針について。当社は個人情報を収集します。", "shift_jis", "", "Shift_JIS", "cp932"),
        ("隐私政策：我们收集的信息", "gb18030", "", "gb2312", "gb18030"),
        (RUSSIAN, "cp1251", "text/html; charset=iso-8859-1", "", "cp1251"),
        (RUSSIAN, "koi8-r", "", "windows-1252", "koi8-u"),
        (GREEK, "cp1253", "", "iso-8859-1", "cp1253"),
        (CZECH * 3, "cp1250", "", "iso-8859-1", "cp1250"),
        (JAPANESE, "euc_jp", "text/html; charset=iso-8859-1", "", "euc_jp"),
        (ICELANDIC, "cp1252", "", "iso-8859-1", "cp1252"),
        ("† ‡ ¤ þ ¼ ½ ¾ " * 30, "cp1252", "", "iso-8859-1", "cp1252"),
        ("plain ASCII", "ascii", "text/html; charset=windows-1251", "", "utf-8"),
        (GERMAN, "utf-16", "", "", "utf-16-le"),
        (GERMAN, "utf-16-be", "", "", "utf-16-be"),
        (GERMAN, "utf-8-sig", "text/html; charset=big5", "", "utf-8"),
        ("個人情報", "iso2022_jp", "", "iso-2022-jp", "iso2022_jp"),
    ],
)
def test_charsets(text: str, written: str, header: str, meta: str, name: str) -> None:
    declared = f'<meta charset="{meta}">' if meta else ""
    found, charset = decode((declared + text).encode(written), header)
    assert found == declared + text
    assert codecs.lookup(charset) == codecs.lookup(name)


KOREAN = "그릇을 주문하면 이름과 거리를 적고 육 년 동안 보관합니다. 사본을 요청하거나 지워 달라고 할 수 있습니다."
CHINESE = "我们记下您的姓名和街道，订货簿保留六年。您可以要求更正或删除，也可以向监管部门投诉。"
TRADITIONAL = "我們記下您的姓名和街道，訂貨簿保留六年。您可以要求更正或刪除，也可以向主管機關申訴。"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (JAPANESE, "shift_jis euc_jp iso2022_jp"),
        (KOREAN, "euc_kr iso2022_kr"),
        (CHINESE, "gb18030"),
        (TRADITIONAL, "big5"),
        ("Apuntem el nom, el carrer i el telèfon del client; guardem el llibre perquè la llei ho exigeix.", "cp1252"),
        (
            "Įrašome vardą, gatvę ir telefoną, nes to reikalauja įstatymas, ir saugome šešerius metus.",
            "iso8859_4 cp1257",
        ),
        (
            "Wir notieren Name und Straße und heben das Buch für das Finanzamt sechs Jahre auf.",
            "cp850 cp1252 mac_roman",
        ),
        ("Zapisujeme jméno a ulici a knihu necháváme šest let, protože to chce úřad.", "cp852 cp1250 iso8859_2"),
        ("Мы записываем имя и улицу, и книга лежит у нас шесть лет, так как это нужно.", "mac_cyrillic cp866 koi8_r"),
    ],
)
def test_charsets_that_nothing_declares(text: str, names: str) -> None:
    page = f"<p>{text}</p>\n<p>fernhill.example</p>"
    assert {name for name in names.split() if decode(page.encode(name), "text/html")[0] != page} == set()


def test_a_meta_counts_before_the_header() -> None:
    body = b'<meta charset="windows-1251">' + RUSSIAN.encode("cp1251")
    assert decode(body, "text/html; charset=koi8-r")[1] == "cp1251"


@pytest.mark.parametrize("label", ["x-klingon", "zlib", "idna", "punycode", "utf-7", "unicode_escape", ""])
def test_labels_that_are_no_charset(label: str) -> None:
    text, charset = decode(
        f'<meta charset="{label}">'.encode() + GERMAN.encode("cp1252"), f"text/html; charset={label}"
    )
    assert charset == "cp1252"
    assert text.endswith(GERMAN)


def test_a_few_broken_bytes_do_not_change_the_charset() -> None:
    text, charset = decode((GERMAN * 20).encode() + b"\xff")
    assert charset == "utf-8"
    assert text.count("\ufffd") == 1


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("ExplorerÂ®", "Explorer®"),
        ("donâ€™t", "don’t"),
        ("â€œquotedâ€\x9d", "“quoted”"),
        ("cafÃ© franÃ§ais", "café français"),
        ("Â© 2009", "© 2009"),
        ("5Â\xa0kg", "5\xa0kg"),
    ],
)
def test_mojibake_is_mended(broken: str, whole: str) -> None:
    assert mended(broken) == whole


@pytest.mark.parametrize(
    "text",
    ["Âme château", "MAÇÃ e NÃO", "IRMÃ\xa0", "vie privé»\xa0", "Ângulo", "São Paulo", "în română", "Â", "Ã", "ë€"],
)
def test_letters_that_languages_write_stay(text: str) -> None:
    assert mended(text) == text


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.text(max_size=30))
def test_any_bytes_decode(body: bytes, header: str) -> None:
    text, charset = decode(body, header)
    assert codecs.lookup(charset)
    assert isinstance(text, str)


@given(st.text("Ââãðé®’€Ÿ\xa0a tÃ©\x80", max_size=30))
def test_what_was_read_twice_is_told_by_bytes(text: str) -> None:
    assert mended(text) == text or not _is_whole(text.encode())
