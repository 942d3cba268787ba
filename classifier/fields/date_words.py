"""Words of dates in many languages: months, weekdays, seasons, changes, time zones."""

from __future__ import annotations

import unicodedata

_MONTHS = (
    "january jan januar jänner jaenner jän janvier janv enero ene janeiro gennaio gen januari janúar janúari "
    "tammikuu tammikuuta stycznia styczeń sty ledna leden január januára siječnja siječanj januarja január ianuarie "
    "ian ocak oca января январь січень ιανουάριος янв січня януари јануара јануар ιανουαρίου ιαν يناير जनवरी "
    "জানুয়ারি gener urtarrila "
    "jaanuar janvāris janvārī sausio ጃንዩወሪ",
    "february feb februar feber février fevrier févr fév febrero fevereiro fev febbraio febbr februari februarie "
    "febrúar helmikuu helmikuuta lutego luty lut února únor február februára veljače veljača febr şubat subat şub "
    "февраля февраль лютий φεβρουάριος фев лютого февруари фебруара фебруар φεβρουαρίου φεβ فبراير फरवरी "
    "ফেব্রুয়ারি febrer otsaila veebruar "
    "februāris februārī vasario",
    "march mar märz maerz mär mrz mars marzo março marco maart mrt maret maaliskuu maaliskuuta marca marzec března "
    "březen marec marca ožujka ožujak március márc martie mart марта березень μάρτιος мар березня март μαρτίου "
    "μαρ مارس मार्च মার্চ "
    "març martxoa märts marts martā kovo machi",
    "april apr avril avr abril abr aprile huhtikuu huhtikuuta kwietnia kwiecień kwi dubna duben apríl apríla "
    "travnja travanj április ápr aprilie nisan nis апреля апрель квітень απρίλιος апр квітня април априла "
    "απριλίου απρ أبريل ابريل अप्रैल "
    "এপ্রিল apirila aprill aprīlis aprīlī balandžio aprili",
    "may mai mayo maio maggio mag maj mei maí maía toukokuu toukokuuta maja května květen máj mája svibnja svibanj "
    "május máj mayıs mayis мая травень μάιος май травня мај маја μαΐου μαϊ مايو मई মে maig maiatza maijs maijā gegužės",
    "june jun juni juin junio junho giugno giu júní kesäkuu kesäkuuta czerwca czerwiec cze června červen jún júna "
    "lipnja lipanj június jún iunie iun haziran haz июня июнь червень ιούνιος июн червня юни јуна јун ιουνίου "
    "ιουν يونيو जून জুন juny "
    "ekaina juuni jūnijs jūnijā birželio",
    "july jul juli juillet juil julio julho luglio lug júlí heinäkuu heinäkuuta lipca lipiec lip července červenec "
    "júl júla srpnja srpanj július júl iulie iul temmuz tem июля июль липень ιούλιος июл липня юли јула јул "
    "ιουλίου ιουλ يوليو जुलाई "
    "জুলাই juliol uztaila juuli jūlijs jūlijā liepos julai",
    "august aug août aout agosto ago augustus augusti ágúst agustus agu elokuu elokuuta sierpnia sierpień sie srpna "
    "srpen augusta kolovoza kolovoz augusztus avgust avgusta ağustos agustos ağu августа август серпень αύγουστος "
    "авг серпня август "
    "αυγούστου αυγ أغسطس اغسطس अगस्त আগস্ট agost abuztua augusts augustā rugpjūčio agosti",
    "september sep sept septembre septiembre setembro set settembre sett syyskuu syyskuuta września wrzesień wrz "
    "září septembra rujna rujan szeptember szept septembrie eylül eylul eyl сентября сентябрь вересень "
    "σεπτέμβριος сен вересня септември "
    "септембра септембар σεπτεμβρίου σεπ سبتمبر सितंबर सितम्बर সেপ্টেম্বর setembre iraila septembris septembrī "
    "rugsėjo septemba",
    "october oct oktober okt octobre octubre outubro out ottobre ott október októbra lokakuu lokakuuta października "
    "październik paź října říjen octombrie ekim eki октября октябрь жовтень οκτώβριος окт жовтня октомври октобра "
    "октобар οκτωβρίου οκτ "
    "أكتوبر اكتوبر अक्टूबर অক্টোবর urria oktoober oktobris oktobrī spalio oktoba oktobra",
    "november nov novembre noviembre novembro nóvember marraskuu marraskuuta listopada listopad lis novembra "
    "studenoga studeni noiembrie kasım kasim kas ноября ноябрь листопад νοέμβριος ноя листопада ноември новембра "
    "новембар νοεμβρίου νοε "
    "نوفمبر नवंबर नवम्बर নভেম্বর azaroa novembris novembrī lapkričio novemba",
    "december dec dezember dez décembre déc decembre diciembre dic dezembro dicembre desember des joulukuu "
    "joulukuuta grudnia grudzień gru prosince prosinec decembra prosinca prosinac decembrie aralık aralik ara "
    "декабря декабрь грудень δεκέμβριος дек грудня декември децембра децембар δεκεμβρίου δεκ ديسمبر दिसंबर "
    "दिसम्बर ডিসেম্বর desembre abendua "
    "detsember decembris decembrī gruodžio desemba",
)

_MORE_MONTHS = (
    "জানুয়ারী ינואר جنوری كانون_الثاني جانفي ژانویه มกราคม ม.ค. ஜனவரி జనవరి જાન્યુઆરી ಜನವರಿ ജനുവരി ਜਨਵਰੀ "
    "जानेवारी იანვარი հունվարի студзеня janar yanvar xaneiro januarie",
    "ফেব্রুয়ারী फ़रवरी פברואר فروری شباط فيفري فوریه กุมภาพันธ์ ก.พ. பிப்ரவரி ఫిబ్రవరి ફેબ્રુઆરી "
    "ಫೆಬ್ರವರಿ ഫെബ്രുവരി ਫਰਵਰੀ फेब्रुवारी თებერვალი փետրվարի лютага shkurt fevral febreiro pebrero",
    "מרץ מרס مارچ آذار มีนาคม มี.ค. மார்ச் మార్చి માર્ચ ಮಾರ್ಚ್ മാർച്ച് ਮਾਰਚ მარტი մարտի сакавіка",
    "אפריל اپریل نيسان أفريل آوریل เมษายน เม.ย. ஏப்ரல் ఏప్రిల్ એપ્રિલ ಏಪ್ರಿಲ್ ഏപ്രിൽ ਅਪ੍ਰੈਲ एप्रिल აპრილი ապրիլի красавіка prill",
    "מאי مئی أيار ايار ماي พฤษภาคม พ.ค. மே మే મે ಮೇ മേയ് ਮਈ მაისი մայիսի траўня",
    "יוני جون حزيران جوان ژوئن มิถุนายน มิ.ย. ஜூன் జూన్ જૂન ಜೂನ್ ജൂൺ ਜੂਨ ივნისი հունիսի чэрвеня qershor iyun xuño hunyo",
    "יולי جولائی تموز جويلية يوليوز ژوئیه กรกฎาคม ก.ค. ஜூலை జూలై જુલાઈ ಜುಲೈ ജൂലൈ ਜੁਲਾਈ जुलै ივლისი "
    "հուլիսի ліпеня korrik iyul xullo hulyo",
    "אוגוסט اگست آب غشت أوت اوت สิงหาคม ส.ค. ஆகஸ்ட் ఆగస్టు ઓગસ્ટ ಆಗಸ್ಟ್ ഓഗസ്റ്റ് ਅਗਸਤ ऑगस्ट აგვისტო "
    "օգոստոսի жніўня gusht avqust ogos",
    "ספטמבר ستمبر أيلول ايلول شتنبر سپتامبر กันยายน ก.ย. செப்டம்பர் సెప్టెంబర్ સપ્ટેમ્બર ಸೆಪ್ಟೆಂಬರ್ "
    "സെപ്റ്റംബർ ਸਤੰਬਰ सप्टेंबर სექტემბერი սեպտեմբերի верасня shtator sentyabr setyembre",
    "אוקטובר اکتوبر تشرين_الأول اکتبر ตุลาคม ต.ค. அக்டோபர் అక్టోబర్ ઓક્ટોબર ಅಕ್ಟೋಬರ್ ഒക്ടോബർ ਅਕਤੂਬਰ "
    "ऑक्टोबर अक्तूबर ოქტომბერი հոկտեմբերի кастрычніка tetor oktyabr oktubre",
    "נובמבר نومبر تشرين_الثاني نونبر نوامبر พฤศจิกายน พ.ย. நவம்பர் నవంబర్ નવેમ્બર ನವೆಂಬರ್ നവംബർ ਨਵੰਬਰ "
    "नोव्हेंबर ნოემბერი նոյեմբերի лістапада nëntor noyabr nobyembre",
    "דצמבר دسمبر كانون_الأول دجنبر دسامبر ธันวาคม ธ.ค. டிசம்பர் డిసెంబర్ ડિસેમ્બર ಡಿಸೆಂಬರ್ ഡിസംബർ ਦਸੰਬਰ "
    "डिसेंबर დეკემბერი դեկտեմբերի снежня dhjetor dekabr disyembre",
)
"""The same for languages of South Asia, the Caucasus and others; "_" is for the space in names of two words."""

MONTHS = {
    unicodedata.normalize("NFC", name.replace("_", " ")): number
    for months in (_MONTHS, _MORE_MONTHS)
    for number, names in enumerate(months, 1)
    for name in names.split()
}
"""The number of each month, by its name or abbreviation in lower case and NFC. "listopad" is read as the Polish one."""

_IRANIAN = (
    *("فروردین فروردين", "اردیبهشت ارديبهشت", "خرداد", "تیر تير", "مرداد امرداد", "شهریور شهريور"),
    *("مهر", "آبان", "آذر", "دی دي", "بهمن", "اسفند"),
)
IRANIAN_MONTHS = {name: number for number, names in enumerate(_IRANIAN, 1) for name in names.split()}
"""The number of each month of the Iranian calendar, with the Persian and the Arabic letter for i."""

AFTERNOON = ("pm", "م", "μμ", "午後", "下午", "오후")
"""How words begin that say of the time beside them that it is after noon."""

WEEKDAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag "
    "sonnabend sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles miercoles jueves "
    "viernes sábado sabado domingo lunedì lunedi martedì martedi mercoledì mercoledi giovedì giovedi venerdì venerdi "
    "domenica segunda-feira terça-feira quarta-feira quinta-feira sexta-feira maandag dinsdag woensdag donderdag "
    "vrijdag zaterdag zondag mandag tirsdag onsdag torsdag fredag lørdag søndag måndag tisdag lördag söndag "
    "maanantai maanantaina tiistai tiistaina keskiviikko keskiviikkona torstai torstaina perjantai perjantaina "
    "lauantai lauantaina sunnuntai sunnuntaina mánudagur þriðjudagur miðvikudagur fimmtudagur föstudagur laugardagur "
    "sunnudagur poniedziałek wtorek środa czwartek piątek sobota niedziela pondělí úterý středa čtvrtek pátek neděle "
    "pondelok utorok streda štvrtok piatok nedeľa ponedjeljak utorak srijeda četvrtak petak subota nedjelja ponedeljak "
    "nedelja ponedeljek torek sreda četrtek petek hétfő kedd szerda csütörtök péntek szombat vasárnap luni marți "
    "miercuri joi vineri sâmbătă duminică pazartesi salı çarşamba perşembe cuma cumartesi pazar dilluns dimarts "
    "dimecres dijous divendres dissabte diumenge esmaspäev teisipäev kolmapäev neljapäev reede laupäev pühapäev "
    "pirmdiena otrdiena trešdiena ceturtdiena piektdiena sestdiena svētdiena pirmadienis antradienis trečiadienis "
    "ketvirtadienis penktadienis šeštadienis sekmadienis понедельник вторник среда четверг пятница суббота воскресенье "
    "понеділок вівторок середа четвер п'ятниця пʼятниця субота неділя понеделник сряда четвъртък петък събота неделя "
    "понедељак уторак четвртак петак недеља δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή senin selasa rabu "
    "kamis jumat sabtu minggu الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت सोमवार मंगलवार बुधवार गुरुवार "
    "शुक्रवार "
    "शनिवार रविवार".split()
)
"""Names of weekdays in lower case."""

SHORT_WEEKDAYS = frozenset(
    "mon tue tues wed thu thur thurs fri sat sun mo di mi do fr sa so lun mar mer jeu ven sam dim mié mie jue vie sáb "
    "sab dom gio seg ter qua qui sex ma wo vr za zo man tir tirs ons tor tors fre lør søn mån tis lör sön пн вт ср чт "
    "пт сб вс".split()
)
"""Their abbreviations, many of which are other words and names too."""

SEASONS = frozenset(
    "spring summer autumn fall winter frühling frühjahr sommer herbst printemps été automne hiver primavera verano "
    "otoño invierno estate autunno inverno verão outono lente voorjaar zomer herfst najaar vår våren sommar sommaren "
    "höst hösten vinter vintern forår efterår høst kevät kesä syksy talvi wiosna lato jesień zima jaro léto podzim "
    "весна лето осень зима літо осінь ilkbahar yaz sonbahar kış".split()
)
"""Names of seasons in lower case; some are names of persons too."""

CHANGED = tuple(
    "updat|modif|edited|revis|reviewed|amended|aktualis|geändert|überarbeitet|mis à jour|mise à jour|"
    "actualiz|actualitz|aggiorna|atualiz|bijgewerkt|gewijzigd|uppdater|ändrad|oppdater|endret|opdater|"
    "ændret|uppfær|päivite|muokat|aktualiz|zmienion|upraven|frissít|módosít|actualizat|güncelle|"
    "diperbarui|cập nhật|обновлен|изменен|оновлен|обновен|ажурира|ενημέρωσ|更新|修正|改訂|수정|업데이트|تحديث|"
    "अपडेट|অপডেট".split("|")
)
"""Beginnings of words, in lower case, that say of the date after them that the page was changed then."""

LED_TO_DATES = frozenset(
    "last updated posted published stand veröffentlicht erstellt aktualisiert geändert publié actualisé "
    "pubblicato aggiornato publicado actualizado atualizado publicat actualitzat actualizat gepubliceerd "
    "bijgewerkt publicerad uppdaterad publisert oppdatert udgivet opdateret julkaistu päivitetty opublikowano "
    "zaktualizowano aktualizacja dodano zveřejněno vydáno aktualizováno publikované aktualizované objavljeno "
    "ažurirano posodobljeno megjelent frissítve frissült yayınlanma yayınlandı güncelleme güncellendi "
    "опубликовано обновлено опубліковано оновлено публикувано обновено објављено ажурирано δημοσίευση "
    "δημοσιεύτηκε δημοσιεύθηκε ενημέρωση τελευταία פורסם עודכן نشر تحديث انتشار प्रकाशित अपडेट अपडेटेड প্রকাশ "
    "প্রকাশিত আপডেট terbit diterbitkan diperbarui เผยแพร่ อัปเดต".split()
)
"""Words in lower case that are between a name and a date: that the page was published or changed then."""

ZONES = {
    **dict.fromkeys(("z", "utc", "gmt", "wet"), 0),
    **dict.fromkeys(("cet", "mez", "bst", "west", "wat"), 60),
    **dict.fromkeys(("cest", "mesz", "eet", "sast", "cat"), 120),
    **dict.fromkeys(("eest", "msk", "eat"), 180),
    **dict.fromkeys(("jst", "kst"), 540),
    **dict.fromkeys(("pkt",), 300),
    **dict.fromkeys(("wib",), 420),
    **dict.fromkeys(("hkt", "sgt", "awst"), 480),
    **dict.fromkeys(("aest",), 600),
    **dict.fromkeys(("aedt",), 660),
    **dict.fromkeys(("nzst",), 720),
    **dict.fromkeys(("nzdt",), 780),
    **dict.fromkeys(("edt",), -240),
    **dict.fromkeys(("est", "cdt"), -300),
    **dict.fromkeys(("cst", "mdt"), -360),
    **dict.fromkeys(("mst", "pdt"), -420),
    **dict.fromkeys(("pst",), -480),
    **dict.fromkeys(("brt",), -180),
}
"""Minutes east of Greenwich of each abbreviation that means one zone in news. "IST" means three, "ET" and "PT" two."""
