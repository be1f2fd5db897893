"""Which of several encodings makes a text language: by words that are all over a language, and the letters it has.

Each language has its few commonest words and the letters beyond ASCII that it writes. An encoding that is wrong gives
other letters, and words that are none.
"""

import re
import unicodedata
from collections import Counter

WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*")
PUNCTUATION = frozenset("\xa0«»“”„‘’‚‹›–—…•·©®™§°€£№¿¡´\xad")
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
LANGUAGES: dict[str, tuple[str, str]] = {
    "en": ("", "the and of to we you your that is in for or this with"),
    "de": ("äöüß", "und der die wir sie nicht für das den von ist mit werden"),
    "fr": ("àâçéèêëîïôùûüœæ", "le la les des et nous vous de pour une est dans que"),
    "es": ("áéíñóúü", "de la que el los y en para su por las una con"),
    "pt": ("áâãàçéêíóôõúü", "de que e o a os para não seu com uma dos por"),
    "it": ("àèéìòù", "di che e il la i per non dati con del una sono"),
    "nl": ("ëïéöü", "de het en van wij een dat uw voor niet is op met"),
    "sv": ("åäöé", "och att vi du som för är av på din inte det med"),
    "da": ("æøåé", "og at vi du som for er af på din ikke det med"),
    "fi": ("äöå", "ja on ei että tai emme sekä kun me ovat joka voi jotka tietoja"),
    "is": ("áðéíóúýþæö", "og að við þú sem er ekki til um þín í á það"),
    "hu": ("áéíóöőúüű", "a az és hogy nem vagy egy amely azt meg ha csak mint"),
    "cs": ("áčďéěíňóřšťúůýž", "a je na se že které nebo pro jsou v o k aby jako"),
    "sk": ("áäčďéíĺľňóôŕšťúýž", "a je na sa že ktoré alebo pre sú v o k aby ako"),
    "pl": ("ąćęłńóśźż", "i w na nie się z do oraz że jest lub o dla"),
    "ro": ("ăâîșțşţ", "și şi de la care nu în sau pe cu pentru este dumneavoastră"),
    "sl": ("čšž", "in je na da se ki za ne ali so v z o pri"),
    "hr": ("čćđšž", "i je na da se koji za ne ili su u s o koje"),
    "lt": ("ąčęėįšųūž", "ir kad yra į jūsų mes arba su kaip iš ne tai apie"),
    "lv": ("āčēģīķļņšūž", "un ka ir mēs jūsu vai no ar par uz kas nav"),
    "et": ("äöõüšž", "ja on et või me ei kui teie mis oma selle ka"),
    "tr": ("çğıöşüâî", "ve bir bu için ile veya olarak kişisel da de değil sizin"),
    "vi": (
        "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
        "và của chúng tôi bạn không cho các là có được thông tin",
    ),
    "ru": (CYRILLIC + "ё", "и в на не с мы по для что или ваших вы от"),
    "uk": (CYRILLIC + "іїєґ’", "і в на не з ми та для що або ваші ви від"),
    "bg": (CYRILLIC, "и на да не за от се в че или ние са с"),
    "el": ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ", "και το να της του με που η τα δεν για των ή"),
    "he": ("אבגדהוזחטיךכלםמןנסעףפץצקרשת", "את של על לא או אנו כי אם זה עם"),
    "ar": ("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي", "من في على أو أن لا التي إلى نحن هذه عن"),
    "ca": ("àçèéíïòóúü·", "de la que el els les i en per amb una les als del no es"),
    "mt": ("àċġħżù", "u li ta il f'dan jew għal ma dwar din dan"),
    "th": ("".join(map(chr, range(0x0E01, 0x0E5C))), ""),
}
_WORDS = {name: frozenset(words.split()) for name, (_, words) in LANGUAGES.items()}
_LETTERS = {name: frozenset(letters) | PUNCTUATION for name, (letters, _) in LANGUAGES.items()}
FEW = 0.85  # of the letters beyond ASCII: below, it is not that language


COMMON = {
    "ja": "のはにをがでとすまたいるしてなおよ",
    "ko": "이다는을의에가고를한로하은기지사도인정자니습",
    "zh": "的是在不了和我们您用户信息个人为有可以或与本及这到法律条款责任服务权提供使同意隐私将时对方内容规定",
    "zh-Hant": "的是在不了和我們您用戶資訊個人為有可以或與本及這到法律條款責任服務權提供使同意隱私將時對方內容規定",
}
_COMMON = [frozenset(signs) for signs in COMMON.values()]


def share_of_common(text: str) -> float:
    """Of the signs beyond ASCII, the share of those that are the commonest ones of one language that parts no words."""
    beyond = Counter(character for character in text if not character.isascii())
    whole = beyond.total() or 1
    return max(sum(beyond[sign] for sign in signs) for signs in _COMMON) / whole


def likeness(text: str) -> float:
    """How much a text is language, 0 to 2: share of its letters beyond ASCII that belong to the language whose common
    words it uses most, and share of such words."""
    text = unicodedata.normalize("NFC", text)
    words = Counter(WORD.findall(text.lower()))
    beyond = Counter(character for character in text.lower() if not character.isascii())
    all_words, all_beyond = sum(words.values()) or 1, sum(beyond.values()) or 1
    mixed: float = sum(word[1:] != word[1:].lower() and word != word.upper() for word in WORD.findall(text)) / all_words
    best = 0.0
    for name, letters in _LETTERS.items():
        known = sum(count for letter, count in beyond.items() if letter in letters) / all_beyond
        if known >= FEW:
            best = max(best, known + min(1.0, 2 * sum(words[word] for word in _WORDS[name]) / all_words))
    return best - float(mixed)
