"""Laws and forms of authors' names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.fields.authors import choose_authors
from copydesk.classifier.fields.json_ld import JsonLd
from copydesk.classifier.fields.names import MAX_AUTHORS, MAX_LETTERS, clean_names, names_author

NAMES = st.lists(st.sampled_from(["Ada Quill", "Ben Reed", "Élise Öz-Møller", "José Ortega y Gasset"]), unique=True)


# Laws


@given(st.lists(st.text()), st.booleans())
def test_any_text_gives_short_names_each_once(texts: list[str], shown: bool) -> None:
    names = clean_names(texts, shown=shown)
    assert len({name.casefold() for name in names}) == len(names) <= MAX_AUTHORS
    assert all(0 < len(name) <= MAX_LETTERS + 10 and name == " ".join(name.split()) for name in names)


@given(NAMES, st.sampled_from([", ", " and ", " und ", " & ", "; ", " | ", "、"]))
def test_a_list_is_split_in_order(names: list[str], between: str) -> None:
    assert clean_names([f"By {between.join(names)}"] if names else []) == tuple(names)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada <b>Quill</b>", ["Ada Quill"]),
        ("<span class='a'>Ada</span> <span>Quill</span>", ["Ada Quill"]),
        ("<p>Ada Quill</p><p>Ben Reed</p>", ["Ada Quill", "Ben Reed"]),
        ("Ada Quill<br/>Ben Reed", ["Ada Quill", "Ben Reed"]),
        ("<a href='mailto:ada@pier.example'>Ada Quill</a>", ["Ada Quill"]),
        ('<a href="https://pier.example/a(1)">Ada Quill</a>', ["Ada Quill"]),
        ("<a href='javascript:alert(1)'>Ada Quill</a>", ["Ada Quill"]),
        ("Ada Quill <ada@pier.example>", ["Ada Quill"]),
        ("\u202eAda\u2066 Quill\u2069\u202c", ["Ada Quill"]),
    ],
)
def test_html_and_marks_of_direction_are_no_part_of_a_name(text: str, names: list[str]) -> None:
    assert clean_names([text]) == tuple(names)


def test_a_long_text_is_read_to_a_limit() -> None:
    assert len(clean_names([", ".join(f"Ada Quill{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(600))])) <= 50


INCOMPLETE_DATES = (
    *("June 2024", "June 5", "5 June", "5th June", "Jun 5", "Monday 5 June", "Mon, 5 Jun.", "Monday", "Summer 2024"),
    *("May 1–3, 2024", "June–July 2024", "Juni 2024", "Montag, 5. Juni", "Sommer 2024", "lundi 5 juin", "été 2024"),
    *("5 de junio", "junio de 2024", "segunda-feira, 5 de junho", "maandag 5 juni", "июнь 2024", "5 июня", "Δευτέρα"),
    *("الاثنين 5 يونيو", "शुक्रवार"),
)


@pytest.mark.parametrize("between", [", ", " | ", " - ", "; ", " • "])
@pytest.mark.parametrize("date", INCOMPLETE_DATES)
def test_incomplete_date_is_no_author(date: str, between: str) -> None:
    assert clean_names([f"By Nell Harrow{between}{date}"], shown=True) == ("Nell Harrow",)
    assert clean_names([f"By Nell Harrow and Ada Quill{between}{date}"]) == ("Nell Harrow", "Ada Quill")


@pytest.mark.parametrize("date", ["June 5", "5. Juni", "June 2024", "Monday 5 June"])
def test_incomplete_date_behind_a_name_is_cut_off(date: str) -> None:
    assert clean_names([f"By Nell Harrow {date}"], shown=True) == ("Nell Harrow",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("By June Marlow", ("June Marlow",)),
        ("By April May", ("April May",)),
        ("By June", ("June",)),
        ("By Ada Quill, June Marlow and April May", ("Ada Quill", "June Marlow", "April May")),
        ("By August Strindberg, June 2024", ("August Strindberg",)),
        ("Elaine May 2, Ada Quill 3", ("Elaine May", "Ada Quill")),
        ("By Ada Quill and June", ("Ada Quill", "June")),
        ("Von Ada, Jan, Mai", ("Ada", "Jan", "Mai")),
        ("By Sunday Quill", ("Sunday Quill",)),
        ("june5", ("june5",)),
    ],
)
def test_person_may_be_called_as_a_month(text: str, expected: tuple[str, ...]) -> None:
    assert clean_names([text]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("By Ada Quill in Kiel", ("Ada Quill",)),
        ("By Ada B. Quill in New York", ("Ada B. Quill",)),
        ("By Ada Quill at the Harbour Stadium", ("Ada Quill",)),
        ("Por Ada Quill, de Nova Kiel", ("Ada Quill",)),
        ("Por Ada Quill, g7 Nova Kiel", ("Ada Quill",)),
        ("Ada Quill, Havnegade 41", ("Ada Quill",)),
        ("By Ada Quill, Ben de Reed", ("Ada Quill", "Ben de Reed")),
        ("Von Ada Quill aus Kiel", ("Ada Quill",)),
        ("By Ada Quill in Kiel and Ben Reed in Washington, D.C.", ("Ada Quill", "Ben Reed")),
        ("By Ada Quill, Sea Attorney at Quill & Reed", ("Ada Quill", "Reed")),
        ("Women in Science", ()),
        ("By Women in Science", ()),
        ("Breaking News in Kiel", ()),
        ("By Our Correspondent in Kiel", ()),
    ],
)
def test_place_behind_an_introduced_name_is_cut_off(text: str, expected: tuple[str, ...]) -> None:
    assert clean_names([text], shown=True) == expected


# Forms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("By Ada Quill, Harbour Editor, and Ben Reed", ("Ada Quill", "Ben Reed")),
        ("Von Ada Quill, Kiel", ("Ada Quill",)),
        ("Von Ada Quill und Ben Reed, dpa", ("Ada Quill", "Ben Reed", "dpa")),
        ("Kommentar von Ada Quill", ("Ada Quill",)),
        ("Autor: Ada Quill", ("Ada Quill",)),
        ("Redaktion: Ada Quill", ("Ada Quill",)),
        ("di Ada Quill", ("Ada Quill",)),
        ("ByAda Quill", ("Ada Quill",)),
        ("Written byAda Quill", ("Ada Quill",)),
        ("Ada Quill y Ben Reed", ("Ada Quill", "Ben Reed")),
        ("José Ortega y Gasset", ("José Ortega y Gasset",)),
        ("Ben Reed, Jr.", ("Ben Reed, Jr.",)),
        ("Ada Quill, MD, PhD", ("Ada Quill",)),
        ("Ada Quill (aq)", ("Ada Quill",)),
        ("Ada Quill ada@pier.example", ("Ada Quill",)),
        ("https://pier.example/ada", ()),
        ("pier.example, Kiel, Germany", ()),
        ("https://pier.example, Kiel", ()),
        ("J.Quill, Ben Reed", ("J.Quill", "Ben Reed")),
        ("aquill", ()),
        ("aquills", ("aquills",)),
        ("quill77", ("quill77",)),
        ("q7700", ()),
        ("Ada Quill2", ("Ada Quill",)),
        ("text: Ada Quill, design: Ben Reed", ("Ada Quill",)),
        ("20+ Years at Sea", ()),
        ("page.head.author", ()),
        ("{{ author.name }}", ()),
        ("ada.b.quill", ("ada.b.quill",)),
        ("Office for Tides and Piers", ("Office for Tides and Piers",)),
        ("Guide by Ada Quill Former Deputy Harbour Editor", ("Ada Quill",)),
        ("Insights from Ada Quill", ("Ada Quill",)),
        ("Ada Quill on behalf of the pilots", ("Ada Quill",)),
        ("Ada Quill THE PIER", ("Ada Quill",)),
        ("Ada DE QUILL", ("Ada DE QUILL",)),
        ("Filed under", ()),
        ("pier/aqu", ()),
        ("aqu/Reuters", ()),
        ("Reuters", ("Reuters",)),
        ("dpa/afp", ("dpa/afp",)),
        ("Blog", ()),
        ("Author", ()),
        ("Editor", ()),
        ("Ada Quill Ada Quill", ("Ada Quill",)),
        ("Ada QuillKorrespondentin", ("Ada Quill",)),
        ("Ada QuillFounder", ("Ada Quill",)),
        ("김철수 기자", ("김철수",)),
        ("記者王小明／河岸報導", ("王小明",)),
        ("记者 王小明", ("王小明",)),
        ("文・川田花子", ("川田花子",)),
        ("Автор: Вера Речная", ("Вера Речная",)),
        ("كتبت: سلمى البحري", ("سلمى البحري",)),
        ("लेखक: नंदिता नदी", ("नंदिता नदी",)),
        ("Ada Quill Published", ("Ada Quill",)),
        ("By Ada Quill and Ben Reed Updated 3 hours ago", ("Ada Quill", "Ben Reed")),
        ("By Ada Quill Updated:", ("Ada Quill",)),
        ("Por Ada Quill Actualizado:", ("Ada Quill",)),
        ("מאת: נועה ים פורסם:", ("נועה ים",)),
        ("Автор: Вера Речная о", ("Вера Речная",)),
        ("Publicada por Ada Quill à", ("Ada Quill",)),
        ("Submitted by aquills on Tue,", ("aquills",)),
        ("Ada Quill jr", ("Ada Quill jr",)),
        ("Ada Holiday", ("Ada Holiday",)),
        ("Ada Domingo", ("Ada Domingo",)),
        ("Ada Quill måndag", ("Ada Quill",)),
        ("ada von der see", ("ada von der see",)),
        ("Words: Ada Quill Photos: Ben Reed Issue 3", ("Ada Quill",)),
        ("Written by: Ada B. Quill Edited by: Ben Reed", ("Ada B. Quill",)),
        ("责任编辑：罗一川", ()),
        ("김철수 기자가나다", ("김철수",)),
        ("Propos recueillis par Ada Quill", ("Ada Quill",)),
        ("A cura di Ada Quill", ("Ada Quill",)),
        ("Interview: Ada Quill", ("Ada Quill",)),
        ("Publicada por Ada Quill", ("Ada Quill",)),
        ("Soumis par ada.quill", ("ada.quill",)),
        ("Scris de Ada Quill", ("Ada Quill",)),
        ("Szerző: Quill Ada", ("Quill Ada",)),
        ("Írta: Quill Ada", ("Quill Ada",)),
        ("Piše: Ada Quill", ("Ada Quill",)),
        ("Door onze verslaggever Ada Quill", ("Ada Quill",)),
        ("Συντάχθηκε από τον/την Άδα Κουίλ", ("Άδα Κουίλ",)),
        ("Κείμενο: Άδα Κουίλ", ("Άδα Κουίλ",)),
        ("إعداد: سلمى البحري", ("سلمى البحري",)),
        ("रिपोर्ट: नंदिता नदी", ("नंदिता नदी",)),
        ("লেখক: নন্দিতা নদী", ("নন্দিতা নদী",)),
        ("ავტორი ნინო ზღვაძე", ("ნინო ზღვაძე",)),
        ("기자 김철수", ("김철수",)),
        ("河岸報/記者王小明/港口報導", ("王小明",)),
        ("By Ada Quill on Monday", ("Ada Quill",)),
        ("Samuel J.", ("Samuel J.",)),
        ("admin", ()),
        ("", ()),
        ("12345", ()),
        ("#harbour #work", ()),
        ("Dock #", ()),
        ("Ada Quill is a writer who has lived by the sea for more than a decade", ()),
    ],
)
def test_form_is_read(text: str, expected: tuple[str, ...]) -> None:
    assert clean_names([text]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada QuillUpdated: 3 May", ("Ada Quill",)),
        ("Ada Quill 4 Comments", ("Ada Quill",)),
        ("Ada Quill For The Pier", ("Ada Quill",)),
        ("Ada Quill Follow", ("Ada Quill",)),
        ("Ada Quill Deputy Harbour Editor", ("Ada Quill",)),
        ("Ada Quill Reporter", ("Ada Quill",)),
        ("By Ada Quill Local Democracy Reporter", ("Ada Quill",)),
        ("Ada B. Quill Chief Sports Writer", ("Ada B. Quill",)),
        ("Ada B. Quill Sports Writer", ("Ada B. Quill",)),
        ("Ada QuillerNews Reporter", ("Ada Quiller",)),
        ("Ada MacQuill Reporter", ("Ada MacQuill",)),
        ("Ada Quill ⋅ Review Editor", ("Ada Quill",)),
        ("Ada Quill Gardener & Astrologer", ("Ada Quill",)),
        ("Ada Quill | Ben Reed", ("Ada Quill", "Ben Reed")),
        ("Ada QuillThe Pier", ("Ada Quill",)),
        ("Von Ada Quill Landespolitische Korrespondentin", ("Ada Quill",)),
        ("Von unserem Redakteur Bernd Quill", ("Bernd Quill",)),
        ("Von unserer Mitarbeiterin Ada Quill", ("Ada Quill",)),
        ("By our political editor Ada Quill", ("Ada Quill",)),
        ("De notre envoyée spéciale à Kiel, Ada Quill", ("Ada Quill",)),
        ("Por nuestro corresponsal Ben Díaz", ("Ben Díaz",)),
        ("Dal nostro inviato Ben Quill", ("Ben Quill",)),
        ("Do nosso correspondente Ben Quill", ("Ben Quill",)),
        ("Van onze verslaggever Ada Quill", ("Ada Quill",)),
        ("Av vår korrespondent Ada Quill", ("Ada Quill",)),
        ("Kirjutas Ada Quill", ("Ada Quill",)),
        ("Autorka: Ada Quill", ("Ada Quill",)),
        ("เรื่อง: ปวีณา สายน้ำ", ("ปวีณา สายน้ำ",)),
        ("Haberler - Ada Quill", ("Ada Quill",)),
    ],
)
def test_what_is_shown_beside_a_name_is_cut_off(text: str, expected: tuple[str, ...]) -> None:
    assert clean_names([text], shown=True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("De Ada Quill", "Ada Quill"),
        ("Na Ada Quill", "Ada Quill"),
        ("Rozmawia Ada Quill", "Ada Quill"),
        ("Της Άδας Κουίλ", "Άδας Κουίλ"),
        ("Από την Άδα Κουίλ", "Άδα Κουίλ"),
        ("De Quill", "De Quill"),
        ("De la Quill", "De la Quill"),
        ("Na Quill", "Na Quill"),
    ],
)
def test_a_word_that_may_begin_a_name_means_by_before_two_names_that_are_shown(text: str, expected: str) -> None:
    assert clean_names([text], shown=True) == (expected,)
    assert clean_names(["De Ada Quill"]) == ("De Ada Quill",)


@pytest.mark.parametrize(
    "text",
    [
        *("View more posts", "Read more", "from the harbour dept", "4 mins read", "red", "The Author", "Our Editors"),
        *("Senior Content Editor", "Posted On", "Table of Contents", "발행"),
        *("Опубліковано", "Τελευταία Ενημέρωση", "Date", "Pinned", "Visualizations by:", "Read the Reporter for free"),
    ],
)
def test_what_is_shown_but_no_name_is_left_out(text: str) -> None:
    assert clean_names([text], shown=True) == ()


@pytest.mark.parametrize(("text", "expected"), [("By Ada Quill", True), ("byAda Quill", True), ("Bypass opens", False)])
def test_a_byline_is_known_by_its_beginning(text: str, expected: bool) -> None:
    assert names_author(text) is expected


# Choice


def chosen(*places: tuple[str, tuple[str, ...]], stated: JsonLd | None = None) -> tuple[tuple[str, ...], str]:
    return choose_authors(places, stated or JsonLd(), {"The Pier", "pier.example"})


def test_the_first_place_with_a_person_is_chosen() -> None:
    assert chosen(("meta", ("The Pier",)), ("block", ("Ada Quill",))) == (("Ada Quill",), "block")


def test_the_publisher_is_left_out_beside_a_person() -> None:
    assert chosen(("meta", ("The Pier", "Ada Quill"))) == (("Ada Quill",), "meta")


@pytest.mark.parametrize("name", ["The Pier", "Pier.example", "THE PIER Redaktion", "Pier News Staff"])
def test_the_publisher_is_the_author_if_nobody_else_is(name: str) -> None:
    assert chosen(("meta", (name,)), ("block", ())) == ((name,), "meta")


def test_a_person_comes_before_an_organisation_of_json_ld() -> None:
    stated = JsonLd(authors=("Sea Office",), organisations=("Sea Office",))
    assert chosen(("json-ld", ()), ("block", ("Ada Quill",)), stated=stated) == (("Ada Quill",), "block")
    assert chosen(("json-ld", ()), ("block", ()), stated=stated) == (("Sea Office",), "json-ld")


def test_an_organisation_beside_a_person_of_json_ld_is_kept_in_order() -> None:
    stated = JsonLd(authors=("dpa", "Ada Quill", "The Pier"), organisations=("dpa", "The Pier"))
    assert chosen(("json-ld", ("Ada Quill",)), stated=stated) == (("dpa", "Ada Quill"), "json-ld")


def test_no_author_is_found_where_none_is_named() -> None:
    assert chosen(("meta", ())) == ((), "")
