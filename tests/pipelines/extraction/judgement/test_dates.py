import pytest

from pipelines.extraction.judgement.dates import is_relative, stated_date, states_a_date
from pipelines.extraction.judgement.normal import reading_key

BODY = "We keep few things and say which.\n\n"


@pytest.mark.parametrize(
    ("line", "language", "iso"),
    [
        ("Last updated: March 3, 2023", "en", "2023-03-03"),
        ("Posted: March 3, 2023", "en", "2023-03-03"),
        ("(Rev. 3 March 2023)", "en", "2023-03-03"),
        ("공고일자: 2023.03.03", "ko", "2023-03-03"),
        ("Kehtib alates 3. märtsist 2023", "et", "2023-03-03"),
        ("**Effective date:** 1st April 2023", "en", "2023-04-01"),
        ("Updated on 20 Feb 2025.", "en", "2025-02-20"),
        ("Last updated 25/12/2020", "en", "2020-12-25"),
        ("Last updated 2020-12-05", "en", "2020-12-05"),
        ("Dernière mise à jour : 1er août 2021", "fr", "2021-08-01"),
        ("Stand: 03.04.2022", "de", "2022-04-03"),
        ("Stand: 5. März 2022", "de", "2022-03-05"),
        ("Última actualización: 5 de marzo de 2022", "es", "2022-03-05"),
        ("Última atualização: 7 de março de 2022", "pt", "2022-03-07"),
        ("Ultimo aggiornamento: 9 maggio 2022", "it", "2022-05-09"),
        ("Laatst gewijzigd op 9 mei 2022", "nl", "2022-05-09"),
        ("Ostatnia aktualizacja: 9 maja 2022 r.", "pl", "2022-05-09"),
        ("Senast uppdaterad den 9 maj 2022", "sv", "2022-05-09"),
        ("Sidst opdateret den 9. oktober 2022", "da", "2022-10-09"),
        ("Sist oppdatert 9. desember 2022", "nb", "2022-12-09"),
        ("Päivitetty 9. maaliskuuta 2022", "fi", "2022-03-09"),
        ("Hatályos: 2022. március 9.", "hu", "2022-03-09"),
        ("Atjaunināts 2022. gada 9. martā", "lv", "2022-03-09"),
        ("Atnaujinta 2022 m. kovo 9 d.", "lt", "2022-03-09"),
        ("Naposledy aktualizováno 9. března 2022", "cs", "2022-03-09"),
        ("Ultima actualizare: 9 martie 2022", "ro", "2022-03-09"),
        ("Дата вступления в силу: 9 марта 2022 г.", "ru", "2022-03-09"),
        ("Оновлено 9 березня 2022 року", "uk", "2022-03-09"),
        ("Последна актуализация: 9 март 2022 г.", "bg", "2022-03-09"),
        ("Τελευταία ενημέρωση: 9 Μαρτίου 2022", "el", "2022-03-09"),
        ("Son güncelleme: 9 Mart 2022", "tr", "2022-03-09"),
        ("עודכן לאחרונה: 9 במרץ 2022", "he", "2022-03-09"),
        ("آخر تحديث: 9 مارس 2022", "ar", "2022-03-09"),
        ("अंतिम अपडेट: 9 मार्च 2022", "hi", "2022-03-09"),
        ("ปรับปรุงล่าสุด 9 มีนาคม 2565", "th", "2022-03-09"),
        ("Cập nhật lần cuối: ngày 9 tháng 3 năm 2022", "vi", "2022-03-09"),
        ("Terakhir diperbarui: 9 Maret 2022", "id", "2022-03-09"),
        ("시행일: 2022년 3월 9일", "ko", "2022-03-09"),
        ("2022年3月9日施行", "ja", "2022-03-09"),
        ("更新日期：2022年3月9日", "zh", "2022-03-09"),
        ("最後更新：民國111年3月9日", "zh", "2022-03-09"),
        ("本政策更新于二〇二二年三月十九日", "zh", "2022-03-19"),
        ("令和4年3月9日 制定", "ja", "2022-03-09"),
        ("平成元年3月9日改定", "ja", ""),
        ("Last updated 3/23/99", "en", "1999-03-23"),
        ("This notice took effect on 3rd March 2022", "en", "2022-03-03"),
        ("Version 2.1, dated 3 March 2022", "en", "2022-03-03"),
        ("In vigore dal 1° gennaio 2020", "it", "2020-01-01"),
        ("Viimati uuendatud 3. märtsil 2022", "et", "2022-03-03"),
        ("Velja od 3. marca 2022", "sl", "2022-03-03"),
        ("Poslednje ažuriranje: 3. mart 2022.", "sr", "2022-03-03"),
        ("L-aħħar aġġornament: 3 ta' Marzu 2022", "mt", "2022-03-03"),
        ("تاريخ السريان: 3 آذار 2022", "ar", "2022-03-03"),
        ("Huling in-update noong ika-3 ng Marso 2022", "tl", "2022-03-03"),
        ("Dikemaskini pada 1 Ogos 2022", "ms", "2022-08-01"),
        ("Darrera actualització: 3 de març de 2022", "ca", "2022-03-03"),
    ],
)
def test_dates_that_a_text_states(line: str, language: str, iso: str) -> None:
    assert stated_date(BODY + line, language)[0] == iso
    assert stated_date(f"{line}\n\n{BODY}", language)[0] == iso
    assert states_a_date(line) == bool(iso)


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Last updated 03/04/2022", "en"),
        ("Last updated 31 February 2022", "en"),
        ("Founded on 3 March 2022", "en"),
        ("Last updated 2 months ago", "en"),
        ("Last updated: version 20220309", "en"),
    ],
)
def test_what_is_no_clear_date(line: str, language: str) -> None:
    assert stated_date(BODY + line, language) == ("", "")


@pytest.mark.parametrize("label", ["Last updated", "**Effective date:**"])
def test_a_label_stands_over_its_date(label: str) -> None:
    assert stated_date(f"{label}\n\n3 March 2022\n\n{BODY}", "en")[0] == "2022-03-03"
    assert stated_date(f"{BODY * 60}{label}\n\n3 March 2022", "en")[0] == "2022-03-03"
    assert stated_date(f"3 March 2022\n\n{label}\n\n{BODY}", "en") == ("", "")


def test_the_line_is_given_as_it_stands() -> None:
    assert stated_date("**Last updated:** 3\\. March 2023\n\n" + BODY, "en")[1] == "Last updated: 3. March 2023"


AGO = (
    "Updated over 2 months ago|Mis à jour il y a 2 mois|Actualizado hace 3 días|Written by Mairi. Updated a week ago"
    "|Updated today|2 ay önce güncellendi|2개월 전 업데이트됨|Frissítve 3 hónapja|تم التحديث منذ شهرين"
    "|อัปเดตเมื่อ 3 วันที่แล้ว|Na-update 3 araw ang nakalipas|3 दिन पहले अपडेट किया गया|Ažurirano pre 3 dana"
    "|Uuendatud 2 kuud tagasi|Atjaunināts pirms 2 mēnešiem|Atnaujinta prieš 2 mėnesius|Uppfært fyrir 2 mánuðum"
    "|Nuashonraithe 2 mhí ó shin|به‌روزرسانی ۲ ماه پیش|Vor 3 Tagen aktualisiert|3か月前に更新|更新於 2 週前"
    "|2か月以上前に更新|2개월 이상 전에 업데이트|更新于 2 个多月前|Zuletzt aktualisiert vor 2 Monaten"
    "|Updated just now|3 months ago|Aktualizováno před více než 2 měsíci|Updated last month|Edited 2w ago|昨天更新"
)


@pytest.mark.parametrize("line", AGO.split("|"))
def test_a_relative_date_makes_no_version(line: str) -> None:
    assert is_relative(line)
    assert reading_key(f"{line}\n\n{BODY}") == reading_key(BODY)


def test_a_sentence_is_no_relative_date() -> None:
    assert not is_relative("Records that were made more than two months ago are shredded, as the policy updated says.")
    assert not is_relative("What we kept 3 months ago")
    assert not is_relative("Effective today, we no longer sell nets.")
