"""A sentence in each of many languages, and the charsets that it is written in."""

from __future__ import annotations

GERMAN = "Gestern Abend kamen viele neue Bücher in die Stadtbücherei, und draußen standen die Kinder Schlange."
FRENCH = "Hier soir, la bibliothèque a reçu des livres neufs ; les élèves ont attendu à l’entrée, au cœur de la nuit."
SPANISH = "Ayer llegaron muchos libros a la biblioteca y los niños esperaron en fila mañana y tarde, según la señora."
PORTUGUESE = "Ontem à noite chegaram muitos livros; as crianças não quiseram sair e a direção abriu o salão."
SWEDISH = "I går kväll kom många nya böcker till stadsbiblioteket och barnen väntade i kö på gården."
ICELANDIC = "Í gærkvöldi komu margar nýjar bækur á bókasafnið og börnin biðu í röð þar til það opnaði."
POLISH = "Wczoraj do biblioteki miejskiej dotarło wiele nowych książek, a dzieci śpiewały, stojąc w kolejce."
CZECH = "Včera večer přišlo do městské knihovny mnoho nových knih a děti čekaly ve frontě u řeky."
HUNGARIAN = "Tegnap este sok új könyv érkezett a városi könyvtárba, és a gyűrűs őr engedte be a szülőket."
TURKISH = "Dün akşam şehir kütüphanesine çok sayıda yeni kitap geldi, çocuklar sırada bekliyordu."
LITHUANIAN = "Vakar vakare į miesto biblioteką atvežė daug naujų knygų, o vaikai laukė eilėje prie durų."
RUSSIAN = "Вчера вечером в городскую библиотеку привезли много новых книг, и дети стояли в очереди."
UKRAINIAN = "Учора ввечері до міської бібліотеки привезли багато нових книжок, і діти стояли в черзі."
GREEK = "Χθες το βράδυ έφτασαν στη δημοτική βιβλιοθήκη πολλά καινούργια βιβλία και τα παιδιά περίμεναν."
HEBREW = "אתמול בערב הגיעו לספריה העירונית ספרים חדשים רבים והילדים עמדו בתור."
ARABIC = "وصلت مساء أمس كتب جديدة كثيرة إلى مكتبة المدينة وكان الأطفال ينتظرون."
THAI = "เมื่อวานตอนเย็นมีหนังสือใหม่มากมายมาถึงห้องสมุดประจำเมือง เด็กๆ เข้าแถวรอ"
JAPANESE = "昨日の夕方、町の図書館に新しい本がたくさん届きました。子どもたちは列を作って待っていました。"
KOREAN = "어제 저녁 마을 도서관에 새 책이 많이 들어왔습니다. 아이들은 줄을 서서 기다렸습니다."
SIMPLIFIED = "昨天晚上，镇上的图书馆收到了许多新书。孩子们排着队等候，老师在门口微笑。"
TRADITIONAL = "昨天晚上，鎮上的圖書館收到了許多新書。孩子們排著隊等候，老師在門口微笑。"
SLOVAK = "Včera večer prišlo do mestskej knižnice veľa nových kníh a deti čakali v rade až po ľaliový vŕšok."
CROATIAN = "Sinoć je u gradsku knjižnicu stiglo mnogo novih knjiga, a djeca su čekala; došli su i đaci iz Šibenika."
ROMANIAN = "Aseară au ajuns la biblioteca orăşenească multe cărţi noi, iar copiii au aşteptat în faţa uşii până târziu."
LATVIAN = "Vakar vakarā pilsētas bibliotēkā ieradās daudz jaunu grāmatu, un bērni gaidīja garā rindā pie durvīm."
ESTONIAN = "Eile õhtul jõudis linna raamatukokku palju uusi raamatuid, lapsed ootasid ukse ees ja küsisid võtit."
# The tones are characters of their own, as in windows-1258.
VIETNAMESE = "Tối hôm qua có rất nhiều sách mới đến thư viện thành phố, bọn trẻ xếp hàng chờ đợi ngoài cửa."
BULGARIAN = "Снощи в градската библиотека пристигнаха много нови книги и децата чакаха на опашка пред вратата."
SERBIAN = "Синоћ је у градску библиотеку стигло много нових књига, а деца су чекала у реду испред улаза."
PERSIAN = "ديشب کتابهاي تازه زيادي به کتابخانه شهر رسيد و بچه ها در صف ايستادند و گل و چاي آوردند."

CHARSETS = [
    (GERMAN, "iso-8859-1"),
    (FRENCH, "windows-1252"),
    (FRENCH.replace("’", "'"), "iso-8859-15"),
    (SPANISH, "iso-8859-1"),
    (PORTUGUESE, "iso-8859-1"),
    (SWEDISH, "iso-8859-1"),
    (ICELANDIC, "iso-8859-1"),
    (POLISH, "iso-8859-2"),
    (POLISH, "windows-1250"),
    (CZECH, "windows-1250"),
    (HUNGARIAN, "windows-1250"),
    (TURKISH, "iso-8859-9"),
    (SLOVAK, "windows-1250"),
    (SLOVAK, "iso-8859-2"),
    (CROATIAN, "windows-1250"),
    (CROATIAN, "iso-8859-2"),
    (ROMANIAN, "iso-8859-2"),
    (LITHUANIAN, "windows-1257"),
    (LITHUANIAN, "iso-8859-13"),
    (LATVIAN, "windows-1257"),
    (ESTONIAN, "windows-1252"),
    (VIETNAMESE, "windows-1258"),
    (RUSSIAN, "windows-1251"),
    (RUSSIAN, "koi8-r"),
    (RUSSIAN, "iso-8859-5"),
    (RUSSIAN, "cp866"),
    (UKRAINIAN, "windows-1251"),
    (UKRAINIAN, "koi8-u"),
    (BULGARIAN, "windows-1251"),
    (BULGARIAN, "iso-8859-5"),
    (SERBIAN, "windows-1251"),
    (GREEK, "windows-1253"),
    (GREEK, "iso-8859-7"),
    (HEBREW, "windows-1255"),
    (HEBREW, "iso-8859-8"),
    (ARABIC, "windows-1256"),
    (ARABIC, "iso-8859-6"),
    (PERSIAN, "windows-1256"),
    (THAI, "tis-620"),
    (JAPANESE, "shift_jis"),
    (JAPANESE, "euc-jp"),
    (JAPANESE, "iso-2022-jp"),
    (KOREAN, "euc-kr"),
    (SIMPLIFIED, "gb18030"),
    (SIMPLIFIED, "gb2312"),
    (TRADITIONAL, "big5"),
]
IDS = [f"{charset} {text[:5]}" for text, charset in CHARSETS]
DOUBLE_BYTE = [pair for pair in CHARSETS if pair[1] in {"shift_jis", "euc-jp", "euc-kr", "gb18030", "gb2312", "big5"}]


def page(text: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}<title>Town</title></head><body><p>{text}</p></body></html>"
