"""Sets furniture between the paragraphs of labelled pages: cookie notices, newsletter calls, terms of payment.

Comments and teasers too. Sites put such blocks into the article's own element, where neither place nor markup tells
what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from zlib import crc32

import numpy as np

from copydesk.classifier.types import Block, Blocks, Markup
from copydesk.training.align import LabelledPage
from copydesk.training.in_text_teasers import HEADS, Line, write_teaser

NOTES: dict[str, tuple[tuple[str, ...], ...]] = {
    "en": (
        ("We use cookies to measure how our pages are used and to show you fitting adverts.", "Accept all", "Settings"),
        ("This content comes from another service, which may set cookies when you open it. Do you agree?", "Show it"),
        ("Our partners and we store data on your device. You can change your mind at any time.", "More options"),
        ("Get the most important stories in your inbox every morning.", "Your e-mail address", "Sign up"),
        ("Enjoying this story? Our free newsletter brings you one like it every Friday.", "Subscribe"),
        ("By signing up you agree to our terms and to our privacy policy. You can leave the list at any time.",),
        ("You have read three of five free articles this month.", "Subscribe now for 1 a week", "Log in"),
        ("Cancel at any time. After four weeks the subscription costs 9.90 a month and renews itself.",),
        ("Journalism like this costs money. Support us with a gift, however small.", "Give now"),
        ("To read on, please register. It is free and takes less than a minute.", "Register"),
        ("Do you have a tip for our reporters? Write to us in confidence.",),
        ("Advertisement", "Story continues below"),
        ("Share this article with a friend", "Copy link", "Report an error"),
    ),
    "de": (
        ("Wir verwenden Cookies, um unsere Seiten zu verbessern und Werbung anzuzeigen.", "Alle akzeptieren"),
        ("An dieser Stelle steht ein Inhalt eines anderen Anbieters. Mit dem Laden stimmen Sie der Übertragung zu.",),
        ("Unser Newsletter bringt Ihnen jeden Morgen das Wichtigste des Tages.", "Ihre E-Mail-Adresse", "Anmelden"),
        ("Mit der Anmeldung stimmen Sie den Nutzungsbedingungen zu. Eine Abmeldung ist jederzeit möglich.",),
        ("Lesen Sie weiter mit unserem Abo: vier Wochen für 1 Euro, danach 9,90 Euro im Monat.", "Jetzt testen"),
        ("Monatlich kündbar. Das Abo verlängert sich, wenn Sie nicht vorher kündigen.",),
        ("Sie haben schon ein Abo? Dann melden Sie sich hier an.", "Anmelden"),
        ("Guter Journalismus kostet Geld. Unterstützen Sie uns mit einem Beitrag.", "Spenden"),
        ("Anzeige",),
        ("Haben Sie einen Fehler gefunden? Schreiben Sie uns.", "Artikel teilen"),
    ),
    "fr": (
        ("Nous utilisons des cookies pour mesurer notre audience et vous proposer des annonces.", "Tout accepter"),
        ("Recevez chaque matin l'essentiel de l'actualité dans votre boîte.", "Votre adresse", "Je m'inscris"),
        ("Cet article est réservé aux abonnés. Profitez de notre offre à 1 euro le premier mois.", "S'abonner"),
        ("Sans engagement, puis 9,90 euros par mois.",),
        ("Publicité",),
    ),
    "es": (
        ("Usamos cookies para analizar el uso de la página y mostrar publicidad.", "Aceptar todo"),
        ("Recibe cada mañana las noticias más importantes en tu correo.", "Tu correo", "Apuntarme"),
        ("Este contenido es exclusivo para suscriptores. Prueba un mes por 1 euro.", "Suscríbete"),
        ("Publicidad",),
    ),
    "it": (
        ("Usiamo i cookie per migliorare il sito e mostrare annunci.", "Accetta tutto"),
        ("Ricevi ogni mattina le notizie più importanti.", "La tua e-mail", "Iscriviti"),
        ("Questo articolo è riservato agli abbonati. Prova un mese a 1 euro.", "Abbonati"),
    ),
    "nl": (
        ("Wij gebruiken cookies om de site te verbeteren en advertenties te tonen.", "Alles accepteren"),
        ("Ontvang elke ochtend het belangrijkste nieuws in je mailbox.", "Je e-mailadres", "Aanmelden"),
    ),
    "pt": (
        ("Usamos cookies para medir as visitas e mostrar publicidade.", "Aceitar todos"),
        ("Receba todas as manhãs as notícias mais importantes no seu e-mail.", "Assinar"),
    ),
    "sv": (
        ("Vi använder kakor för att mäta besök och visa annonser.", "Godkänn alla"),
        ("Få dagens viktigaste nyheter i din inkorg varje morgon.", "Prenumerera"),
    ),
    "no": (
        ("Vi bruker informasjonskapsler for å måle besøk og vise annonser.", "Godta alle"),
        ("Få de viktigste nyhetene på e-post hver morgen.", "Meld deg på"),
    ),
    "fi": (
        ("Sivusto käyttää evästeitä kävijöiden mittaamiseen ja mainosten näyttämiseen.", "Hyväksy kaikki"),
        ("Tilaa uutiskirje ja saat päivän uutiset sähköpostiisi.", "Tilaa"),
    ),
    "pl": (
        ("Używamy plików cookie, aby mierzyć ruch i wyświetlać reklamy.", "Akceptuję"),
        ("Najważniejsze wiadomości co rano na twój adres e-mail.", "Zapisz się"),
    ),
    "cs": (
        ("Používáme soubory cookie k měření návštěvnosti a zobrazování reklam.", "Přijmout vše"),
        ("Nejdůležitější zprávy každé ráno do vašeho e-mailu.", "Přihlásit se"),
    ),
    "hu": (
        ("Sütiket használunk a látogatások mérésére és hirdetések megjelenítésére.", "Elfogadom"),
        ("A nap legfontosabb hírei minden reggel az e-mail-fiókjában.", "Feliratkozom"),
    ),
    "ro": (
        ("Folosim cookie-uri pentru a măsura vizitele și a afișa reclame.", "Accept"),
        ("Primește în fiecare dimineață cele mai importante știri pe e-mail.", "Abonează-te"),
    ),
    "tr": (
        ("Ziyaretleri ölçmek ve reklam göstermek için çerez kullanıyoruz.", "Kabul et"),
        ("Günün en önemli haberleri her sabah e-posta kutunuzda.", "Abone ol"),
    ),
    "el": (
        ("Χρησιμοποιούμε cookies για τη μέτρηση των επισκέψεων και την προβολή διαφημίσεων.", "Αποδοχή"),
        ("Τα σημαντικότερα νέα κάθε πρωί στο email σας.", "Εγγραφή"),
    ),
    "ru": (
        ("Мы используем файлы cookie, чтобы измерять посещаемость и показывать рекламу.", "Принять"),
        ("Самые важные новости дня каждое утро на вашу почту.", "Подписаться"),
        ("Подпишитесь на наш канал, чтобы не пропустить главное.",),
    ),
    "uk": (
        ("Ми використовуємо файли cookie, щоб вимірювати відвідування та показувати рекламу.", "Прийняти"),
        ("Найважливіші новини щоранку на вашу пошту.", "Підписатися"),
    ),
    "ar": (
        ("نستخدم ملفات تعريف الارتباط لقياس عدد الزوار وعرض الإعلانات.", "موافق"),
        ("أهم أخبار اليوم في بريدك الإلكتروني كل صباح.", "اشترك"),
    ),
    "fa": (
        ("ما برای سنجش بازدیدها و نمایش تبلیغات از کوکی استفاده می‌کنیم.", "می‌پذیرم"),
        ("مهم‌ترین خبرهای روز را هر صبح در ایمیل خود بخوانید.", "عضویت"),
    ),
    "he": (
        ("אנו משתמשים בעוגיות כדי למדוד ביקורים ולהציג פרסומות.", "אישור"),
        ("החדשות החשובות ביותר מדי בוקר בתיבת הדואר שלך.", "הרשמה"),
    ),
    "hi": (
        ("हम विज़िट मापने और विज्ञापन दिखाने के लिए कुकी का उपयोग करते हैं।", "स्वीकार करें"),
        ("दिन की सबसे बड़ी ख़बरें हर सुबह अपने ईमेल में पाएँ।", "सदस्यता लें"),
    ),
    "bn": (
        ("আমরা পাঠকসংখ্যা মাপতে ও বিজ্ঞাপন দেখাতে কুকি ব্যবহার করি।", "সম্মতি দিন"),
        ("প্রতিদিন সকালে গুরুত্বপূর্ণ খবর আপনার ইমেইলে পান।", "সাবস্ক্রাইব করুন"),
    ),
    "ta": (
        ("பார்வைகளை அளவிடவும் விளம்பரங்களைக் காட்டவும் குக்கீகளைப் பயன்படுத்துகிறோம்.", "ஏற்கிறேன்"),
        ("முக்கியச் செய்திகளை தினமும் காலையில் மின்னஞ்சலில் பெறுங்கள்.", "பதிவு செய்க"),
    ),
    "id": (
        ("Kami memakai cookie untuk mengukur kunjungan dan menampilkan iklan.", "Setuju"),
        ("Dapatkan berita terpenting setiap pagi di surel Anda.", "Berlangganan"),
    ),
    "vi": (
        ("Chúng tôi dùng cookie để đo lượt truy cập và hiển thị quảng cáo.", "Đồng ý"),
        ("Nhận tin tức quan trọng nhất mỗi sáng qua email.", "Đăng ký"),
    ),
    "zh": (
        ("我们使用 Cookie 来统计访问量并显示广告。", "同意"),
        ("每天早上把最重要的新闻发到您的邮箱。", "订阅"),
        ("本站使用 Cookie,您可以隨時更改設定。", "接受"),
    ),
    "ja": (
        ("当サイトでは、アクセスの計測と広告の表示のためにクッキーを使用しています。", "同意する"),
        ("毎朝、最も重要なニュースをメールでお届けします。", "登録する"),
    ),
    "ko": (
        ("방문자 수를 측정하고 광고를 표시하기 위해 쿠키를 사용합니다.", "동의"),
        ("매일 아침 가장 중요한 뉴스를 이메일로 받아 보세요.", "구독하기"),
    ),
}
"""Notes by language, each a run of blocks."""

COMMENTS = {
    "en": (
        "I could not agree more.",
        "That is what they said last time, too.",
        "And who is going to pay for all this?",
    ),
    "de": ("Das sehe ich genauso.", "Und wer soll das alles bezahlen?", "Das haben sie letztes Mal auch versprochen."),
}
NAMES = ("Ann R.", "guest", "reader_77", "Old Fox", "T. Lind", "Mara", "anonymous")

STRANGE_SHARE = 0.4
"""Share of the runs that are in any language, so that its words are known although no page in it is."""

TEASER_SHARE = 0.35
"""Share of the runs that are teasers. Of the pages with a teaser in the body, most have one between two paragraphs."""

MOST_RUNS = 4
"""Most runs that one page gets."""

LEAST_BODY = 3
"""Blocks of body that a page needs for a run between them."""

_BOXES = ("div", "p", "aside", "section")


def interrupt(page: LabelledPage, headlines: Sequence[str] = ()) -> LabelledPage | None:
    """Return the page with up to MOST_RUNS runs of furniture between its body blocks; None if it has too few of these.

    The same page always gets the same runs.

    Args:
        headlines: Of other pages in the page's language; without them no run is a teaser.
    """
    rng = np.random.default_rng(crc32(b"interrupt" + page.origin.id.encode()))
    gaps = [b for b in range(1, len(page.codes)) if page.codes[b - 1] == page.codes[b] == "E"]
    if len(gaps) < LEAST_BODY:
        return None
    chosen = sorted(rng.choice(gaps, min(len(gaps), int(rng.integers(1, MOST_RUNS + 1))), replace=False).tolist())
    for gap in reversed(chosen):
        lines = _run(page, headlines, rng)
        page = insert_blocks(page, gap, lines, tag=_BOXES[int(rng.integers(len(_BOXES)))])
    return replace(page, synthetic=True)


def _run(page: LabelledPage, headlines: Sequence[str], rng: np.random.Generator) -> list[Line]:
    """Return the blocks of a run."""
    language = page.origin.language
    if headlines and rng.random() < TEASER_SHARE:
        if rng.random() < STRANGE_SHARE:
            language = sorted(HEADS)[int(rng.integers(len(HEADS)))]
        return write_teaser(page, headlines, rng, language)
    if rng.random() < 0.2:
        said = COMMENTS.get(language, COMMENTS["en"])
        return [Line(NAMES[int(rng.integers(len(NAMES)))], "C"), Line(said[int(rng.integers(len(said)))], "C")]
    if rng.random() < STRANGE_SHARE:
        language = sorted(NOTES)[int(rng.integers(len(NOTES)))]
    return [Line(text, "B") for text in draw_note(language, rng)]


def draw_note(language: str, rng: np.random.Generator) -> Sequence[str]:
    """Return a note in a language, or its beginning; in English if there is none."""
    notes = NOTES.get(language, NOTES["en"])
    note = notes[int(rng.integers(len(notes)))]
    return note[: int(rng.integers(1, len(note) + 1))]


def insert_blocks(page: LabelledPage, at: int, lines: Sequence[Line], tag: str) -> LabelledPage:
    """Return the page with blocks before block `at`, in an element of their own beside the block before."""
    old = page.blocks
    spans = [old.text[b.start : b.end] for b in old.blocks]
    spans[at:at] = [line.text for line in lines]
    ends = list(accumulate(map(len, spans), lambda end, size: end + 2 + size))
    blocks = tuple(Block(end - len(text), end) for text, end in zip(spans, ends, strict=True))
    markup = None if old.markup is None else _insert_markup(old.markup, at, lines, tag)
    added = tuple(line.code for line in lines)
    codes, parts = (each[:at] + added + each[at:] for each in (page.codes, page.parts))
    return replace(page, blocks=Blocks("\n\n".join(spans), blocks, old.head, markup), codes=codes, parts=parts)


def _insert_markup(markup: Markup, at: int, lines: Sequence[Line], tag: str) -> Markup:
    before, count = markup.elements[at - 1], len(lines)
    around = before if markup.lasts[before] > at else max(0, markup.parents[before])
    inside = set()  # the elements that hold the new one grow; those that end or begin at it do not
    element = around
    while element >= 0:
        inside.add(element)
        element = markup.parents[element]
    firsts = [first + count * (first >= at and e not in inside) for e, first in enumerate(markup.firsts)]
    lasts = [
        last + count * (last > at or (last == at and (e in inside or markup.firsts[e] == at)))
        for e, last in enumerate(markup.lasts)
    ]
    links = tuple(line.link_chars for line in lines)
    return Markup(
        tags=(*markup.tags, tag),
        names=(*markup.names, ""),
        parents=(*markup.parents, around),
        firsts=(*firsts, at),
        lasts=(*lasts, at + count),
        elements=(*markup.elements[:at], *[len(markup.tags)] * count, *markup.elements[at:]),
        link_chars=(*markup.link_chars[:at], *links, *markup.link_chars[at:]),
        links=(*markup.links[:at], *(int(chars > 0) for chars in links), *markup.links[at:]),
        images=(*markup.images[:at], *[0] * count, *markup.images[at:]),
        inline=(*markup.inline[:at], *("a  " if chars else "" for chars in links), *markup.inline[at:]),
        hrefs=(*markup.hrefs[:at], *(line.target() for line in lines), *markup.hrefs[at:]),
    )
