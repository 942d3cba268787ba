"""The manual as data: its pages, their code blocks and links, and a small shell that runs what they show.

The convention of a code block is its language:

- `python` runs, all blocks of a page in order and in one namespace; a `text` block right after it is what it prints;
- `console` runs each line that begins with `$ `, and the lines below it are its standard output, with or without its
  standard error;
- `sh` is not run, as it needs a network, a cluster or time; its options must exist;
- `json` is JSON, a value or one a line; all other languages (`text`, `toml`, …) are only shown.

`…` in expected output stands for any text. The page's folder is that of the README, or `docs/examples` for the rest.
"""

from __future__ import annotations

import io
import os
import re
import runpy
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    EXAMPLES / "README.md",
]
SERVER = re.compile(r"http://(?:127\.0\.0\.1|localhost):8000|\blocalhost:8000")
"""The address that the pages use for a running service."""
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
WORKERS = "multiprocessing"
"""A script that names it runs in a process of its own."""
LIMIT_SECONDS = 300
"""Of such a process; the first one of a checkout may compile for minutes."""


@dataclass(frozen=True)
class Block:
    """A code block: its language, its content, the line that it begins on, and whether it follows another directly."""

    language: str
    content: str
    line: int
    follows: bool


def name_of(page: Path) -> str:
    """Name a page by its path in the checkout."""
    return page.relative_to(ROOT).as_posix()


def blocks_of(page: Path) -> list[Block]:
    """Read a page's code blocks in order."""
    text = page.read_text(encoding="utf-8")
    found, end = [], 0
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(match[1], match[2], line, follows=bool(end) and not text[end : match.start()].strip()))
        end = match.end()
    return found


def prose_of(page: Path) -> str:
    """Read a page without its code blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def links_of(page: Path) -> list[str]:
    """Read the targets of a page's links that point into the checkout."""
    return [link for link in LINK.findall(prose_of(page)) if not re.match(r"[a-z]+:", link)]


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that a Markdown viewer gives a page's headings."""
    plain = (re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading).lower() for heading in HEADING.findall(prose_of(page)))
    given = re.findall(r'<a id="([^"]+)">', page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain} | set(given)


def alike(expected: str, output: str) -> bool:
    """Compare output with what a page shows: `…` stands for any text, blanks at line ends do not count."""
    parts = (re.escape(part) for part in _trimmed(expected).split("…"))
    return re.fullmatch(".*?".join(parts), _trimmed(output), re.DOTALL) is not None


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def run_python(block: Block, page: Path, names: dict[str, object]) -> str:
    """Run a block in a page's namespace; gives what it prints."""
    printed = io.StringIO()
    code = compile("\n" * block.line + block.content, name_of(page), "exec")
    with redirect_stdout(printed):
        exec(code, names)
    return printed.getvalue()


def sessions(content: str) -> Iterator[tuple[str, str]]:
    """Split a `console` block into commands, each with the output that is shown below it."""
    for part in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        n_lines = next((n for n, line in enumerate(lines, start=1) if not line.endswith("\\")), len(lines))
        yield " ".join(line.removesuffix("\\").strip() for line in lines[:n_lines]), "\n".join(lines[n_lines:])


def commands_of(content: str) -> Iterator[list[str]]:
    """Split the lines of an `sh` block into the words of each command; pipes and `&&` part commands."""
    for line in content.replace("\\\n", " ").splitlines():
        yield from (stage for stage, _ in _stages(line))


def run_line(line: str) -> tuple[str, str]:
    """Run a line of a shell: pipes and `>`; `copydesk` runs in this process. Returns standard output and error."""
    data, remarks = b"", ""
    for words, target in _stages(line):
        data, said = _run_command(words, data)
        remarks += said
        if target is not None:
            Path(target).write_bytes(data)
            data = b""
    return data.decode(), remarks


def _stages(line: str) -> Iterator[tuple[list[str], str | None]]:
    """Give each command of a line and the file that its output goes to."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|>&;<")
    lexer.whitespace_split = True
    words: list[str] = []
    target: str | None = None
    tokens = iter([*lexer, "|"])
    for token in tokens:
        if token == ">":
            target = next(tokens)
        elif token in ("|", "&&", ";", "&"):
            if words:
                yield words, target
            words, target = [], None
        else:
            words.append(token)


def _run_command(words: Sequence[str], data: bytes) -> tuple[bytes, str]:
    name, *arguments = words
    if name == "copydesk":
        return _run_here(lambda: _copydesk(arguments), data, words)
    if name == "python" and WORKERS not in Path(arguments[0]).read_text(encoding="utf-8"):
        return _run_here(lambda: runpy.run_path(arguments[0], run_name="__main__"), data, arguments)
    if name == "curl":
        return _curl(arguments), ""
    command = [sys.executable, *arguments] if name == "python" else list(words)
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, input=data, env=env, capture_output=True, check=False, timeout=LIMIT_SECONDS)
    return done.stdout, done.stderr.decode()


def _copydesk(arguments: Sequence[str]) -> object:
    from copydesk.service.cli import main

    return main(arguments)


def _run_here(action: Callable[[], object], data: bytes, words: Sequence[str]) -> tuple[bytes, str]:
    """Run something in this process with standard streams of its own; gives what it writes to each."""
    out, err = io.BytesIO(), io.StringIO()
    stdin, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
    argv, sys.argv = sys.argv, list(words)
    stdout = io.TextIOWrapper(out, encoding="utf-8", write_through=True)
    try:
        with redirect_stdout(stdout), redirect_stderr(err):
            action()
    except SystemExit as error:
        err.write("" if error.code in (0, None) else f"exit status {error.code}")
    finally:
        sys.stdin, sys.argv = stdin, argv
    return out.getvalue(), err.getvalue()


def _curl(arguments: Sequence[str]) -> bytes:
    """Do what `curl` does with the few options that the pages use, as a machine may have none."""
    method, headers, body, url = None, {}, None, ""
    words = iter(arguments)
    for word in words:
        if word in ("-s", "-sS"):
            continue
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(":")
            headers[name] = value.strip()
        elif word in ("-d", "--data-binary"):
            value = next(words)
            body = Path(value[1:]).read_bytes() if value.startswith("@") else value.encode()
        else:
            assert not word.startswith("-"), f"curl {word} is not known here"
            url = word if "://" in word else f"http://{word}"
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        return error.read()


def clean_settings() -> dict[str, str]:
    """Return this process's variables without those that would change what is printed."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("COPYDESK_", "OTEL_"))}
