"""Compiles the C sources of `classifier/compiled/c` into one library that all versions of Python load.

`CC` names another compiler, and `CFLAGS` adds to its flags.

python .ci/build_core.py                        build it beside the sources, for this machine
python .ci/build_core.py --sanitize --output F  build it with checks of memory and of arithmetic, for tests
python .ci/build_core.py --target T --output F  build it for another platform, by the package `ziglang`
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FLAGS = ["-std=c11", "-O3", "-shared", "-fvisibility=hidden", "-ffp-contract=off", "-fno-math-errno"]
FLAGS += ["-fno-trapping-math", "-fno-strict-aliasing", "-Wall", "-Wextra", "-Werror=implicit-function-declaration"]
"""Sums keep their order and are never fused with products, so that every machine gives the same bits."""

SANITIZE = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"]

COMPILERS = ("cc", "gcc", "clang")
FALLBACK = "ziglang>=0.13"
"""The package that brings a C compiler to a machine that has none."""


def find_compiler() -> list[str] | None:
    """Return the command of a C compiler: `CC`, the system's, or the one of the package `ziglang`."""
    if named := os.environ.get("CC"):
        return shlex.split(named)
    for name in COMPILERS:
        if found := shutil.which(name):
            return [found]
    return zig() if importlib.util.find_spec("ziglang") else None


def zig() -> list[str]:
    """Return the command of the compiler in the package `ziglang`."""
    return [sys.executable, "-m", "ziglang", "cc"]


def sources_digest(folder: Path) -> str:
    """Return 16 hexadecimal digits that name the state of the C sources."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(folder.glob("*.[ch]")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def library_name(platform: str) -> str:
    """Return the library's file name on a platform, as `sys.platform` or a target calls it."""
    suffix = ".dll" if "win32" in platform or "windows" in platform else ".dylib" if "macos" in platform else ".so"
    return "copydesk_core" + (".dylib" if platform == "darwin" else suffix)


def build(sources: Path, output: Path, *, sanitize: bool = False, target: str = "") -> None:
    """Compile the sources into one library; raise SystemExit where there is no compiler, or where it fails."""
    compiler = zig() if target else find_compiler()
    if compiler is None:
        raise SystemExit(f"no C compiler found; install gcc or clang, or `pip install '{FALLBACK}'`")
    flags = [*FLAGS, *(SANITIZE if sanitize else []), f"-DSOURCES_DIGEST=0x{sources_digest(sources)}u"]
    flags += [*(["-target", target] if target else []), *shlex.split(os.environ.get("CFLAGS", ""))]
    flags += [] if "windows" in (target or sys.platform) or sys.platform == "win32" else ["-fPIC"]
    part = output.with_name(f"{output.name}.{os.getpid()}")
    flags += [] if sanitize or "macos" in (target or sys.platform) or sys.platform == "darwin" else ["-s"]
    files = map(str, sorted(sources.glob("*.c")))
    libraries = [] if "win" in (target or sys.platform) and "darwin" not in (target or sys.platform) else ["-lm"]
    try:
        done = subprocess.run([*compiler, *flags, *files, *libraries, "-o", str(part)], check=False)
    except OSError as error:
        raise SystemExit(f"the C compiler {shlex.join(compiler)} cannot be run ({error.strerror}); see CC") from error
    if done.returncode:
        raise SystemExit(
            f"{shlex.join(compiler)} ended with status {done.returncode}; see its messages above. CC names another "
            f"compiler, such as CC='{sys.executable} -m ziglang cc' after `pip install '{FALLBACK}'`"
        )
    part.replace(output)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--output", type=Path, help="the library (default: beside the sources' folder)")
    parser.add_argument("--sanitize", action="store_true", help="check memory and arithmetic while it runs")
    parser.add_argument("--target", default="", help="a target of zig, such as aarch64-macos")
    args = parser.parse_args(arguments)
    sources = Path(__file__).resolve().parent.parent / "classifier" / "compiled" / "c"
    output = args.output or sources.parent / library_name(args.target or sys.platform)
    build(sources, output, sanitize=args.sanitize, target=args.target)


if __name__ == "__main__":
    main()
