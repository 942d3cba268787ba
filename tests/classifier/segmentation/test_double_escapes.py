"""HTML that a site escaped twice."""

from __future__ import annotations

import pytest

from copydesk.classifier.segmentation import segment_html


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>opened&amp;nbsp;&amp;ndash; in 1934", "opened – in 1934"),
        (
            "<p>&lt;p&gt;&amp;ldquo;Nobody&amp;rdquo; &lt;b&gt;likes&lt;/b&gt; rust.&lt;/p&gt;</p>",
            "“Nobody” likes rust.",
        ),
        ("<p>caf&amp;#233; &amp;#xe9;", "café é"),
        ("<p>R&amp;D; A &amp; B; a&lt;b", "R&D; A & B; a<b"),
        ("<p>Use <code>&amp;nbsp;</code> for a space", "Use &nbsp; for a space"),
        ("<pre>&amp;nbsp; &lt;p&gt;</pre>", "&nbsp; <p>"),
        ("<p>The tag &lt;p&gt; begins a paragraph", "The tag <p> begins a paragraph"),
        ("<p>&amp;nbsp;</p>", "&nbsp;"),
        ("<p><a href=x>AT&amp;amp;T</a></p>", "AT&T"),
    ],
)
def test_references_and_tags_are_read_but_in_code(html: str, expected: str) -> None:
    for inline in (False, True):
        page = segment_html(f"{html}<p>a&amp;nbsp;b&amp;nbsp;c", inline=inline)
        assert page.text == f"{expected}\n\na b c"
    assert page.markup is not None
    assert page.markup.link_chars[0] <= len(expected)


def test_blocks_without_any_keep_their_record() -> None:
    page = segment_html("<p>&amp;ldquo;AT&amp;amp;T&amp;rdquo; <b>x</b></p><p>one <b>two</b></p>", inline=True)
    assert page.recording is not None
    assert page.recording.spans[:, :3].tolist() == [[1, 4, 7]]


def test_one_reference_is_text() -> None:
    assert segment_html("<p>Write &amp;nbsp; or &lt;p&gt;").text == "Write &nbsp; or <p>"
