"""Formulas: MathML, images with a description, and both for one formula."""

from __future__ import annotations

import pytest

from copydesk.classifier.segmentation import segment_html
from copydesk.classifier.segmentation.formulas import MAX_FORMULA

PLAIN = "<math><mi>E</mi> <mo>=</mo>\n<mi>m</mi><mo>\u2062</mo><mi>c</mi></math>"
POWER = (
    "<math><semantics><mrow><mn>10</mn><msup><mi>x</mi><mn>6</mn></msup></mrow>"
    "<annotation encoding='application/x-tex'>{\\displaystyle 10x^{6}}</annotation></semantics></math>"
)
IMAGE = "<img class='mwe-math-fallback-image-inline' src=/math/render/svg/1 alt='{\\displaystyle 10x^{6}}'>"


def text(html: str) -> str:
    return segment_html(html).text


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (PLAIN, "E=mc"),
        (POWER, "10x^{6}"),
        (POWER.replace("annotation", "other"), "10x6{\\displaystyle 10x^{6}}"),
        ("<math><msup><mn>10</mn><mn>6</mn></msup></math>", "106"),
        ("<math alttext='10^6'><msup><mn>10</mn><mn>6</mn></msup></math>", "10^6"),
        ("<math alttext='E = m c'></math>", "E = m c"),
        (IMAGE, "10x^{6}"),
        ("<img class=latex alt='E=mc^2'>", "E=mc^2"),
        ("<img alt='\\frac{a}{b}' src=1.png>", "\\frac{a}{b}"),
        ("<img class=mwe-math-fallback-image alt='a formula in words'>", "a formula in words"),
        ("<script type='math/tex; mode=display'>E = mc^2</script>", "E = mc^2"),
        ("<img src='https://s0.example/latex.php?latex=x' alt=x>", "x"),
        ("<mjx-container><mjx-math aria-hidden=true>z</mjx-math><mjx-assistive-mml>" + PLAIN, "E=mc"),
    ],
)
def test_formula_is_part_of_its_sentence(formula: str, expected: str) -> None:
    assert text(f"<p>So {formula} holds.") in (f"So {expected} holds.", f"So {expected}holds.", f"So {expected} holds.")


@pytest.mark.parametrize(
    "both",
    [
        f"<span style='display:none'>{POWER}</span>{IMAGE}",
        f"{IMAGE}<span>{POWER}</span>",
        f"<span class=katex-mathml>{POWER}</span><span class=katex-html aria-hidden=true><span>10x</span>6</span>",
        f"<nobr aria-hidden=true>10x^{{6}}</nobr><span>{POWER}</span>",
    ],
    ids=["hidden beside image", "image first", "katex", "mathjax"],
)
def test_formula_in_two_forms_is_read_once(both: str) -> None:
    assert text(f"<p>So <span>{both}</span> holds.") == "So 10x^{6} holds."


def test_formula_alone_is_a_block() -> None:
    html = f"<p>So</p><p>{IMAGE}</p><div>{POWER}</div><p><script type=math/tex>a+b</script>"
    assert text(html) == "So\n\n10x^{6}\n\n10x^{6}\n\na+b"


def test_two_formulas_are_both_read() -> None:
    assert text(f"<p>From {PLAIN} and {PLAIN} follows {POWER}.") == "From E=mc and E=mc follows 10x^{6}."


@pytest.mark.parametrize(
    "image",
    [
        "<img alt='A boat at the pier in the evening' class=photo>",
        "<img alt='The mathematics class of 2024 in front of the school' src=/math-class.jpg>",
        "<img class=equation-icon>",
    ],
)
def test_other_images_have_no_text(image: str) -> None:
    assert text(f"<p>One {image} two") == "One two"


@pytest.mark.parametrize("formula", ["<math>" * 50_000, "<math>" + "<mi>x</mi>" * 100_000, "<math><mi>x" * 50_000])
def test_formula_without_end_is_cut(formula: str) -> None:
    assert len(text(f"<p>a {formula}")) <= 2 * MAX_FORMULA
