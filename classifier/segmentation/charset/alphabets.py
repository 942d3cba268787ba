"""The letters outside ASCII of languages, the most frequent first, and the charsets that they are written in."""

from __future__ import annotations

CYRILLIC = "cp1251 koi8-u iso8859-5 cp866 mac-cyrillic"
WESTERN = "cp1252 iso8859-15"
CENTRAL = "cp1250 iso8859-2"
BALTIC = "cp1257 iso8859-13 iso8859-4"

# Signs count as letters where a language's news has many of them. Of charsets that are equally likely, the first is
# taken. Labels of browsers that mean one of these (ISO-8859-1, KOI8-R, ISO-8859-9) are missing.
ALPHABETS: tuple[tuple[str, str], ...] = (
    (WESTERN, "’\xa0“”–‘—éè£…ñöü©•üçáï"),  # English
    (WESTERN, "éàèêçôîûâùœëï’«»\xa0ÉÀÇ…"),  # French
    (WESTERN, "üäößÄÖÜ„“–"),  # German
    (WESTERN, "óíáéñúü¿¡«»ª"),  # Spanish
    (WESTERN, "ãçáéóêíõâúàôª“”"),  # Portuguese
    (WESTERN, "àèùéòìÈ«»“”’"),  # Italian
    (WESTERN, "àéèóíòçïüú·’«»"),  # Catalan
    (WESTERN, "äåöéÅÄÖ”–"),  # Swedish, Finnish
    (WESTERN, "åøæéØÅÆ»«–"),  # Danish, Norwegian
    (WESTERN, "íáðóéæöúþýøÞÁÍ„“"),  # Icelandic, Faroese
    (WESTERN, "ëéïöèüê’‘”„"),  # Dutch
    (WESTERN, "ëçË«»"),  # Albanian
    (f"{WESTERN} {BALTIC}", "äõüöšžÕÄÜ„“"),  # Estonian
    (CENTRAL, "íáěéýžřčšůúťňďóŽŠČŘ„“–"),  # Czech
    (CENTRAL, "áíéúýčžšľťôňäďóĺŕŽŠČ„“"),  # Slovak
    (CENTRAL, "łąężóśćńźŁŚŻ„”–"),  # Polish
    (CENTRAL, "áéóőöíüúűÁÉÖ„”–"),  # Hungarian
    (f"{CENTRAL} iso8859-16", "ăîşţâŞŢÎ„”"),  # Romanian with cedillas
    ("iso8859-16", "ăîșțâȘȚÎ„”"),  # Romanian with commas
    (CENTRAL, "čšžćđŠŽČ„”»«"),  # Croatian, Slovene, Serbian
    ("cp1254", "ıişğçüöâİŞÇÖÜî“”’"),  # Turkish
    (BALTIC, "ėšžųūįčąęŠŽČ„“–"),  # Lithuanian
    (BALTIC, "āīēšūņļžčģķŠŽ“”„"),  # Latvian
    ("cp1258", "đêáôâđươăàạ\u0301\u0300\u0323\u0309\u0303íóúĐ"),  # Vietnamese
    (CYRILLIC, "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъ«»–—№"),  # Russian
    (CYRILLIC, "оаинвіетрслкумдпзьябгчйхцєїжюшфщґ’«»–"),  # Ukrainian
    (CYRILLIC, "анеіртсыокдлмпяўьувзгбчхшцйжюэфё’«»"),  # Belarusian
    (CYRILLIC, "аиоетнврсдлкпмзяъугбчйжщцхюшфьѝ„“–"),  # Bulgarian
    (CYRILLIC, "аоиенртсвјукмдлпзбгшчжњћхљцђфџќѓѕ„“"),  # Serbian, Macedonian
    ("cp1253 iso8859-7", "αοιετσνηυρπκμλςωάίδγέχήθόφύβξώΆζψϊϋΐΰ«»"),  # Greek
    ("cp1255 iso8859-8", "יוהלאתמברשנכדעקפחצםגטסזןךףץ״׳"),  # Hebrew
    ("cp1256 iso8859-6", "ايلمنورتبةعدسفهكقحجأطشىصخضذئزغءثظإؤآ،؛؟"),  # Arabic
    ("cp1256", "اردنهموتبيسشکزگفعخقپحآجصچطضذغژظثئ،\u200c"),  # Persian
    ("cp874", "านรกอเงมยลวดท่สตะ้ปบคหแจพช็ขใไผีิัุู์ื็ธโถณซำฟภศษญฐฉ"),  # Thai
)
RARE = {  # logarithm of how much rarer a charset is on the web than the first of its script
    "iso8859-15": -2.0,
    "cp1250": -2.0,
    "iso8859-2": -2.5,
    "cp1254": -2.0,
    "cp1257": -3.0,
    "iso8859-5": -3.0,
    "iso8859-6": -3.0,
    "iso8859-7": -3.0,
    "iso8859-8": -3.0,
    "cp866": -6.0,
    "cp1258": -4.0,
    "iso8859-13": -5.0,
    "iso8859-16": -5.0,
    "iso8859-4": -6.0,
    "mac-cyrillic": -8.0,
}

# The commonest characters of Chinese texts, and of Japanese ones beside kanji.
SIMPLIFIED = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相"
    "全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果"
    "料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则"
    "任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带"
)
TRADITIONAL = (
    "的一是不了在有人我他這中大來上個國到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可里後小麼心多天而能好都然沒日於起"
    "還發成事只作當想看文無開手用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身些與高意進把法此實回二理美點月明其種聲"
    "全工己話兒者向情部正名定女問力機給等幾很業最間新什打便位因重被走電四第門相次東政海口使教西再平真聽世氣信北少關並內加化由卻代軍"
    "產入先山五太水萬市眼體別處總才場師書比住員九笑性通目華報立馬命張活難神數件安表原車白應路期叫死常提感金何更反合放做系計或司利受"
    "光王果親界及今京務制解各任至清物台象記邊共風戰干接它許八特覺望直服毛林題建南度統色字請交愛讓認算論百吃義科怎元社術結六功指思非"
)
KANA = "のにはをたがでてとしれさいるなっかもらりすこまくつきうあけせどそえんーよろわみ"
"""The most frequent hiragana, and the long vowel."""
HANGUL = (
    "이다는에의을가고를하은한도로지서사기아리시자대그나있어인해일것으들정수보과스라게원부제장주전구상만조여면동적안거위성무비용오와년신마경발생세공소유관계학국내모중우선연야요미행방회치"
    "저분되현때화금트교민력문입출물결건단반준진추산작설점실업식체재평강간영더했려말었않할습니까른람터당통양운후러없된데월였차심예같표많받두직호길새"
)
