"""The command `copydesk doctor`: tells what is installed, how it was built, and what is slow here and why."""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Iterator, Mapping

from copydesk.classifier.extras import PACKAGES, MissingExtra, require_extra
from copydesk.service.commands import arguments
from copydesk.service.settings import Settings

SLOW_START = 1.0
"""Seconds of processor time for the model and the first page from which the start counts as slow; usual is 0.2."""

PAGE = "<h1>Harbour opens</h1><p>The harbour of the town opened again on Monday, said its master.</p>"


def add_doctor(commands: arguments.Commands) -> None:
    """Add the command to the parser."""
    doctor = arguments.add_command(
        commands,
        "doctor",
        help="tell what is installed, how it was built, and what is slow here and why",
        description="Tell what is installed, how it was built, and what is slow on this machine and why.",
    )
    doctor.add_argument("--model", **arguments.SHARED["--model"])
    doctor.set_defaults(command=doctor_command)


def doctor_command(args: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Run `copydesk doctor`."""
    settings = arguments.load_settings(args.model, environment)
    slow: list[str] = []
    facts = [
        ("copydesk", arguments.copydesk_version()),
        ("Python", f"{platform.python_version()}, {sys.platform} on {platform.machine()}"),
        ("core", _describe_core()),
        ("HTML", _describe_walk(slow)),
        ("start", _describe_start(settings, slow)),
        ("processors", str(arguments.count_workers(None))),
        *_describe_extras(),
    ]
    for topic, found in facts:
        print(f"{topic:<12}{found}")
    print("slow here   " + ("\n            ".join(slow) if slow else "nothing"))
    sys.stdout.flush()
    return arguments.OK


def _describe_core() -> str:
    from copydesk.classifier.compiled import library  # it loads NumPy and the core, which --help does without

    vectors = {True: ", with AVX2", False: ", without AVX2", None: ""}[library.wide_vectors()]
    return f"compiled by {library.compiler()}{vectors}"


def _describe_walk(slow: list[str]) -> str:
    from importlib.metadata import version

    from copydesk.classifier.segmentation import can_walk_in_c

    found = f"selectolax {version('selectolax')}"
    if can_walk_in_c():
        return f"walked in C, parsed by {found}"
    slow.append(
        f"HTML is walked in Python: {found} does not give C access to its tree. A page takes about half as long again"
    )
    return f"walked in Python, parsed by {found}"


def _describe_start(settings: Settings, slow: list[str]) -> str:
    from copydesk.classifier import Page, classify_page, load_model

    begin = time.process_time()
    model = load_model(settings.model)
    loaded = time.process_time()
    classify_page(Page(id="start", html=PAGE), model)
    done = time.process_time()
    if done - begin > SLOW_START:
        slow.append(
            f"the start took {done - begin:.1f} s of processor time, usual is 0.2: this machine is busy or slow"
        )
    name = settings.model or "shipped"
    return f"model {model.digest[:12]} ({name}) loaded in {loaded - begin:.2f} s, first page in {done - loaded:.2f} s"


def _describe_extras() -> Iterator[tuple[str, str]]:
    found: dict[bool, list[str]] = {True: [], False: []}
    for extra in sorted(PACKAGES):
        try:
            require_extra(extra, "copydesk doctor")
        except MissingExtra:
            found[False].append(extra)
        else:
            found[True].append(extra)
    yield "extras", ", ".join(found[True]) or "none"
    if missing := ",".join(found[False]):
        yield "", f"not installed: {missing}; pip install 'copydesk[{missing}]'"
