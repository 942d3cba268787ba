"""Parses command lines, with words on both sides of options, and names the likeliest word where one is misspelled."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

MEANT = {
    ("--output", "text"): "the article's plain text is --output body",
    ("--output", "md"): "did you mean markdown?",
}
"""What to say about a word that is far from the name of the choice that it means, by option and word."""
NO_FILE = {"--output": "--output is the form; to write a file use > or --output-dir"}
"""What to say about a word that is like no choice or looks like a file's name, by option."""
LIKENESS = 0.7
"""Least ratio of `difflib` at which a word is suggested; at its own 0.6, `newest` is like `longest`."""

_WRONG_CHOICE = re.compile(r"argument ([^:]+): invalid choice: '([^']*)'")
_REQUIRED = "the following arguments are required: "


class Parser(argparse.ArgumentParser):
    """An `ArgumentParser` with hints; an unknown option of a subcommand shows the usage of that subcommand."""

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        """Parse the arguments of this command; words may be on both sides of an option, and none may be left over."""
        self._given = sys.argv[1:] if args is None else list(args)
        found, unknown = super().parse_known_args(args, namespace)
        several = [action.dest for action in self._actions if not action.option_strings and action.nargs in ("*", "+")]
        words = _words(unknown) if several else None
        if words is not None:
            getattr(found, several[0]).extend(words)
        elif unknown:
            hint = _hint(unknown[0].partition("=")[0], self._option_string_actions)
            self.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
        return found, []

    def error(self, message: str) -> NoReturn:
        """Show the usage and the message, with a hint if a word or an option looks like a misspelled one."""
        if message.startswith(_REQUIRED):
            message = self._find_misspelled_option() or message + self._list_commands(message)
        elif wrong := _WRONG_CHOICE.search(message):
            message += self._hint_choice(wrong[1], wrong[2])
        super().error(message)

    def _hint_choice(self, argument: str, word: str) -> str:
        """Return what to say about a word that is not among the choices of an argument, nothing if nothing is known."""
        meant, no_file = MEANT.get((argument, word)), NO_FILE.get(argument)
        if meant:
            return f"; {meant}"
        hint = "" if no_file and re.search(r"[./\\]", word) else _hint(word, self._choices(argument))
        return hint or (f"; {no_file}" if no_file else "")

    def _find_misspelled_option(self) -> str:
        """Return the error of the first option that is like one of this command; nothing if there is none."""
        before = self._given[: self._given.index("--")] if "--" in self._given else self._given
        for word in (each.partition("=")[0] for each in before if each.startswith("-")):
            if word not in self._option_string_actions and (hint := _hint(word, self._option_string_actions)):
                return f"unrecognized arguments: {word}{hint}"
        return ""

    def _list_commands(self, message: str) -> str:
        """Return the lines of the help about each command if the message is that none was given."""
        commands = [action for action in self._actions if isinstance(action, argparse._SubParsersAction)]
        if not commands or f"{_REQUIRED}{commands[0].metavar}" not in message:
            return ""
        listed = commands[0]._choices_actions
        columns = max(len(each.dest) for each in listed)
        lines = "".join(f"\n  {each.dest:{columns}}  {each.help}" for each in listed)
        return f", one of{lines}\n{self.prog} {listed[0].dest} --help says more about one"

    def _choices(self, argument: str) -> list[str]:
        """Return the choices of an argument, by its options or the word that stands for it in the usage.

        Among those of a command are the options in its place, such as `--help`.
        """
        found = list[str]()
        for action in self._actions:
            if argument in ("/".join(action.option_strings), action.metavar, action.dest):
                found += map(str, action.choices or ())
                if isinstance(action, argparse._SubParsersAction):
                    found += self._option_string_actions
        return found


def _words(left_over: Sequence[str]) -> list[str] | None:
    """Return the arguments that argparse has left over without its sign `--`; None if an option is among them."""
    sign = left_over.index("--") if "--" in left_over else len(left_over)
    before, after = left_over[:sign], left_over[sign + 1 :]
    return None if any(word.startswith("-") and word != "-" for word in before) else [*before, *after]


def _hint(word: str, known: Iterable[str]) -> str:
    """Return a question about the known word that is most like a word, nothing if none is much like it.

    A letter such as `-o` is like all options that begin with it.
    """
    is_letter = len(word) == 2 and word.startswith("-")
    begun = [option for option in known if option.startswith(f"-{word.lower()}")] if is_letter else []
    near = " or ".join(begun) or nearest(word, known)
    return f"; did you mean {near}?" if near else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most like a word, nothing if none is much like it."""
    from difflib import get_close_matches  # only errors need it

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=LIKENESS)), "")
