"""Tells how surely a block's first words lead away: "Read more", "Subscribe to our" and the like, in many languages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Hashes, Integers

SURE_CALLS = {
    "en": "learn more, read more, read also, read next, find out more, see also, also read, also see, "
    "check out, related, "
    "read our full, read our guide, read our review, read our article, read the full, read the rest, read my full, "
    "read my review, read my post, more from, more on, more about, more stories, further reading, "
    "recommended reading, "
    "you may also like, you might also like, you may be interested, in case you missed, recommended for you, "
    "don't miss",
    "de": "lesen sie auch, lesen sie mehr, lesen sie hier, lies auch, mehr zum thema, mehr zu, mehr dazu, mehr über, "
    "mehr lesen, lesetipp, auch interessant, das könnte sie auch, das könnte dich auch, weiterlesen, siehe auch, "
    "zum thema, hören sie dazu, passend zum thema",
    "fr": "à lire, à lire aussi, lire aussi, lire la suite, à voir aussi, à écouter, en savoir plus, "
    "pour en savoir plus, "
    "sur le même sujet, lisez aussi, voir aussi, retrouvez notre, découvrez aussi",
    "es": "lee también, lea también, leer más, te puede interesar, le puede interesar, más información, más sobre, "
    "noticias relacionadas, noticia relacionada, ver también, vea también, mira también, también puedes leer, "
    "sigue leyendo",
    "pt": "leia também, leia mais, veja também, saiba mais, ler mais, mais sobre, relacionadas, ver também",
    "it": "leggi anche, leggi tutto, leggi di più, potrebbe interessarti, ti potrebbe interessare, per approfondire, "
    "approfondisci, vedi anche, guarda anche, articoli correlati",
    "ca": "llegeix també, et pot interessar, més informació",
    "nl": "lees ook, lees meer, lees verder, meer over, bekijk ook, zie ook, luister ook",
    "sv": "läs också, läs även, läs mer, läs vidare, mer om, se även",
    "nb": "les også, les mer, mer om, se også, hør også",
    "da": "læs også, læs mere, mere om, se også, hør også",
    "fi": "lue myös, lue lisää, katso myös, lisää aiheesta",
    "is": "lesa meira, sjá einnig, lestu meira, lestu líka, meira um",
    "et": "loe ka, loe lisaks, loe edasi, vaata ka",
    "lv": "lasi arī, lasiet arī, lasīt vairāk",
    "lt": "taip pat skaitykite, skaitykite daugiau, skaityti daugiau",
    "pl": "czytaj też, czytaj także, czytaj więcej, czytaj dalej, zobacz też, zobacz także, przeczytaj także, "
    "przeczytaj również, dowiedz się więcej, więcej na ten temat",
    "cs": "čtěte také, čtěte více, čtěte dále, přečtěte si, mohlo by vás zajímat, více informací, související články",
    "sk": "čítajte aj, čítajte tiež, prečítajte si, mohlo by vás zaujímať, viac o",
    "sl": "preberite tudi, preberite še, več o",
    "hr": "pročitajte i, pročitajte još, pročitaj više, pročitajte više, saznajte više, vezane vijesti",
    "hu": "olvassa el, olvasd el, kapcsolódó cikkek, kapcsolódó cikk, ez is érdekelheti, bővebben",
    "ro": "citește și, citește mai mult, citiți și, vezi și, pe aceeași temă, află mai multe",
    "el": "διαβάστε επίσης, διαβάστε ακόμη, διαβάστε περισσότερα, δείτε επίσης, σχετικά άρθρα",
    "tr": "ayrıca okuyun, bunlar da ilginizi çekebilir, ilgili haberler, ilgili haber, devamını oku, daha fazla bilgi",
    "ru": "читайте также, читать также, читать далее, читайте ещё, смотрите также, по теме, подробнее",
    "uk": "читайте також, читати далі, дивіться також, за темою, детальніше",
    "bg": "прочетете още, вижте още, вижте също, още по темата",
    "sr": "прочитајте и, погледајте и, повезане вести, pročitajte i",
    "ar": "اقرأ أيضا, اقرأ أيضًا, اقرأ المزيد, مواضيع ذات صلة, شاهد أيضا, للمزيد",
    "fa": "بیشتر بخوانید, مطالب مرتبط, همچنین بخوانید",
    "he": "קראו גם, קראו עוד, כתבות נוספות, עוד בנושא, ראו גם",
    "ur": "یہ بھی پڑھیں, مزید پڑھیں",
    "hi": "यह भी पढ़ें, ये भी पढ़ें, संबंधित खबरें, और पढ़ें",
    "bn": "আরও পড়ুন, আরো পড়ুন, সম্পর্কিত খবর",
    "ta": "மேலும் படிக்க, தொடர்புடைய செய்திகள்",
    "id": "baca juga, baca selengkapnya, berita terkait, simak juga, lihat juga",
    "ms": "baca juga, berita berkaitan",
    "vi": "đọc thêm, xem thêm, tin liên quan",
    "th": "อ่านเพิ, อ่านต่อ, ข่าวที่",
    "sw": "soma pia, soma zaidi, habari zinazohusiana",
    "am": "በተጨማሪ ያንብቡ, ተጨማሪ ያንብቡ, ተዛማጅ ዜናዎች",
    "ka": "წაიკითხეთ აგრეთვე, წაიკითხეთ ასევე, იხილეთ აგრეთვე, მსგავსი სიახლეები",
    "hy": "կարդացեք նաև, կարդալ նաև, կարդալ ավելին",
    "az": "həmçinin oxuyun, bunu da oxuyun, əlaqəli xəbərlər",
    "kk": "тағы оқыңыз, сондай-ақ оқыңыз",
    "uz": "shuningdek o'qing",
    "be": "чытайце таксама",
    "mk": "прочитајте и, поврзани вести",
    "sq": "lexoni edhe, lexo edhe, lexo më shumë",
    "eu": "irakurri ere, irakurri gehiago",
    "gl": "le tamén, ler máis",
    "cy": "darllenwch hefyd, darllen mwy",
    "ga": "léigh freisin, léigh tuilleadh",
    "mr": "हेही वाचा, हे ही वाचा, अधिक वाचा, संबंधित बातम्या",
    "ne": "यो पनि पढ्नुहोस्, यो पनि पढ्नुस्, थप पढ्नुहोस्, सम्बन्धित समाचार",
    "pa": "ਇਹ ਵੀ ਪੜ੍ਹੋ, ਹੋਰ ਪੜ੍ਹੋ",
    "gu": "આ પણ વાંચો, વધુ વાંચો, સંબંધિત સમાચાર",
    "te": "ఇది కూడా చదవండి, ఇవి కూడా చదవండి, మరింత చదవండి, సంబంధిత వార్తలు",
    "kn": "ಇದನ್ನೂ ಓದಿ, ಇನ್ನಷ್ಟು ಓದಿ, ಸಂಬಂಧಿತ ಸುದ್ದಿ",
    "ml": "ഇതും വായിക്കുക, കൂടുതൽ വായിക്കുക, ബന്ധപ്പെട്ട വാർത്തകൾ",
    "si": "මේවත් කියවන්න, තවත් කියවන්න",
    "zh": "延伸阅读, 延伸閱讀, 相关新闻, 相關新聞, 相关阅读, 相關閱讀, 相关报道, 更多新闻, 推荐阅读, 阅读更多",
    "ja": "関連記事, 関連ニュース, あわせて読みたい, 関連リンク, 続きを読む, こちらもおすすめ",
    "ko": "관련기사, 관련 기사, 함께 읽기, 더 읽기, 더보기, 이 기사도",
}
"""First words of blocks that mostly only lead to another page, by language."""

LIKELY_CALLS = {
    "en": "for more, for the latest, read our, read the, read my, read this, see our, see my, see the, "
    "see this, see these, "
    "recommended, must read, watch, listen, here's a, here's our, here's my, here's the, here is, here are, want to, "
    "want more, need help, need more, looking for, try our, try this, explore, discover, download, get the, get our, "
    "get your, visit, shop, click here, keep reading, next, next up, if you, find out how, find out why, take a look, "
    "browse, continue reading, more",
    "de": "hier geht es, hier finden sie, alles wichtige, entdecken sie, jetzt, video, podcast, sie interessieren sich",
    "fr": "découvrez, retrouvez, voir, écouter, tout savoir sur, cliquez ici, vidéo",
    "es": "descubre, consulta, todo sobre, haz clic, mira, vídeo",
    "pt": "descubra, confira, clique aqui, veja, assista",
    "it": "scopri, clicca qui, guarda, video, tutto su",
    "nl": "bekijk, ontdek, luister, klik hier",
    "pl": "zobacz, sprawdź, kliknij, odkryj",
    "ru": "смотрите, узнайте",
    "ja": "詳しくは, 関連",
    "zh": "点击, 更多, 查看",
}
"""First words of which a good part leads to another page, and another part belongs to the article."""

HOUSE_CALLS = {
    "en": "subscribe to our, subscribe to the, subscribe now, sign up for our, sign up for the, "
    "sign up to our, join our newsletter, get our newsletter, follow us on, like us on, join us on, "
    "download our, download the app, get the app, support our, become a member, become a supporter, "
    "donate to, you have read, already a subscriber, to continue reading, story continues, "
    "article continues, advertisement",
    "de": "abonnieren sie, jetzt abonnieren, melden sie sich, newsletter abonnieren, folgen sie uns, "
    "folge uns, folgt uns, laden sie, lade dir, unterstützen sie, unterstütze uns, "
    "war dieser artikel hilfreich, werden sie mitglied, artikel wird unterhalb, nach der werbung",
    "fr": "abonnez-vous, inscrivez-vous, suivez-nous, rejoignez-nous, téléchargez, soutenez, "
    "cet article vous a-t-il, cet article est réservé, la suite de l'article, la suite après, "
    "faites un don",
    "es": "suscríbete, suscríbase, síguenos, síganos, descarga nuestra, descárgate, apoya, apóyanos, "
    "regístrate, inscríbete, hazte socio, este artículo te, algunos de los enlaces",
    "pt": "assine, subscreva, inscreva-se, siga-nos, baixe, descarregue, apoie, receba, este artigo foi útil, "
    "continua após, já é assinante",
    "it": "iscriviti, abbonati, seguici, scarica, sostieni, ricevi, questo articolo ti è, continua dopo, "
    "diventa socio, registrati",
    "ca": "subscriu-te, segueix-nos, descarrega",
    "nl": "abonneer, meld je aan, schrijf je in, volg ons, download onze, steun ons, word lid, was dit artikel",
    "sv": "prenumerera, anmäl dig, följ oss, ladda ner, artikeln fortsätter, bli medlem, få våra",
    "nb": "abonner, meld deg på, følg oss, last ned, artikkelen fortsetter, bli medlem, få nyheter",
    "da": "abonnér, abonner, tilmeld dig, følg os, hent vores, artiklen fortsætter, bliv medlem, få de",
    "fi": "tilaa, seuraa meitä, lataa, juttu jatkuu, artikkeli jatkuu, liity",
    "is": "gerast áskrifandi, fylgdu okkur, skráðu þig",
    "et": "telli, jälgi meid, toeta, lae alla",
    "lv": "abonē, seko mums, atbalsti, lejupielādē",
    "lt": "prenumeruokite, sekite mus, paremkite, atsisiųskite",
    "pl": "zapisz się, subskrybuj, obserwuj nas, dołącz do, pobierz, wesprzyj, czy ten artykuł, śledź nas, polub nas",
    "cs": "přihlaste se, odebírejte, sledujte nás, stáhněte si, podpořte, byl tento článek, předplaťte",
    "sk": "prihláste sa, odoberajte, sledujte nás, stiahnite si, podporte, bol tento článok, predplaťte",
    "sl": "naročite se, sledite nam, prenesite, podprite",
    "hr": "pretplatite se, prijavite se, pratite nas, preuzmite, podržite",
    "sr": "претплатите се, пратите нас, преузмите, подржите",
    "hu": "iratkozzon fel, iratkozz fel, kövessen minket, kövess minket, töltse le, töltsd le, támogassa, "
    "támogasd, hasznos volt, fizessen elő",
    "ro": "abonează-te, abonați-vă, urmărește-ne, urmăriți-ne, descarcă, descărcați, susține, susțineți, v-a fost util",
    "el": "εγγραφείτε, ακολουθήστε, κατεβάστε, στηρίξτε",
    "tr": "abone olun, bizi takip, uygulamamızı, destek olun, bültenimize",
    "ru": "подпишитесь, подписывайтесь, следите за, скачайте, поддержите, была ли эта, присоединяйтесь, "
    "продолжение после",
    "uk": "підпишіться, підписуйтесь, підписуйтеся, стежте за, завантажте, підтримайте, долучайтеся",
    "bg": "абонирайте се, последвайте ни, изтеглете, подкрепете",
    "ar": "اشترك في, اشتركوا في, تابعونا, تابعنا, حمل تطبيق, ادعم",
    "fa": "ما را دنبال, عضو شوید, دانلود",
    "he": "הירשמו, עקבו אחרינו, הורידו, תמכו",
    "hi": "हमें फॉलो, सब्सक्राइब, डाउनलोड करें, हमारे व्हाट्सएप",
    "bn": "আমাদের ফলো, সাবস্ক্রাইব, ডাউনলোড",
    "id": "ikuti kami, langganan, unduh aplikasi, dapatkan berita, dukung, gabung",
    "ms": "ikuti kami, langgan, muat turun",
    "vi": "đăng ký nhận, theo dõi chúng tôi, tải ứng dụng, ủng hộ, mời bạn",
    "sw": "jiandikishe, tufuate, pakua",
    "zh": "订阅我们, 关注我们, 下载我们, 支持我们, 請訂閱, 欢迎订阅, 扫码关注",
    "ja": "登録はこちら, 会員登録, この記事は有料, フォローし, アプリを",
    "ko": "구독하기, 뉴스레터, 앱을 다운로드, 후원",
}
"""First words of blocks by which a newspaper asks for something: to subscribe, follow, download, support or rate."""

MAX_CALL_WORDS = 8
"""Most words of a call; in scripts without spaces each character is a word."""

PLACES = 1 << 12
"""Places of the table of these words, a power of two."""

CALLS = tuple(
    (call, level)
    for by_language, level in ((SURE_CALLS, 2), (LIKELY_CALLS, 1), (HOUSE_CALLS, 2))
    for calls in by_language.values()
    for call in calls.split(", ")
)
"""All of them, each with how sure it is."""


def call_table(words: Hashes, word_ends: Integers) -> tuple[Hashes, NDArray[np.uint8]]:
    """Return the calls' hashes in a table by their lower bits, and how sure each is.

    Args:
        words: Hashes of the words of all CALLS, one after the other.
        word_ends: Shape (len(CALLS),): where each call's end.
    """
    keys, levels = np.zeros(PLACES, np.uint64), np.zeros(PLACES, np.uint8)
    begin = 0
    for (_, level), end in zip(CALLS, word_ends.tolist(), strict=True):
        key = 0
        for word in words[begin:end].tolist():
            key = (key * 31 + word) % (1 << 64)
        place = key % PLACES
        while keys[place] not in (0, key):
            place = (place + 1) % PLACES
        keys[place], levels[place] = key, max(int(levels[place]), level)
        begin = end
    return keys, levels
