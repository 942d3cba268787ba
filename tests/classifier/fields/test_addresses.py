"""Laws and forms of web addresses."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.fields.addresses import host_name, resolve

BASE = "https://www.pier.example/news/2024/ferry?page=2"
PATHS = st.lists(st.sampled_from(["a", "b", "..", ".", "c.html"]), min_size=1, max_size=5).map("/".join)


@given(st.text(), st.text())
def test_any_address_becomes_absolute_or_nothing(address: str, base: str) -> None:
    found = resolve(address, base)
    assert found == "" or (urlsplit(found).scheme in ("http", "https") and host_name(found))
    assert resolve(found, base) == found
    assert resolve(found, found) == found


@given(PATHS, st.sampled_from(["", "/", "?x=1"]))
def test_relative_addresses_are_joined_as_the_standard_says(path: str, beginning: str) -> None:
    assert resolve(beginning + path, BASE) == urljoin(BASE, beginning + path)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://Pier.example", "https://pier.example/"),
        (" https://pier.example/a b#top ", "https://pier.example/a%20b"),
        ("//cdn.example/x.jpg", "https://cdn.example/x.jpg"),
        ("/x.jpg", "https://www.pier.example/x.jpg"),
        ("data:image/png;base64,AAAA", ""),
        ("javascript:alert(1)", ""),
        ("https://localhost/", ""),
        ("https://[2001:DB8::1]:80/x", "https://[2001:db8::1]:80/x"),
        ("https://[2001:db8::1/x", ""),
        ("https://[::1::2]/x", ""),
        ("https://[javascript:x]/", ""),
        ("https://Ada:SeCret@Pier.example/x", "https://Ada:SeCret@pier.example/x"),
        ("https://", ""),
        ("", ""),
        ("x" * 3000, ""),
    ],
)
def test_form_is_read(address: str, expected: str) -> None:
    assert resolve(address, BASE) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        *(("/x.jpg", "https://pier.example/x.jpg"), ("x.jpg", "https://pier.example/a/x.jpg")),
        *(("?y", "https://pier.example/a/b?y"), ("//cdn.example/x", "https://cdn.example/x")),
        *(("https://pier.example/c", "https://pier.example/c"), ("#top", "https://pier.example/a/b")),
    ],
)
@pytest.mark.parametrize("login", ["ada:SeCret", "ada", "ada@mail:SeCret"])
def test_login_of_the_page_is_in_no_address_on_it(address: str, expected: str, login: str) -> None:
    assert resolve(address, f"https://{login}@pier.example/a/b") == expected


def test_a_relative_address_without_a_base_is_left_out() -> None:
    assert resolve("/ferry", "") == ""


@pytest.mark.parametrize(
    "base", ["http://localhost:8080/a/b", "http://intranet/a/b", "http://[2001:db8::1]/a/b", "http://10.0.0.1/a/b"]
)
def test_address_on_a_local_host_is_joined(base: str) -> None:
    host = base.removesuffix("/a/b")
    for address in ("/x.jpg", "x.jpg", "?y", f"{host}/z", "../x.jpg"):
        assert resolve(address, base) == urljoin(base, address)
    assert [resolve(address, base) for address in ("javascript:alert(1)", "data:,x", "http://other/x")] == [""] * 3


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        *(("http://intranet/news/1", "intranet"), ("http://LOCALHOST:8080/", "localhost")),
        *(("http://[2001:db8::1]:80/x", "[2001:db8::1]"), ("http://[::1", ""), ("http://[:]/", "")),
        *((BASE, "pier.example"), ("http://user@pier.example:8080/", "pier.example"), ("pier.example", ""), ("", "")),
    ],
)
def test_host_is_read(address: str, expected: str) -> None:
    assert host_name(address) == expected
