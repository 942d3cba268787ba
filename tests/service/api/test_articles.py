"""The endpoints of the index."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from copydesk.classifier import Model
from copydesk.service.index import open_index, sqlite_file
from tests.service.api.test_classify import assert_problem
from tests.support.in_process_api import ApiClient, open_api, settings_in
from tests.support.index_places import MakePlace, Server, document, window

POOL = (
    "The pool beside the river will be filled again next spring, the council said on Tuesday after a vote of nine to "
    "four. Its walls were cracked by the flood of last winter, and swimmers had asked for help in a letter that half "
    "of the town had signed. The mayor called the decision a promise kept."
)
LIBRARY = (
    "A library that lends tools opened in the old station on Saturday, and by noon every drill was out. Its keepers "
    "want people to own less and to mend more, and they have found eleven teachers who will show how a bicycle "
    "is put right."
)


@pytest.fixture
def api(model: Model, tmp_path: Path, new_place: MakePlace) -> Iterator[ApiClient]:
    with open_api(replace(settings_in(tmp_path), index=new_place("seen")), model) as client:
        yield client


def page(text: str, **more: Any) -> dict[str, Any]:
    return {"html": f"<html><body><article><h1>News of the town</h1><p>{text}</p></article></body></html>", **more}


def test_put_answers_labels_cluster_and_matches(api: ApiClient) -> None:
    first = api.put("/v1/articles/a", json=page(POOL, published="2024-05-01T08:30:00Z", source="x.test")).json()
    assert (first["id"], first["cluster"], first["keep"], first["seen"], first["added"]) == (
        "a",
        "a",
        True,
        False,
        True,
    )
    assert first["matches"] == []
    assert set(first["labels"]) == {"body", "boilerplate", "teaser"}
    assert sum(first["labels"].values()) == 2
    assert first["labels"]["body"] >= 1
    assert first["title"] == "News of the town"
    assert (first["published"], first["source"]) == ("2024-05-01T08:30:00Z", "x.test")
    assert 0 < first["confidence"] <= 1
    second = api.put("/v1/articles/b", json=page(POOL)).json()
    assert (second["cluster"], second["keep"], second["seen"], second["added"]) == ("a", False, True, True)
    (match,) = second["matches"]
    assert (match["id"], match["relation"], match["similarity"]) == ("a", "identical", 1.0)
    assert list(match) == ["id", "relation", "similarity", "contains", "contained", "ranges"]
    ((start, end),) = match["ranges"]
    assert start == 0
    assert end >= len(POOL) - 1


def test_time_and_site_of_the_page_are_stored_unless_the_request_has_its_own(api: ApiClient) -> None:
    head = '<meta property="article:published_time" content="2024-05-01T10:30:00+02:00">'
    head += '<meta property="og:site_name" content="The Herald">'
    dated = {"html": head + page(POOL)["html"]}
    found = api.put("/v1/articles/a", json=dated).json()
    assert (found["published"], found["source"]) == ("2024-05-01T08:30:00Z", "The Herald")
    own = api.put("/v1/articles/b", json=dated | {"published": "2024-04-30", "source": "x.test"}).json()
    assert (own["published"], own["source"], own["keep"]) == ("2024-04-30T00:00:00Z", "x.test", True)
    for id, answer in (("a", found), ("b", own)):
        entry = api.get(f"/v1/articles/{id}").json()
        assert (entry["published"], entry["source"]) == (answer["published"], answer["source"])
    lines = b"\n".join(json.dumps(dated | {"id": id}).encode() for id in ("c", "d"))
    batch = api.post("/v1/articles/batch", content=lines, headers={"content-type": "application/x-ndjson"})
    assert [json.loads(line)["source"] for line in batch.text.splitlines()] == ["The Herald"] * 2


def test_search_without_words_is_refused(api: ApiClient) -> None:
    assert_problem(api.get("/v1/index/search"), 422, "bad_row", "query.q is missing; look at /docs")


def test_put_takes_json_alone(api: ApiClient) -> None:
    answer = api.put("/v1/articles/a", content=page(POOL)["html"].encode(), headers={"content-type": "text/html"})
    words = "Content-Type is 'text/html', expected application/json; send the body in this type alone"
    assert_problem(answer, 415, "wrong_type", words)


def test_repeating_a_put_changes_nothing(api: ApiClient) -> None:
    assert api.put("/v1/articles/a", json=page(POOL)).json()["added"]
    before = api.get("/v1/articles/a").json()
    again = api.put("/v1/articles/a", json=page(POOL)).json()
    assert (again["added"], again["unchanged"], again["seen"]) == (False, True, False)
    assert api.post("/v1/articles/check", json=page(POOL, id="a")).json() == again
    assert api.get("/v1/articles/a").json() == before
    assert api.get("/v1/index").json()["documents"] == 1


def test_check_answers_what_put_would_and_adds_nothing(api: ApiClient) -> None:
    api.put("/v1/articles/a", json=page(POOL))
    checked = api.post("/v1/articles/check", json=page(POOL, id="b")).json()
    assert not checked["added"]
    assert api.get("/v1/articles/b").status_code == 404
    put = api.put("/v1/articles/b", json=page(POOL)).json()
    assert checked | {"added": True} == put


def test_check_needs_no_id(api: ApiClient) -> None:
    assert api.post("/v1/articles/check", json=page(POOL)).json()["cluster"] is None
    api.put("/v1/articles/a", json=page(POOL))
    answer = api.post("/v1/articles/check", json=page(POOL)).json()
    assert (answer["id"], answer["cluster"], answer["seen"]) == (None, "a", True)


def test_check_without_an_id_is_kept_by_no_id(api: ApiClient) -> None:
    api.put("/v1/articles/a", json=page(POOL))
    answer = api.post("/v1/articles/check", json=page(POOL)).json()
    assert (answer["keep"], answer["kept_because"]) == (False, None)
    answer = api.post("/v1/articles/check", json=page(POOL, published="2024-05-01")).json()
    assert (answer["keep"], answer["kept_because"]) == (True, "earliest")


def test_article_without_a_body_is_named(api: ApiClient) -> None:
    answer = api.put("/v1/articles/a", json={"html": "<div id=app></div>"}).json()
    assert (answer["keep"], answer["kept_because"], answer["seen"]) == (True, "no_body", False)
    (member,) = api.get("/v1/clusters/a").json()["documents"]
    assert member["kept_because"] == "no_body"


def test_article_is_read_and_removed(api: ApiClient) -> None:
    api.put("/v1/articles/a", json=page(POOL, published="2024-05-01T08:30:00Z", source="x.test"))
    entry = api.get("/v1/articles/a").json()
    assert entry.pop("added").endswith("Z")
    assert entry.pop("length") >= len(POOL)
    assert entry.pop("title") == "News of the town"
    assert entry == {"id": "a", "cluster": "a", "published": "2024-05-01T08:30:00Z", "source": "x.test"}
    gone = api.delete("/v1/articles/a")
    assert (gone.status_code, gone.content) == (204, b"")
    for answer in (api.get("/v1/articles/a"), api.delete("/v1/articles/a")):
        assert_problem(answer, 404, "not_found", "the index holds no article 'a'")


@pytest.mark.parametrize(
    "id", ["https://x.test/a?b=c#d", "ü/ß", "check", "batch", "a b", "1", "..%2e", "line\nend\n", "\r\n"]
)
def test_id_may_be_any_text(api: ApiClient, id: str) -> None:
    path = f"/v1/articles/{quote(id, safe='')}"
    assert api.put(path, json=page(POOL, id=id)).json()["id"] == id
    assert api.get(path).json()["id"] == id
    assert api.get(f"/v1/clusters/{quote(id, safe='')}").json()["id"] == id
    assert api.delete(path).status_code == 204


@pytest.mark.parametrize("path", ["/v1/articles/caf%E9", "/v1/clusters/caf%e8", "/v1/%ff"])
def test_path_that_is_not_utf8_is_refused(api: ApiClient, path: str) -> None:
    assert_problem(api.get(path), 400, "bad_request", "of the path is not UTF-8; encode it as UTF-8")


def test_articles_are_found_by_words_of_their_titles(api: ApiClient) -> None:
    story = f"<h1>Pool to be filled again</h1><p>{POOL}</p>"
    added = api.put("/v1/articles/7", json={"html": story, "id": 7}).json()
    found = api.get("/v1/index/search", params={"q": "filled POOL"}).json()["documents"]
    assert [(each["id"], each["cluster"], each["title"]) for each in found] == [(7, 7, added["title"])]
    assert found == [api.get("/v1/articles/7").json()]
    assert api.get("/v1/index").json()["latest"][0]["title"] == added["title"]
    assert api.get("/v1/clusters/7").json()["documents"][0]["title"] == added["title"]
    assert api.get("/v1/index/search", params={"q": "library"}).json() == {"documents": []}
    assert api.get("/v1/index/search", params={"q": "%"}).json() == {"documents": []}
    assert_problem(api.get("/v1/index/search", params={"q": "w " * 21}), 400, "bad_request", "21 words to search for")
    assert_problem(api.get("/v1/index/search"), 422, "bad_row", "q")


def test_cluster_names_its_documents_and_the_one_to_keep(api: ApiClient) -> None:
    for name, published in (("late", "2024-05-02"), ("early", "2024-05-01"), ("other", None)):
        api.put(f"/v1/articles/{name}", json=page(LIBRARY if name == "other" else POOL, published=published))
    for name in ("late", "early"):
        cluster = api.get(f"/v1/clusters/{name}").json()
        assert cluster["id"] == "late"
        assert [(each["id"], each["keep"]) for each in cluster["documents"]] == [("late", False), ("early", True)]
    assert_problem(api.get("/v1/clusters/none"), 404, "not_found", "no cluster has or had the id 'none'")


@pytest.mark.parametrize(
    ("published", "stored"),
    [
        ("2024-05-01T10:30:00+02:00", "2024-05-01T08:30:00Z"),
        ("Wed, 01 May 2024 08:30:00 GMT", "2024-05-01T08:30:00Z"),
        (1714552200, "2024-05-01T08:30:00Z"),
        (1714552200000, "2024-05-01T08:30:00Z"),
        (20240501, "2024-05-01T00:00:00Z"),
        (0, None),
        ("yesterday", None),
        (["2024-05-01"], None),
        ("", None),
    ],
)
def test_time_is_read_in_every_form_and_nonsense_costs_no_article(
    api: ApiClient, published: object, stored: str | None
) -> None:
    answer = api.put("/v1/articles/a", json={"text": "x", "published": published, "source": 7})
    assert answer.status_code == 200
    assert (answer.json()["published"], answer.json()["source"]) == (stored, "7")
    assert len(answer.json()["remarks"]) == (0 if stored or published == "" else 1)


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("a", {"text": "x", "id": "b"}, "the id is 'b', the path has 'a'; leave the id out of the body"),
        ("x" * 2001, {"text": "x"}, "the id has 2001 characters, expected at most 2000"),
        ("a%00", {"text": "x"}, "the id has a null character"),
    ],
)
def test_article_that_does_not_fit_is_a_problem(api: ApiClient, path: str, body: dict[str, Any], words: str) -> None:
    assert_problem(api.put(f"/v1/articles/{path}", json=body), 422, "bad_row", words)


@pytest.mark.parametrize(
    ("name", "said"), [("index.sqlite", "is a folder, expected a file"), ("x" * 300, "cannot be looked up")]
)
def test_index_that_cannot_be_opened_is_a_problem_and_classifying_goes_on(
    model: Model, tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / "index.sqlite").mkdir()
    with open_api(replace(settings_in(tmp_path), index=str(tmp_path / name)), model) as client:
        answer = client.put("/v1/articles/a", json=page(POOL))
        assert_problem(answer, 503, "index_unavailable", said)
        assert answer.headers["retry-after"] == "1"
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.post("/v1/classify", json=page(POOL)).status_code == 200


@pytest.mark.attack
def test_service_is_not_ready_while_the_file_of_its_index_is_gone(model: Model, tmp_path: Path) -> None:
    path, aside = tmp_path / "index.sqlite", tmp_path / "aside.sqlite"
    with open_api(settings_in(tmp_path), model) as client:
        client.put("/v1/articles/a", json=page(POOL))
        path.rename(aside)
        for answer in (client.put("/v1/articles/b", json=page(LIBRARY)), client.get("/readyz")):
            assert_problem(answer, 503, "index_unavailable", "its file has been moved or removed; put it back")
        assert not path.exists()
        aside.rename(path)
        assert client.get("/readyz").status_code == 200
        assert client.put("/v1/articles/b", json=page(LIBRARY)).json()["added"]


@pytest.mark.attack
@pytest.mark.slow
def test_index_is_read_while_writes_wait_for_another_writer(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "LOCK_SECONDS", 6)
    with open_api(settings_in(tmp_path, timeout=3.0), model) as client:
        client.put("/v1/articles/a", json=page(POOL))
        with open_index(str(tmp_path / "index.sqlite")) as other, other.database.writing():
            *writes, read, ready = client.request_all(
                *[("PUT", f"/v1/articles/{number}", {"json": page(LIBRARY)}) for number in range(3)],
                ("GET", "/v1/articles/a", {}),
                ("GET", "/readyz", {}),
            )
    assert [answer.status_code for answer in (read, ready)] == [200, 200]
    for answer in writes:
        assert_problem(answer, 503, "timeout", "no answer of the index writes within 3 seconds")
        assert answer.headers["retry-after"] == "1"


@pytest.mark.attack
@pytest.mark.slow
def test_service_is_not_ready_while_the_server_of_its_index_is_gone(
    model: Model, tmp_path: Path, postgres: Server
) -> None:
    postgres.drop_databases()
    with open_api(replace(settings_in(tmp_path), index=postgres.new_database("gone")), model) as client:
        client.put("/v1/articles/a", json=page(POOL))
        postgres.stop(crash=True)
        try:
            for answer in (client.put("/v1/articles/b", json=page(LIBRARY)), client.get("/readyz")):
                assert_problem(answer, 503, "index_unavailable", "cannot be used")
        finally:
            postgres.start()
        assert client.get("/readyz").status_code == 200
        assert client.put("/v1/articles/a", json=page(POOL)).json()["unchanged"]


def test_status_counts_documents_and_clusters(api: ApiClient) -> None:
    empty = api.get("/v1/index").json()
    assert (empty["documents"], empty["clusters"], empty["latest"], empty["growth"]) == (0, 0, [], [])
    for name, text in (("a", POOL), ("b", LIBRARY), ("c", POOL)):
        api.put(f"/v1/articles/{name}", json=page(text))
    status = api.get("/v1/index").json()
    assert (status["documents"], status["clusters"]) == (3, 2)
    assert [(each["id"], each["documents"]) for each in status["latest"]] == [("a", 2), ("b", 1)]
    (day,) = status["growth"]
    assert (day["documents"], day["clusters"]) == (3, 2)
    assert day["sizes"] == {"1": 1, "2-4": 1, "5-9": 0, "10+": 0}
    assert day["day"] == status["latest"][0]["added"][:10]


def test_growth_counts_clusters_by_their_size_of_the_day(new_place: MakePlace) -> None:
    with open_index(new_place("seen")) as index:
        for number in range(11):
            index.add([document(f"a{number}", window(1))], now=86_400.0 * (number // 4))
        index.add([document("b", window(2)), document("c", window(3)), document("d", window(3))], now=86_400.0)
        sizes = [(each.day[-2:], *each.sizes.values()) for each in index.growth(10)]
        assert sizes == [("01", 0, 1, 0, 0), ("02", 1, 1, 1, 0), ("03", 1, 1, 0, 1)]
        index.remove([f"a{number}" for number in range(9)])
        assert [(each.day[-2:], *each.sizes.values()) for each in index.growth(10)] == [
            ("02", 1, 1, 0, 0),
            ("03", 1, 2, 0, 0),
        ]


def test_answer_about_a_large_index_is_cached(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    api.put("/v1/articles/a", json=page(POOL))
    monkeypatch.setattr("copydesk.service.api.endpoints.status.LARGE_INDEX", 1)
    monkeypatch.setattr("copydesk.service.api.endpoints.status.SLOW_SECONDS", 0.0)
    monkeypatch.setattr("copydesk.service.api.endpoints.status.CACHE_FACTOR", 1_000_000)
    assert api.get("/v1/index").json()["documents"] == 1
    api.put("/v1/articles/b", json=page(LIBRARY))
    assert api.get("/v1/index").json()["documents"] == 1


def test_growth_adds_up_day_by_day(new_place: MakePlace) -> None:
    day = 86_400.0
    with open_index(new_place("seen")) as index:
        for name, text, now in (("a", 1, 0.0), ("b", 2, day - 1), ("c", 1, day), ("d", 3, 3.5 * day)):
            index.add([document(name, window(text))], now=now)
        days = [(each.day, each.documents, each.clusters) for each in index.growth(10)]
        assert days == [("1970-01-01", 2, 2), ("1970-01-02", 3, 2), ("1970-01-04", 4, 3)]
        assert index.growth(1)[0].documents == 4
        assert [(each.id, each.documents, each.added) for each in index.latest_clusters(2)] == [
            ("d", 1, 3.5 * day),
            ("a", 2, day),
        ]


def test_model_shows_its_manifest_and_card(api: ApiClient, model: Model) -> None:
    answer = api.get("/v1/model").json()
    assert answer["manifest"]["digest"] == model.digest == api.get("/readyz").json()["model"]
    assert answer["card"].startswith("#")


@pytest.mark.parametrize("path", ["/v1/classify", "/v1/feedback"])
def test_row_of_a_body_is_refused_by_the_names_of_its_fields(api: ApiClient, path: str) -> None:
    answer = api.post(path, json={"body": POOL, "headline": "x"})
    said = (
        "neither text nor html, expected exactly one of them; only the commands dedup and index and the endpoints "
        "/v1/articles read a body; the row "
    )
    assert_problem(answer, 422, "bad_row", said + "has 'body', 'headline'")


def test_articles_are_added_by_the_batch(api: ApiClient) -> None:
    rows = [page(POOL, id="a"), page(LIBRARY), page(POOL, id=2), {"id": "c"}, page(LIBRARY, id="d")]
    body = b"\n".join(json.dumps(row).encode() for row in rows)
    answer = api.post("/v1/articles/batch", content=body, headers={"content-type": "application/x-ndjson"})
    first, nameless, second, bad, last = map(json.loads, answer.text.splitlines())
    assert (first["id"], first["added"], second["cluster"], second["id"]) == ("a", True, "a", 2)
    assert api.get("/v1/articles/2").json()["id"] == 2
    assert [each["id"] for each in api.get("/v1/clusters/2").json()["documents"]] == ["a", 2]
    assert nameless == {"id": None, "line": 2, "error": {"code": "bad_row", "message": nameless["error"]["message"]}}
    assert nameless["error"]["message"].startswith("line 2: no id, expected one")
    said = "neither body, text nor html; expected a body, or a page as one of text and html; the row has 'id'"
    assert bad["error"]["message"] == f"line 4: {said}"
    assert last["cluster"] == "d"
    assert api.get("/v1/index").json()["documents"] == 3
