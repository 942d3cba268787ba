"""API keys: their file, their command, and what the service lets each do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from copydesk.classifier import Model
from copydesk.service import cli
from copydesk.service.api.limits.rates import RateLimiter
from copydesk.service.api.problems import Problem
from copydesk.service.api_keys import KeyFile, KeysUnusable, Scope
from tests.conftest import RunCommand
from tests.service.api.test_classify import LINES, assert_problem
from tests.support.in_process_api import ApiClient, open_api, settings_in

PAGE = {"json": {"text": LINES}}


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys.sqlite")


@pytest.fixture
def api(model: Model, tmp_path: Path) -> Iterator[ApiClient]:
    with open_api(settings_in(tmp_path, require_keys=True, rate=60), model) as client:
        yield client


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def test_file_holds_no_key_itself(keys: KeyFile, tmp_path: Path) -> None:
    key = keys.add("crawler", Scope.WRITE, now=5.0)
    assert len(key) > 43
    assert key.encode() not in (tmp_path / "keys.sqlite").read_bytes()
    assert (tmp_path / "keys.sqlite").stat().st_mode & 0o777 == 0o600
    found = keys.find(key)
    assert found is not None
    assert (found.name, found.scope, found.created) == ("crawler", Scope.WRITE, 5.0)
    assert keys.find(key[:-1]) is None


def test_revoked_key_is_not_found(keys: KeyFile) -> None:
    first, second = keys.add("a", Scope.READ, now=0), keys.add("b", Scope.READ, now=0)
    assert first != second
    assert keys.revoke("a")
    assert not keys.revoke("a")
    assert keys.find(first) is None
    assert [key.name for key in keys.read_all()] == ["b"]


@pytest.mark.parametrize("table", ["photos (id)", "keys (id, value)"])
@pytest.mark.parametrize("command", [("add", "crawler"), ("list",), ("revoke", "crawler")])
def test_file_of_another_program_is_refused_and_not_changed(
    run_command: RunCommand, tmp_path: Path, table: str, command: tuple[str, ...]
) -> None:
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute(f"CREATE TABLE {table}")
    before = other.read_bytes()
    done = run_command("keys", *command, COPYDESK_KEYS=str(other))
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"is a database of another program: it has 1 table ({table.split()[0]}), expected".encode() in done.stderr
    assert other.read_bytes() == before


def test_name_is_given_once(keys: KeyFile) -> None:
    keys.add("a", Scope.READ, now=0)
    with pytest.raises(ValueError, match="a key named 'a' already; revoke it first"):
        keys.add("a", Scope.READ, now=0)


@pytest.mark.parametrize("name", ["", "-a", "a b", "x" * 81, "ü"])
def test_name_that_cannot_be_logged_is_refused(keys: KeyFile, name: str) -> None:
    with pytest.raises(ValueError, match="expected 1 to 80 letters"):
        keys.add(name, Scope.READ, now=0)


def test_file_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "keys.sqlite"
    path.write_text("no database, but long enough to be looked at as one" * 10)
    with pytest.raises(KeysUnusable, match=r"keys\.sqlite cannot be used"):
        KeyFile(path).read_all()


@pytest.mark.parametrize(("has", "allowed"), [("read", 1), ("write", 2), ("admin", 3)])
def test_scope_allows_those_before_it(has: str, allowed: int) -> None:
    assert [Scope(has).allows(needed) for needed in Scope] == [True] * allowed + [False] * (3 - allowed)


def test_command_makes_lists_and_revokes(run_command: RunCommand, tmp_path: Path) -> None:
    place = {"COPYDESK_KEYS": str(tmp_path / "k.sqlite")}
    made = run_command("keys", "add", "crawler", "--scope", "write", **place)
    assert made.returncode == 0
    found = KeyFile(tmp_path / "k.sqlite").find(made.stdout.decode().strip())
    assert found is not None
    assert found.name == "crawler"
    name, scope, _ = run_command("keys", "list", **place).stdout.decode().split("\t")
    assert (name, scope) == ("crawler", "write")
    again = run_command("keys", "add", "crawler", **place)
    assert (again.returncode, again.stdout) == (2, b"")
    assert b"already; revoke it first" in again.stderr
    assert run_command("keys", "revoke", "crawler", **place).returncode == 0
    gone = run_command("keys", "revoke", "crawler", **place)
    assert (gone.returncode, gone.stderr) == (
        1,
        b"copydesk: there is no key named 'crawler'; copydesk keys list shows all\n",
    )


def test_request_without_a_valid_key_is_refused(api: ApiClient, keys: KeyFile) -> None:
    missing = api.post("/v1/classify", **PAGE)
    assert_problem(missing, 401, "no_key", "no key was sent, expected the header Authorization: Bearer KEY")
    assert missing.headers["www-authenticate"].startswith("Bearer")
    keys.add("a", Scope.READ, now=0)
    for wrong in ({"authorization": "Basic eA=="}, bearer("cdk_wrong"), bearer("ü")):
        headers = {name: value.encode() for name, value in wrong.items()}
        assert api.post("/v1/classify", headers=headers, **PAGE).status_code == 401
    for path in ("/healthz", "/readyz"):
        assert api.get(path).status_code == 200
    assert api.get("/metrics").status_code == 401


def test_key_is_valid_until_it_is_revoked(api: ApiClient, keys: KeyFile) -> None:
    key = keys.add("a", Scope.READ, now=0)
    assert api.post("/v1/classify", headers=bearer(key), **PAGE).status_code == 200
    keys.revoke("a")
    assert api.post("/v1/classify", headers=bearer(key), **PAGE).status_code == 401


def test_reading_key_cannot_write(api: ApiClient, keys: KeyFile) -> None:
    read, write = keys.add("r", Scope.READ, now=0), keys.add("w", Scope.WRITE, now=0)
    refused = api.put("/v1/articles/a", headers=bearer(read), **PAGE)
    assert_problem(refused, 403, "wrong_scope", "the key r has scope read, this needs write")
    assert api.put("/v1/articles/a", headers=bearer(write), **PAGE).status_code == 200
    assert api.get("/v1/articles/a", headers=bearer(read)).status_code == 200
    assert api.delete("/v1/articles/a", headers=bearer(read)).status_code == 403


def test_key_that_used_up_its_requests_is_told_when_to_come_again(api: ApiClient, keys: KeyFile) -> None:
    first, second = keys.add("a", Scope.READ, now=0), keys.add("b", Scope.READ, now=0)
    answers = [api.get("/v1/articles/none", headers=bearer(first)) for _ in range(61)]
    assert [answer.status_code for answer in answers[:60]] == [404] * 60
    assert answers[0].headers["ratelimit-policy"] == '"key";q=60;w=60'
    assert answers[0].headers["ratelimit"] == '"key";r=59;t=1'
    refused = next(answer for answer in [*answers[60:], *_until_refused(api, first)] if answer.status_code == 429)
    assert_problem(refused, 429, "too_many_requests", "the key a has used up its 60 requests per minute")
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["ratelimit"].startswith('"key";r=0;')
    assert api.get("/v1/articles/none", headers=bearer(second)).status_code == 404


def _until_refused(api: ApiClient, key: str) -> Iterator[Any]:
    for _ in range(20):  # a slow machine gives a key more than one new request meanwhile
        yield api.get("/v1/articles/none", headers=bearer(key))


def test_foreign_name_is_refused_where_no_key_is_needed(model: Model, tmp_path: Path) -> None:
    with open_api(settings_in(tmp_path), model) as client:
        for name in ("localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"):
            assert client.get("/v1/index", headers={"host": name}).status_code == 200
        for name in ("evil.test", "localhost.evil.test", "127.0.0.1.evil.test:8000", ""):
            assert_problem(client.get("/v1/index", headers={"host": name}), 421, "wrong_host", "the Host header names")


def test_keys_that_cannot_be_read_let_nobody_in(model: Model, tmp_path: Path) -> None:
    (tmp_path / "keys.sqlite").write_text("no database, but long enough to be looked at as one" * 10)
    with open_api(settings_in(tmp_path, require_keys=True), model) as client:
        assert_problem(client.get("/v1/index", headers=bearer("x")), 503, "keys_unusable", "cannot be used")


def test_bucket_fills_evenly() -> None:
    now = [0.0]
    rates = RateLimiter(60, clock=lambda: now[0])
    granted = [rates.take("a").granted for _ in range(61)]
    assert granted == [True] * 60 + [False]
    assert rates.take("a").seconds == 1
    now[0] = 1.0
    assert [rates.take("a").granted for _ in range(2)] == [True, False]
    now[0] = 1000.0
    assert rates.take("a").left == 59


def test_rows_of_a_batch_hold_it_up_once_the_bucket_is_empty() -> None:
    rates = RateLimiter(60, clock=lambda: 0.0)
    assert rates.take_many("a", 60) == 0.0
    assert rates.take_many("a", 16) == pytest.approx(16.0)
    assert not rates.take("a").granted


def test_several_workers_count_in_the_same_bucket(tmp_path: Path) -> None:
    first, second = (RateLimiter(3, clock=lambda: 0.0, folder=tmp_path) for _ in range(2))
    assert [rates.take("a").granted for rates in (first, second, first, second)] == [True, True, True, False]
    assert (first.take("a").left, second.take("b").left) == (0, 2)
    first.take_many("b", 4)
    assert second.take_many("b", 1) == pytest.approx(60.0)


def test_buckets_that_cannot_be_used_are_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copydesk.service.api.limits.rates.LOCK_SECONDS", 0)
    rates = RateLimiter(3, folder=tmp_path)
    with sqlite3.connect(tmp_path / "rates.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Problem, match=r"the requests of keys cannot be counted .*locked.*; see that") as raised:
            rates.take("a")
        assert raised.value.code == "keys_unusable"
        other.execute("ROLLBACK")
    assert rates.take("a").granted


def test_sqlite_is_what_the_file_is(keys: KeyFile, tmp_path: Path) -> None:
    keys.add("a", Scope.READ, now=0)
    with sqlite3.connect(tmp_path / "keys.sqlite") as connection:
        assert connection.execute("SELECT length(hash) FROM keys").fetchall() == [(32,)]


def test_keys_of_a_file_that_was_replaced_or_removed_are_not_valid(tmp_path: Path) -> None:
    path, other = tmp_path / "keys.sqlite", tmp_path / "other.sqlite"
    keys = KeyFile(path)
    old, new = keys.add("old", Scope.READ, now=0), KeyFile(other).add("new", Scope.READ, now=0)
    assert keys.find(old) is not None
    other.replace(path)
    assert keys.find(old) is None
    assert keys.find(new) is not None
    path.unlink()
    assert keys.find(new) is None


@pytest.mark.attack
@pytest.mark.parametrize("verb", ["add", "revoke"])
def test_keys_that_cannot_be_written_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    keys = KeyFile(tmp_path / "keys.sqlite")
    keys.add("a", Scope.READ, now=0)
    connect = sqlite3.connect

    def connect_without_writing(path: Path, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(f"file:{path}?mode=ro", uri=True, **options)
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect_without_writing)
    with pytest.raises(KeysUnusable, match="attempt to write a readonly database"):
        keys.add("b", Scope.READ, now=0) if verb == "add" else keys.revoke("a")


@pytest.mark.attack
def test_disk_without_room_for_a_key_is_told_and_may_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    monkeypatch.setenv("COPYDESK_KEYS", str(tmp_path / "keys.sqlite"))
    monkeypatch.setattr(sqlite3, "connect", mock.Mock(side_effect=full))
    assert cli.main(["keys", "add", "ann"]) == 1
    assert "(database or disk is full); make room on its disk" in capsys.readouterr().err
