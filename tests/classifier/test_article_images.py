"""Which images of a page belong to its article."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from copydesk.classifier import Kind
from copydesk.classifier.article_images import MAX_FRAME_BLOCKS, MAX_IMAGES
from tests.support.articles import article_of_html

T, H, C = Kind.TEXT, Kind.SUBHEADING, Kind.CAPTION
M, F, TEASER = Kind.METADATA, Kind.FURNITURE, Kind.TEASER
IMAGE = "<img src=/crane.jpg>"


def images(html: str, kinds: Sequence[Kind]) -> list[str]:
    """Return the addresses of the images in the Markdown of a page."""
    return re.findall(r"!\[.*?\]\((.*?)\)", article_of_html(html, kinds).to_markdown(links=True))


def between(frame: str) -> str:
    return f"<p>one</p>{frame}<p>two</p>"


@pytest.mark.parametrize(
    ("frame", "kinds"),
    [
        (f"<figure>{IMAGE}<figcaption><span>Photograph: Quay Agency</span></figcaption></figure>", [M]),
        (f"<figure><div>{IMAGE}<span>Quay Agency</span></div></figure>", [M]),
        (f"<figure>{IMAGE}<button>Open image</button><figcaption>Quay Agency</figcaption></figure>", [F, M]),
        (f"<figure><div>{IMAGE}<div>Open image</div></div><figcaption>The crane</figcaption></figure>", [F, C]),
        (f"<div>{IMAGE}<p>Photograph: Quay Agency</p></div>", [M]),
        (f"<div>{IMAGE}<p>Enlarge</p></div><p>The crane</p>", [F, C]),
    ],
)
def test_image_with_a_credit_between_two_paragraphs_is_kept(frame: str, kinds: list[Kind]) -> None:
    assert images(between(frame), [T, *kinds, T]) == ["/crane.jpg"]


def test_figure_inside_the_article_may_have_furniture_around_it() -> None:
    figure = f"<figure>{IMAGE}<figcaption>Quay Agency</figcaption></figure>"
    html = f"<p>Share</p>{figure}<p>Save</p>"
    assert images(between(html), [T, F, M, F, T]) == ["/crane.jpg"]
    assert images(between(html), [F, F, M, F, T]) == []
    assert images(between(html), [T, F, M, F, F]) == []
    assert images(between(html), [C, F, M, F, T]) == []


def test_other_element_with_a_credit_is_kept_directly_between_two_parts_alone() -> None:
    html = between(f"<div>{IMAGE}<p>Quay Agency</p></div>")
    assert images(html, [H, M, T]) == ["/crane.jpg"]
    assert images(html, [F, M, T]) == []
    assert images(html, [T, M, TEASER]) == []


@pytest.mark.parametrize(
    ("frame", "kinds"),
    [
        (f"<div><a href=/b><figure>{IMAGE}</figure><h3>Old crane</h3></a></div>", [TEASER]),
        (f"<figure>{IMAGE}<figcaption>Old crane</figcaption></figure>", [TEASER]),
        (f"<figure>{IMAGE}<p>Harbour</p><p>Old crane</p></figure>", [M, TEASER]),
        (f"<div>{IMAGE}<p>By Nell Harrow</p></div>", [Kind.BYLINE]),
        (f"<figure>{IMAGE}<figcaption>By Nell Harrow</figcaption></figure>", [Kind.BYLINE]),
        (f"<div>{IMAGE} Share</div>", [F]),
        (f"<figure class=ad><span>Advertisement</span><a href=https://boats.example>{IMAGE}</a></figure>", [F]),
        (f"<figure>{IMAGE}<figcaption>Anzeige</figcaption></figure>", [F]),
        (f"<figure>{IMAGE}<button>Subscribe</button></figure>", [F]),
        (f"<figure><a href=/share>{IMAGE}Share this page</a></figure>", [F]),
        (f"<figure>{IMAGE}<button>More news</button></figure>", [F]),
        (f"<figure>{IMAGE}<p>Advertisement</p><p>Boats for sale</p></figure>", [F, F]),
        (f"<div>{IMAGE}<p>Our newsletter</p></div>", [F]),
        ("<figure><img src=/icon-camera.png><figcaption>Quay Agency</figcaption></figure>", [M]),
        ("<figure><img src=/p.gif width=1 height=1><figcaption>Quay Agency</figcaption></figure>", [M]),
        (f"<figure>{IMAGE}{'<p>a' * (MAX_FRAME_BLOCKS + 1)}</figure>", [M] * (MAX_FRAME_BLOCKS + 1)),
    ],
)
def test_image_of_a_teaser_portrait_advertisement_or_icon_is_left_out(frame: str, kinds: list[Kind]) -> None:
    assert images(between(frame), [T, *kinds, T]) == []


@pytest.mark.parametrize("attribute", ["hidden", 'style="display: none"'])
def test_image_of_a_hidden_element_is_left_out_unless_its_text_is_the_article_s(attribute: str) -> None:
    assert images(between(f"<figure {attribute}>{IMAGE}</figure>"), [T, T]) == []
    assert images(between(f"<div {attribute}><div>{IMAGE}</div></div>"), [T, T]) == []
    assert images(between(f"<span {attribute}>{IMAGE}</span>"), [T, T]) == []
    credit = f"<figure {attribute}>{IMAGE}<b>Quay Agency</b></figure>"
    assert images(between(credit), [T, M, T]) == []
    main = f"<div {attribute}><p>{'word ' * 50}</p>{IMAGE}<p>{'other ' * 50}</p></div>"
    assert images(between(main), [T, T, T, T]) == ["/crane.jpg"]


def test_images_stay_in_page_order_and_figures_with_their_captions() -> None:
    html = (
        "<p>one</p><img src=/1.jpg><p>two</p><figure><div><img src=/2.jpg><b>Quay Agency</b></div>"
        "<figcaption>The crane</figcaption></figure><p>three</p><img src=/3.jpg><p>four</p>"
    )
    kinds = [T, T, M, C, T, T]
    assert images(html, kinds) == ["/1.jpg", "/2.jpg", "/3.jpg"]
    article = article_of_html(html, kinds).with_parts([T, C])
    assert '<figure>\n<img src="/2.jpg" alt="">\n<figcaption>' in article.to_html(links=True, fragment=True)


def test_images_of_one_address_between_blocks_are_one() -> None:
    html = f"<p>one</p>{IMAGE}<p>two</p><img src=/quay.jpg><p>three</p>{IMAGE}<p>four</p>"
    assert images(html, [T] * 4) == ["/crane.jpg", "/quay.jpg"]


@pytest.mark.parametrize(
    ("address", "is_icon"),
    [
        *((each, True) for each in ("/icon-mail.png", "/mail_icon.png", "/mailIcon.png", "/Icon.png", "/favicon.png")),
        *((each, False) for each in ("/silicon-valley.jpg", "/SILICON-VALLEY.jpg", "/lexicon-2024/quay.jpg")),
    ],
)
def test_icon_is_told_by_the_word_in_its_address(address: str, *, is_icon: bool) -> None:
    assert images(between(f"<img src={address}>"), [T, T]) == ([] if is_icon else [address])


@pytest.mark.parametrize("html", [f"<p>{IMAGE} one</p>{{}}<p>two</p>", f"<p>one</p>{{}}<p>two {IMAGE}</p>"])
def test_image_in_a_block_is_not_repeated_between_blocks(html: str) -> None:
    figure = f"<figure>{IMAGE}<figcaption>Quay Agency</figcaption></figure>"
    assert images(html.format(figure), [T, M, T]) == ["/crane.jpg"]


def test_image_in_a_block_that_is_not_rendered_is_kept_between_blocks() -> None:
    html = between(f"<figure><div>{IMAGE}</div><figcaption>{IMAGE} The crane</figcaption></figure>")
    article = article_of_html(html, [T, C, T])
    assert article.to_html(links=True).count("/crane.jpg") == 1
    assert article.with_parts([T, C]).to_html(links=True).count("/crane.jpg") == 1


@pytest.mark.parametrize("fallback_first", [False, True])
def test_image_in_noscript_beside_another_one_is_left_out(*, fallback_first: bool) -> None:
    both = [IMAGE, "<noscript><img src=/crane-2.jpg></noscript>"]
    html = between(f"<figure>{''.join(reversed(both) if fallback_first else both)}<b>Quay Agency</b></figure>")
    assert len(images(html, [T, M, T])) == 1


LAZY = '<img src="data:image/svg+xml,x" data-src=/{0}.jpg>'
FALLBACK = "<noscript><img src=/{0}.jpg></noscript>"
FALLBACK_OF_OTHER_SIZE = "<noscript><img src=/{0}-2.jpg></noscript>"
PLACEHOLDER = "<img src=/placeholder.png>"


@pytest.mark.parametrize("element", ["figure", "div", ""])
@pytest.mark.parametrize(
    "pair",
    [
        FALLBACK + LAZY,
        LAZY + FALLBACK,
        PLACEHOLDER + FALLBACK,
        FALLBACK + PLACEHOLDER,
        LAZY + FALLBACK_OF_OTHER_SIZE,
        f"<div>{LAZY}</div>{FALLBACK}",
    ],
)
def test_each_image_of_a_gallery_is_kept_once(element: str, pair: str) -> None:
    begin, end = (f"<{element}>", f"</{element}>") if element else ("", "")
    gallery = "".join(begin + pair.format(letter) + end for letter in "abc")
    assert images(between(gallery), [T, T]) == ["/a.jpg", "/b.jpg", "/c.jpg"]
    assert images(between(f"<div>{gallery}<p>Quay Agency</p></div>"), [T, M, T]) == ["/a.jpg", "/b.jpg", "/c.jpg"]


def test_images_before_their_fallbacks_are_each_kept_once() -> None:
    lazy = "".join(LAZY.format(letter) for letter in "ab")
    fallbacks = "".join(FALLBACK_OF_OTHER_SIZE.format(letter) for letter in "ab")
    assert images(between(lazy + fallbacks), [T, T]) == ["/a.jpg", "/b.jpg"]
    assert images(between(fallbacks + lazy), [T, T]) == ["/a-2.jpg", "/b-2.jpg"]


def test_fallback_is_the_twin_of_no_image_in_another_element() -> None:
    gallery = "<div><noscript><img src=/a.jpg></noscript></div><div><img src=/b.jpg></div>"
    assert images(between(gallery), [T, T]) == ["/a.jpg", "/b.jpg"]


def test_page_without_a_body_has_no_images() -> None:
    assert images(between(f"<figure>{IMAGE}<b>Quay Agency</b></figure>"), [F, M, F]) == []


@pytest.mark.parametrize("n_images", [MAX_IMAGES - 1, MAX_IMAGES, MAX_IMAGES + 1])
def test_images_elsewhere_on_the_page_do_not_count_for_the_limit(n_images: int) -> None:
    teasers = "<ul>" + "".join(f"<li><a href=/{k}><img src=/t{k}.jpg>Boats</a>" for k in range(n_images)) + "</ul>"
    others = "<nav>" + "".join(f"<img src=/n{k}.jpg>" for k in range(n_images)) + "<p>Home</p></nav>"
    figure = f"<figure>{IMAGE}<b>Quay Agency</b></figure>"
    kinds = [*[TEASER] * n_images, F, T, M, T]
    assert images(teasers + others + between(figure), kinds) == ["/crane.jpg"]


@pytest.mark.parametrize("n_images", [MAX_IMAGES - 1, MAX_IMAGES, MAX_IMAGES + 1])
def test_article_has_its_first_images_up_to_a_limit(n_images: int) -> None:
    gallery = "".join(f"<img><img src=/{k}.jpg>" for k in range(n_images))
    assert images(between(gallery), [T, T]) == [f"/{k}.jpg" for k in range(min(n_images, MAX_IMAGES))]


@pytest.mark.parametrize(
    ("address", "is_kept"),
    [
        ("/themes/pier/flags/cs.png", False),
        ("/2026/werbung_3.jpg", False),
        ("/2026/GIF-WEB-BANNER-pumps.gif", False),
        ("/display-ad/107-31.png", False),
        ("/2026/harbour-banner.jpg", True),
        ("/2026/flags-in-the-harbour.jpg", True),
        ("/2026/werbungen.jpg", True),
        ("/crane.jpg?from=/flags/cs.png", True),
    ],
)
def test_advertisements_and_flags_are_left_out(address: str, is_kept: bool) -> None:
    assert images(f"<p>one</p><img src='{address}'><p>two</p>", [T, T]) == ([address] if is_kept else [])
