import codecs
import unicodedata

import pytest

from pipelines.extraction.judgement.tongues import likeness
from pipelines.extraction.page.charset import decode

UNDECLARED = [
    ("cp1252", "We keep “what you told us” and it costs 5 € for the first copy of your data."),
    ("cp1252", "Me keräämme tietoja, jotka käyttäjä itse antaa, emmekä myy niitä kenellekään. Päätös on sinun."),
    (
        "iso8859_2",
        "Az adatokat csak addig őrizzük meg, amíg szükséges, és nem adjuk át azokat másnak. Ön kérheti a törlést.",
    ),
    ("cp1250", "Osobní údaje zpracováváme jen pro účely, které jsou uvedeny níže, a nepředáváme je třetím osobám."),
    ("cp1250", "Osobné údaje spracúvame len na účely, ktoré sú uvedené nižšie, a nepredávame ich tretím osobám."),
    (
        "iso8859_2",
        "Dane osobowe przetwarzamy tylko w celu, który wskazaliśmy, i nie przekazujemy ich nikomu bez zgody.",
    ),
    (
        "cp1257",
        "Mes renkame jūsų duomenis tik tam, kad galėtume teikti paslaugas, ir jų neperduodame tretiesiems asmenims.",
    ),
    ("cp1254", "Kişisel verilerinizi yalnızca açık rızanız ile işliyoruz ve üçüncü kişilere değil size bildiriyoruz."),
    ("cp1251", "Мы собираем ваши данные только для того, что указано ниже, и не передаём их третьим лицам."),
    ("koi8_u", "Ми збираємо ваші дані лише для того, що вказано нижче, і не передаємо їх третім особам."),
    ("cp866", "Мы собираем ваши данные только для того, что указано ниже, и не передаём их третьим лицам."),
    ("cp1253", "Συλλέγουμε τα δεδομένα σας μόνο για τους σκοπούς που αναφέρονται και δεν τα δίνουμε σε τρίτους."),
    ("cp1255", "אנו אוספים את המידע שלכם רק למטרות אלה ולא מעבירים אותו לאחרים."),
    ("iso8859_6", "نحن نجمع بياناتك فقط من أجل هذه الأغراض ولا نقدمها إلى أي شخص آخر."),
    ("cp1258", "Chúng tôi không bán thông tin của bạn cho bên thứ ba và chỉ dùng các dữ liệu này khi được phép."),
]


def written(text: str, name: str) -> bytes:
    """In cp1258 tones stand as letters of their own; only such letters are taken apart as it does not have."""
    if name != "cp1258":
        return text.encode(name)
    pieces = []
    for character in text:
        try:
            pieces.append(character.encode(name))
        except UnicodeEncodeError:
            base, tone = unicodedata.normalize("NFD", character)[:-1], unicodedata.normalize("NFD", character)[-1]
            if base.endswith("\u0323"):
                base, tone = base[:-1] + tone, "\u0323"
            pieces.append((unicodedata.normalize("NFC", base) + tone).encode(name))
    return b"".join(pieces)


@pytest.mark.parametrize(("name", "text"), UNDECLARED, ids=[f"{name}-{n}" for n, (name, _) in enumerate(UNDECLARED)])
def test_without_a_word_about_it_the_text_tells(name: str, text: str) -> None:
    found, charset = decode(written(f"<p>{text}</p>\n" * 6, name))
    assert unicodedata.normalize("NFC", found).startswith(f"<p>{text}"), charset


@pytest.mark.parametrize("label", ["utf-16", "utf-16le", "utf-32"])
def test_a_readable_page_is_not_of_wide_letters(label: str) -> None:
    body = f'<meta charset="{label}"><p>Daten gemäß dem Gesetz; die Löschung können Sie verlangen.'.encode("cp1252")
    assert codecs.lookup(decode(body)[1]) == codecs.lookup("cp1252")


def test_japanese_that_shifts_needs_no_declaration() -> None:
    assert decode("<p>個人情報を収集します。".encode("iso2022_jp"))[0] == "<p>個人情報を収集します。"


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_wide_letters_without_a_mark(name: str) -> None:
    text = "<html><body><p>Мы собираем ваши данные.</p></body></html>"
    assert decode(text.encode(name))[0] == text


def test_the_wrong_encoding_is_less_like_language() -> None:
    text = "Мы собираем ваши данные только для того, что указано ниже."
    assert likeness(text) > 1 > likeness(text.encode("cp1251").decode("koi8_r"))
