"""Markdown of tables in HTML: their columns, and what their cells contain."""

from __future__ import annotations

import pytest

from copydesk.classifier import Kind
from tests.support.articles import article_of_html

T, L, R = Kind.TEXT, Kind.LIST_ITEM, Kind.TABLE


def of_html(html: str, kinds: list[Kind] | Kind) -> str:
    return article_of_html(html, kinds).to_markdown(links=True, front_matter=False)


# What cells contain


def test_empty_cells_keep_their_places() -> None:
    html = "<table><tr><th><th>2019<th>2020<tr><th>Ships<td><td>7<tr><td>Crew<td>9</table>"
    assert of_html(html, R) == ("|  | 2019 | 2020 |\n| --- | --- | --- |\n| Ships |  | 7 |\n| Crew | 9 |  |\n")


def test_cells_with_paragraphs_are_cells() -> None:
    html = "<table><tr><td><p>a<p>b<td>c<tr><td>d<td><p>e</table>"
    assert of_html(html, R) == "| a b | c |\n| --- | --- |\n| d | e |\n"


def test_lists_in_cells_stay_in_their_cells() -> None:
    html = "<table><tr><td><p>a<td><ul><li>b<li>c</ul><tr><td><p>d<td><p>e<ol><li>f</ol></table>"
    assert of_html(html, [R, L, L, R, R, L]) == "| a | b c |\n| --- | --- |\n| d | e f |\n"


def test_lists_in_a_table_for_layout_stay_lists() -> None:
    html = "<table><tr><td><p>a<p>b<p>c<td><ul><li>d<li>e</ul><p>f<p>g<p>h</table>"
    assert of_html(html, [R, R, R, L, L, R, R, R]) == "a\n\nb\n\nc\n\n- d\n- e\n\nf\n\ng\n\nh\n"


def test_list_in_a_table_of_paragraphs_is_in_no_table() -> None:
    assert of_html("<table><tr><td><p>a<td><ul><li>b<li>c</ul></table>", [T, L, L]) == "a\n\n- b\n- c\n"


def test_table_for_layout_is_none() -> None:
    assert of_html("<table><tr><td>menu<td><p>a<p>b<p>c<p>d<p>e</table>", [Kind.FURNITURE, R, R, R, R, R]) == (
        "a\n\nb\n\nc\n\nd\n\ne\n"
    )


def test_image_of_a_cell_stays_in_it() -> None:
    html = "<table><tr><td>a<td><img src=/b.png> b<tr><td>c<td><div><img src=/d.png></div></table>"
    assert of_html(html, R).splitlines()[0] == "| a | ![](/b.png) b |"


# Columns of tables


@pytest.mark.parametrize("p", ["", "<p>"])
@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (["Pa|Pb|Pc", "Pd||Pf"], ["| a | b | c |", "| d |  | f |"]),
        (["|Pb|Pc", "Pd|Pe|Pf"], ["|  | b | c |", "| d | e | f |"]),
        (["Pa|Pb|Pc", "|Pe|"], ["| a | b | c |", "|  | e |  |"]),
        (["Pa|Pb|Pc", "||", "||Pf"], ["| a | b | c |", "|  |  | f |"]),
        (["Pa|Pb", "Pc|"], ["| a | b |", "| c |  |"]),
        (["Pa||"], ["| a |  |  |"]),
    ],
)
def test_empty_cells_hold_their_columns_whatever_is_in_the_others(p: str, rows: list[str], lines: list[str]) -> None:
    html = "".join(f"<tr><td>{'<td>'.join(row.split('|'))}" for row in rows).replace("P", p)
    if p and len(rows) == 1:
        html += "<tr><td><p>d<td><p>e<td>"
        lines = [*lines, "| d | e |  |"]
    head, *others = of_html(f"<table>{html}</table>", R).splitlines()
    assert [head, *others[1:]] == lines


@pytest.mark.parametrize("p", ["", "<p>"])
def test_cells_over_several_columns_are_followed_by_empty_ones(p: str) -> None:
    html = f"<table><tr><td><td colspan=2>{p}b<td>{p}d<tr><td>{p}e<td>{p}f<td>{p}g<td>{p}h</table>"
    assert of_html(html, R).splitlines()[::2] == ["|  | b |  | d |", "| e | f | g | h |"]


@pytest.mark.parametrize("p", ["", "<p>"])
def test_cells_over_several_rows_have_empty_ones_below(p: str) -> None:
    html = (
        f"<table><tr><td rowspan=2>{p}a<td>{p}b<td>{p}c<tr><td rowspan=0>{p}d<td>{p}e<tr><td>{p}f<td>{p}g"
        f"<tbody><tr><td>{p}h<td>{p}i<td>{p}j</table>"
    )
    assert of_html(html, R).splitlines()[2:] == ["|  | d | e |", "| f |  | g |", "| h | i | j |"]


def test_columns_that_no_cell_begins_in_are_left_out() -> None:
    html = "<table><tr><td colspan=2><p>a<td colspan=1000>b<tr><td colspan=2>c<td>d</table>"
    assert of_html(html, R).splitlines()[::2] == ["| a | b |", "| c | d |"]


@pytest.mark.parametrize("span", ["x", "-2", "", "1.5", "٢", "00"])
def test_spans_that_are_no_numbers_are_one(span: str) -> None:
    html = f"<table><tr><td colspan='{span}'><p>a<td>b<tr><td>c<td>d<tr><td rowspan='{span}x'>e<td>f</table>"
    assert of_html(html, R) == "| a | b |\n| --- | --- |\n| c | d |\n| e | f |\n"


def test_cell_that_is_not_in_the_article_leaves_its_place_empty() -> None:
    html = "<table><tr><td><p>a<td><p>b<td><p>c<tr><td><p>d<td><p>e<td><p>f</table>"
    kinds = [R, Kind.FURNITURE, R, R, R, R]
    assert of_html(html, kinds).splitlines()[::2] == ["| a |  | c |", "| d | e | f |"]


def test_items_without_a_list_stay_in_their_cell() -> None:
    html = "<table><tr><td>a<td>one of:<li>b</li><li>c</li><td><td>d<tr><td>e<td><li>f</li><td>g<td>h</table>"
    kinds = [R, L, L, R, R, L, R]
    assert of_html(html, kinds).splitlines()[::2] == ["| a | one of: b c |  | d |", "| e | f | g | h |"]
    kinds = [R, L, Kind.FURNITURE, R, Kind.FURNITURE, L, R]
    assert of_html(html, kinds).splitlines()[::2] == ["| a | one of: b |  | d |", "|  | f | g | h |"]


def test_table_of_a_head_alone_is_a_table() -> None:
    for p in ("", "<p>"):
        assert of_html(f"<table><thead><tr><th>{p}a<th><th>{p}c</table>", R) == "| a |  | c |\n| --- | --- | --- |\n"


def test_table_in_a_cell_leaves_the_columns_around_it() -> None:
    html = (
        "<table><tr><td><p>a<td><table><tr><td>b<td>c<tr><td><td>d</table><td><p>e<tr><td><p>f<td><p>g<td><p>h</table>"
    )
    text = of_html(html, R)
    assert "| b | c |\n| --- | --- |\n|  | d |" in text
    assert "|  |  | e |\n| --- | --- | --- |\n| f | g | h |" in text
