"""Makes broken and hostile HTML pages for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

_NAMES = (
    "div p span b i a em ul ol li table tbody tr td th h1 h2 h3 br img pre svg math title foreignObject script style "
    "template noscript form button select option object dl dt dd time meta link input x-y small font details dialog "
    "sup label center source kbd code textarea body head html caption picture section article image frameset math "
    "mi annotation"
).split()
_ATTRIBUTES = (
    "class=lead|class='a kicker'|class=sr-only|class=tooltip|class=hide|class='tooltip-text'|class|hidden|hidden=''|"
    "style='display: none'|style='Left : -9999px'|style='color: red'|href=/a|href|href=''|href='/a b#c'|id=x|"
    "role=main|role=tooltip|itemprop=author|itemprop=name|itemprop=datePublished|rel=author|rel=canonical|content=Ann|"
    "datetime=2026-01-02|aria-hidden=true|aria-label='Say more'|data-testid=t|itemtype=x|alt='a_1'|alt='IMG 12'|alt=x|"
    "src=/latex.php|src=a.jpg|class=math|class=tex|name=author|property=og:title|type=application/ld+json|type=math/tex|open|"
    "shadowrootmode=open|class=überzeile|class='Kicker'|style='display:\u2003none'|title='<p>'|lang=de|colspan=2|"
    "type='Application/LD+json ;x'|rowspan=0|colspan='\t 3x'|rowspan=٢|start=3|encoding=tex|"
    "start=٣|start=x|srcset='/b 1x, /c 2x'|data-src=/d|data-src=' '|src=data:,x|width=1|href=' /e '"
).split("|")
_WORDS = (
    "word|Word|WORD| |  |\n|\t|\x0b|\x0c|\u00a0|\u200b|\u00ad|\ufeff|&nbsp;|&amp;|&amp;nbsp;|&lt;p&gt;|&#0;|"
    "&shy;|é|ß|中文|😀|a b|Long words that make a sentence of more than fifty characters, with an end.|"
    "A second sentence. And a third! |1|:|-|!|"
    "<!-- c -->|<!-- -->|<![CDATA[x]]>|<?php x ?>|</|<|>|\x00|\x01|\r\n|\ud800|x^2|\\alpha|{{ x }}|\u2028|\x1c"
).split("|")
_TAG = st.builds(
    lambda name, attributes, end: f"<{name}{''.join(f' {each}' for each in attributes)}{end}",
    st.sampled_from(_NAMES),
    st.lists(st.sampled_from(_ATTRIBUTES), max_size=3),
    st.sampled_from([">", ">", ">", ">", "/>"]),
)
_END = st.sampled_from(_NAMES).map("</{}>".format)
_PIECES = st.one_of(_TAG, st.sampled_from(_WORDS), st.sampled_from(_WORDS), _END, st.text(max_size=3))

HTML = st.lists(_PIECES, max_size=60).map("".join)
"""Pages of tags in any order, with attributes and text that the segmentation looks at."""

NESTED_HTML = st.builds(
    lambda opened, levels, inside: "".join(opened[k % len(opened)] for k in range(levels)) + inside,
    st.lists(_TAG, min_size=1, max_size=4),
    st.integers(350, 800),
    HTML,
)
"""Pages that are nested deeper than a browser goes."""
