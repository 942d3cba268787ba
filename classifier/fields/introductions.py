"""Recognises how a byline begins: "By", "Text:" and their like in many languages, or the author's role or desk."""

from __future__ import annotations

import re

from copydesk.classifier.letter_case import fold_case

_HAN, _HANGUL = r"[\u3400-\u9fff々]", "[가-힣]"
_SURNAMES = (
    "王李张張刘劉陈陳杨楊黄黃赵趙周吴吳徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓邓鄧冯馮曹彭曾肖萧蕭田董潘袁蔡蒋蔣"
    "余于杜叶葉程魏苏蘇吕呂丁任卢盧姚沈钟鐘姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付傅方邹鄒熊白孟秦邱侯江尹薛闫阎閻段雷龙龍黎史陶"
    "贺賀毛郝顾顧龚龔邵万萬覃武钱錢戴严嚴莫孔汤湯常温溫康施文牛樊葛邢安齐齊易乔喬伍庞龐颜顏倪庄莊聂聶章鲁魯岳翟殷申耿关關焦"
    "左柳甘祝包宁寧尚符舒阮柯纪紀梅童凌毕畢裴霍涂苗谷盛曲翁冉骆駱蓝藍游辛靳管柴蒙鲍鮑华華喻祁蒲房滕屈饶饒牟艾尤阳陽穆卓古"
    "吉简簡车車项項连連芦麦麥褚娄婁窦竇戚岑景党宫宮费費卜冷晏席卫衛米柏宗瞿桂佟臧闵苟边邊卞姬师師仇隋商刁沙荣榮寇桑甄丛仲虞"
)
"""First characters of Chinese names. Left out are those that as often begin a verb or a time: 向 应 时 查 谈 解 明."""

_CHINESE_NAME = rf"(?:[{_SURNAMES}]|欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|皇甫|司徒|东方|東方){_HAN}{{1,2}}"
_REPORTED = r"(?:(?:综合|綜合|专题|專題)?(?:报道|報導|報道)|摄影?|攝影?|撰文|文)?"
_CHINESE = (
    rf"(?:(?:{_HAN}{{1,5}}[社报報网網台刊][/／]?)?\s?(?:特约|特約|特派|首席|实习|實習|见习|見習)?(?:记者|記者)|通讯员|通訊員)"
    rf"(?:\s*[:：]|\s(?={_HAN}{{2,5}}(?!{_HAN}))|(?={_CHINESE_NAME}{_REPORTED}(?!{_HAN})))"
)
"""A reporter of a paper or an agency. A name follows at once, or alone after a space: all else is a sentence."""

_JAPANESE = (
    rf"(?:記者|{_HAN}{{1,4}}(?:部|班|支局|総局))・"
    rf"(?={_HAN}{{1,4}}[ \u3000]?(?:{_HAN}|[\u3041-\u309f]){{1,5}}\s*(?:$|[\d(（|]))"
)
_KOREAN = (
    r"(?:(?:사회|정치|경제|문화|국제|산업|체육|스포츠|편집|생활|교육|사진|전국|지역|금융|과학|연예|탐사|기획)\d?부\s+"
    rf"(?={_HANGUL}{{2,4}}(?:\s(?:{_HANGUL}{{2}}\s?)?기자)?\s*(?:$|[\d(|]|\S+@))"
    rf"|(?={_HANGUL}{{2,4}}\s(?:{_HANGUL}{{2}}\s?)?기자\s*(?:$|[\d(|]|\S+@)))"
)
_THAI = "[\u0e00-\u0e7f]"
"""A letter of the Thai script. What "เรื่อง:" leads to is a name if it is two words; it also means "subject"."""
_YORUBA = r"l(?:á|a\u0301)ti\s+(?:ọ|o\u0323)w(?:ọ|o\u0323)\u0301?"

_OUR_REPORTER = (
    r"(?:by|from|von|vom|par|de|del|dal|da|do|por|door|van|av|af|fra|från|od)\s+"
    r"(?:our|unser(?:em|er|en)|notre|nos|nuestr[oa]|noss[oa]|nostr[oa]|onze|vår|vores|naszego|naszej|našeho|našej)\s+"
    r"(?:[^\W\d_]{3,20}\s+){0,2}?(?:redakt\w+|redact\w+|mitarbeiter\w*|korrespond\w+|correspond\w+|corrispondent\w*|"
    r"corresponsal|reporter\w*|verslaggever\w*|envoyée?\s+spéciale?|enviad[oa](?:\s+especial)?|inviat[oa]|"
    r"korespondent\w*|journalist\w*|medarbe\w+|utsänd\w*|editor)(?:/in|:in)?\s"
)
"""How a paper calls its own reporter before a name: "Von unserem Redakteur Ada Quill"."""

_INTRODUCED = re.compile(
    r"^\W*(?:"
    r"(?:(?:an?|ein|eine|une|un)\s+)?(?:words?|story|analysis|opinion|text|texte|texto|testo|kommentar|analyse|"
    r"reportage|interview|gastbeitrag|gastkommentar|essay|kolumne|"
    r"written|posted|published|reported|reviewed|report|reporting|produced|created|skrevet|skriven|veröffentlicht|"
    r"guide|article|column|post|authored|contributed|submitted|geschrieben|verfasst|gepostet|eingestellt|gespeichert|"
    r"aufgezeichnet|publié|écrit|soumis|envoyé|rédigé|propos recueillis|escrit[oa]|publicad[oa]|enviado|postado|"
    r"scritto|pubblicato|inserito|(?:articolo )?a cura|geschreven|geplaatst|ingediend|upplagd|lagt in[dn]|scris|"
    r"publicat|postat|diposting|ditulis)\s+"
    r"(?:by|von|par|por|di|da|de|av|af|door|oleh)\b"
    r"|door\s+onze\s+(?:\w+\s)?(?:\w*verslaggevers?|\w*redacteur|correspondent)\b"
    rf"|{_OUR_REPORTER}"
    r"|(?:συντάχθηκε|αναρτήθηκε|γράφτηκε|δημοσιεύ[τθ]ηκε)\s+από(?:\s+τ(?:ον/την|ην?|ον?|ους))?\s"
    r"|insights\s+(?:from|by)\b|(?:by|von|par|por|di|av|af|door|przez|oleh|bởi|от|від|автор)\b(?!\.)"
    r"|(?:author|autor|autorin|autore|autora|autorka|autorica|autori|autorė|autorius|auteur|forfatter|författare|"
    r"journalist|skribent|word|text|texte|texto|testo|foto|fotos|credits?|автор|текст|yazan|haber|penulis|laporan|editor|redacción|redaktion|tekst|文|作者|撰文|interview|protokoll|"
    r"entrevista|intervista|reporter|yazar|szerző|írta|szöveg|autoriu|avtor|piše|napisala?|kirjoittaja|haastattelu|rozmawiała?|"
    r"rozmawia|авторка|аўтар|аутор|пише|συντάκτη|συντάκτρια|κείμενο|ρεπορτάζ)s?ς?\s*+"
    r"(?:/in|in|\(s\))?\s*+[:：]"
    r"|teksti(?:\s(?:ja|&)\s\w{4,6})?\s*[:：]|(?:thực hiện|tác giả|bài(?:\s?(?:và|,|-|&)\s?ảnh)?|bài viết)\s*[:：]"
    r"|autorin/autor\b|(?:كتبت?|تقرير|إعداد|حوار|كتابة)\s*:|بقلم|(?:گزارش|نویسنده|تحریر|رپورٹ)\s*:|گزارش از\s"
    r"|מאת(?:\s*:|\s)|כתבה?\s*:|(?:लेखक|लेखिका|रिपोर्ट|रिपोर्टर|संवाददाता)\s*:|(?:লেখক|প্রতিবেদক|লিখেছেন)\s*:|ავტორი(?:\s*:|\s)"
    r"|โดย(?:\s*:|\s)|(?:เรื่องและภาพ|เรื่อง/ภาพ|ผู้เขียน)\s*:"
    rf"|เรื่อง\s*:(?=\s*{_THAI}{{2,20}}\s{_THAI}{{2,20}}\s*$)"
    r"|(?:文|取材|聞き手)\s*[・＝=]"
    rf"|글\s?[:=]|기자\s+(?={_HANGUL}{{2,4}}\s*$)|{_CHINESE}|{_JAPANESE}|{_KOREAN}|{_YORUBA}"
    r")\s*:?\s*"
)
"""How a byline begins, in folded text."""

_BY_CASE = re.compile(
    r"^(?:(?:(?:[Ww]ritten|[Pp]osted|[Pp]ublished) ?[Bb]y|[Bb]y|Von|Par|Por)(?=[A-ZÀ-Þ]{2}|[A-ZÀ-Þ][a-zà-ÿ])"
    r"|(?:Laporan|LAPORAN|Eftir|EFTIR|Kirjutas|KIRJUTAS|Parašė|PARAŠĖ|Napsala?|Napísala?|Napisao|Napisala)"
    r"\s+(?=[A-ZÀ-Þ]\S*\s+[A-ZÀ-Þ]))"
)
"""How a byline begins that only capitals tell: glued to a name, or with a word that sentences begin with, too."""

_SHOWN = re.compile(r"(?:[Dd]e|DE|Na|NA|Per|Rozmawiała?|Rozmawia|Τ(?:ου|ης|ων)|ΤΟΥ|ΤΗΣ|Από τ(?:ην?|ον?|ους))\s+")
"""What means "by" in Romanian, Swahili, Catalan, Polish and Greek, and begins sentences and names, too."""
_ARTICLES = frozenset(("la", "las", "los", "le", "van", "den", "der"))
_EDITED = re.compile(r"\W*(?:editors?|edited by|éditeur|editora?s?)\s*[:：]")
"""How a line begins that names who edited the article, in folded text."""

_MENTIONED = re.compile(
    r"\b(?:by|von|par|por|di|av|af|door|przez|oleh|bởi|text|tekst|yazan|yazar|haber|penulis|credit|laporan|eftir"
    r"|kirjutas|parašė|napsal|napísal|napisao"
    r"|thực hiện|tác giả|bài|interview|protokoll|entrevista|intervista|reporter|szerző|szöveg|avtor|piše|napisal"
    r"|kirjoittaja|haastattelu|rozmawia|scris|publicat|postat|(?=[^\x00-\x7f])(?:от|від|автор|аўтар|аутор|пише|текст|írta"
    r"|συντ|αναρτ|γράφτηκε|δημοσιεύ|κείμενο|ρεπορτάζ|كتب|بقلم|تقرير|إعداد|حوار|گزارش|نویسنده|تحریر|رپورٹ|מאת|כתב|ავტორი"
    r"|लेखक|लेखिका|रिपोर्ट|संवाददाता|লেখক|প্রতিবেদক|লিখেছেন))"
    r"|author|autor|autore|auteur|forfatter|författare|journalist|skribent|redacción|l(?:á|a\u0301)ti|editor|by[a-zà-öø-þ×]"
    r"|(?=[文記记作通部班局가-힣โเผ])(?:文|記者|记者|作者|通讯员|通訊員|[部班局]・|기자|글|[가-힣]부\s|โดย|เรื่อง|ผู้เขียน)"
)
"""Where a byline may begin, in folded text."""


def begins_byline(text: str) -> bool:
    """Return whether a text begins as a byline does: "By Ada Quill", "Autor: Ada Quill"."""
    return _INTRODUCED.match(fold_case(text)) is not None or _BY_CASE.match(text) is not None


def mentions_author(text: str) -> bool:
    """Return whether a byline may begin anywhere in a text; quicker than looking for one."""
    return _MENTIONED.search(fold_case(text)) is not None


def without_introduction(text: str) -> str:
    """Return a text without "By" or the like at its beginning."""
    found = _INTRODUCED.match(fold_case(text))
    return text if found is None else text[found.end() :]


def without_cased_introduction(text: str) -> str:
    """Return a text without the beginning of a byline that only capitals tell: "ByAda Quill"."""
    return _BY_CASE.sub("", text)


def without_shown_introduction(text: str) -> str:
    """Return a byline without a first word that means "by", but only before two capitalised words: "De Ada Quill"."""
    found = _SHOWN.match(text)
    words = text[found.end() :].split(None, 2)[:2] if found is not None else []
    is_name = len(words) == 2 and all(word[0].isupper() for word in words) and words[0].lower() not in _ARTICLES
    return text[found.end() :] if found is not None and is_name else text


def names_editor(text: str) -> bool:
    """Return whether a text begins as a line does that names the editor of an article: "Editor: Ada Quill"."""
    return _EDITED.match(fold_case(text)) is not None
