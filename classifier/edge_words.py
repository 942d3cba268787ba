"""What lines at the end of an article say in many languages: that comments or other articles begin, or who wrote it."""

from __future__ import annotations

import re

from copydesk.classifier.features import SURE_CALLS

OPENS_NOTE = re.compile(
    r"(?:(?:the (?:author|writer)|(?:der|die) (?:autor|autorin|verfasserin|verfasser)|l['’](?:auteure?|autrice|autore)|"
    r"(?:el|la) autora?|[oa] autora?|de auteur|författaren|skribenten|forfatteren|kirjoittaja) "
    r"(?:is|was|ist|est|é|es|è|är|er|on)|autor(?:ka)? je(?:st)?|autor(?:ul|oarea) este|about the author|"
    r"über (?:den autor|die autorin)|à propos de l['’]aut\w+|sobre (?:el|la|[oa]) autora?|over de auteur|"
    r"om f[öo]r?fatt[ae]ren|o autor(?:ze|ce|ovi)|a szerző|об авторе|про автор\w+|yazar hakkında)\b|автор [—–-]"
    r"|作者[是为：]",
    re.IGNORECASE,
)
"""How a note begins that calls its author so."""

IS_WRITER = re.compile(
    r"[^\W\d_a-z][\w.'’-]+ (?:[^\W\d_a-z][\w.'’-]+ ){1,3}(?:is|was|ist|est|es|è|é|jest|je|är|er|on|[—–-]) .{0,60}?\b"
    r"(?i:writer|columnist|journalist|reporter|author|editor|freelance|correspondent|photographer|blogger|redakteur|"
    r"autor|chroniqueur|periodista|redactor|columnista|giornalista|jornalista|colunista|dziennikar|publicyst|"
    r"novinář|újságíró|журналист|корреспондент|gazeteci|yazar)",
)
"""How a note begins that says by whom an article is without a byline above: a name, and that it is of one who writes.
On the labelled pages all five such blocks at the end of a body are notes."""

CLOSES_PAGE = re.compile(
    r"©|\(c\) ?(?:19|20)\d\d|copyright\b[\s:]*(?:©|\(c\))?[\s:]*(?:19|20)\d\d|all rights reserved\b|"
    r"alle rechte vorbehalten|tous droits réservés|todos los derechos reservados|todos os direitos reservados|"
    r"tutti i diritti riservati|wszelkie prawa zastrzeżone|všechna práva vyhrazena|minden jog fenntartva|"
    r"toate drepturile rezervate|tüm hakları saklıdır|все права защищены|alla rättigheter förbehåll|"
    r"this (?:entry|post) was posted (?:in|on|by)\b|dieser (?:beitrag|eintrag) wurde (?:am|in|unter|von)\b|"
    r"ce(?:t article)? (?:contenu )?a été publié (?:dans|le|par)\b|"
    r"esta entrada (?:fue publicada|se publicó) (?:en|el)\b|est[ae] (?:entrada|post|artigo) foi publicad[ao] |"
    r"quest[ao] (?:voce|articolo) è stat[ao] pubblicat[ao] |dit bericht (?:is|werd) geplaatst (?:in|op|door)\b|"
    r"ten wpis został opublikowany |(?:det här|detta) inlägget? (?:postades|publicerades) |"
    r"dette (?:indlæg blev udgivet|innlegget ble publisert) |tämä (?:artikkeli|merkintä) (?:julkaistiin|on julkaistu) |"
    r"příspěvek byl publikován |(?:acest articol|această intrare) a fost publicată? |запись опубликована |"
    r"цей запис оприлюднено ",
    re.IGNORECASE,
)
"""How a line begins that closes a page: who has its rights, or where the site filed it, as old blogs say below a text.
On the labelled pages both such blocks at the end of a body are furniture, one of them on a page that is no article."""

MAX_COMMENTS = 40
COMMENTS = re.compile(
    r"\W*(?:(?:(?:view|show|see|read|load) (?:all )?)?(?:\d+\s)?"
    r"(?:comments|kommentare|commentaires|comentarios|comentários|commenti|reacties|kommentarer|komentarze|komentáře|"
    r"hozzászólások|komentari|yorumlar|комментарии|коментарі|коментари|kommentit|comentarii|σχόλια|コメント|评论|評論|"
    r"댓글)(?:\s?[(:]?\s?\d*\)?)?"
    r"|\d+\s(?:comment|kommentar|commentaire|comentario|comentário|commento|reactie|komentarz[ye]?|komentář[eů]?|"
    r"hozzászólás|komentara?|yorum|комментари\w|коментар\w*|kommenttia?))\W*",
    re.IGNORECASE,
)
"""A heading of readers' comments, of at most so many characters: their word, with or without a number; in the singular,
which is a kind of article too, with one."""

MAX_REPLIES = 160
REPLIES = re.compile(
    r"[1-9]\d*\s(?:thoughts?|responses?|replies|reply|comments?|gedanken?|antworten|kommentare?|commentaires?|"
    r"réflexions?|réponses?|comentarios?|comentários?|respuestas?|pensamientos?|risposte|commenti|pensieri|reacties|"
    r"gedachten|kommentarer|odpowiedzi|komentarzy|komentářů|комментари\w+|ответ\w*|comentarii|gânduri|hozzászólás|yorum)"
    r"\s(?:on|to|for|zu|auf|sur|à|en|a|su|op|la|na|do|til|på|на|к)\b[^.]+",
    re.IGNORECASE,
)
"""The same with the title of the article, as WordPress writes it: "3 thoughts on “…”", "2 replies to …"."""

_RELATED = (
    "related articles, related stories, related posts, related news, related content, recommended, editor's picks, "
    "ähnliche artikel, weitere artikel, weitere meldungen, empfohlene artikel, das könnte sie interessieren, "
    "articles liés, articles similaires, à lire également, lire également, nos recommandations, "
    "artículos relacionados, también te puede interesar, te recomendamos, le recomendamos, recomendados, "
    "artigos relacionados, notícias relacionadas, recomendado, recomendamos, pode gostar, "
    "articoli simili, notizie correlate, consigliati, gerelateerde artikelen, aanbevolen, ook interessant, "
    "relaterade artiklar, rekommenderat, vi rekommenderar, relaterte saker, relaterte artikler, anbefalt, "
    "anbefalte artikler, vi anbefaler, relaterede artikler, anbefalede artikler, suositellaan, suosittelemme, "
    "aiheeseen liittyvää, tengdar fréttir, seotud artiklid, soovitame, saistītie raksti, iesakām, "
    "susiję straipsniai, rekomenduojame, polecamy, polecane, powiązane artykuły, doporučujeme, související, "
    "odporúčame, súvisiace články, priporočamo, povezani članki, preporučujemo, povezani članci, препоручујемо, "
    "повезани чланци, ajánljuk, ajánljuk még, ajánlott cikkek, articole similare, articole recomandate, recomandări, "
    "προτεινόμενα, σχετικά, benzer haberler, önerilen haberler, önerilenler, рекомендуем, рекомендуемое, "
    "материалы по теме, похожие статьи, рекомендуємо, схожі статті, матеріали за темою, препоръчваме, "
    "свързани статии, подобни статии, أخبار ذات صلة, اخترنا لك, قد يعجبك أيضا, پیشنهاد ما, اخبار مرتبط, "
    "כתבות קשורות, מומלצים, संबंधित समाचार, প্রস্তাবিত, artikel terkait, rekomendasi, artikel berkaitan, "
    "tin cùng chuyên mục, bài viết liên quan, có thể bạn quan tâm, อ่านเพิ่มเติม, ข่าวที่เกี่ยวข้อง, แนะนำ, "
    "相关文章, 相關文章, 推荐, 推薦, 猜你喜欢, おすすめ記事, おすすめ, 추천 기사, 관련 뉴스"
)

RELATED = frozenset(call.casefold() for calls in (*SURE_CALLS.values(), _RELATED) for call in calls.split(", "))
"""Headings of related articles, case-folded, in whole lines: what surely leads away, and more words for them."""
