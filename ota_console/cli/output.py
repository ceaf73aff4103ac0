"""Results go to standard output as a table or as JSON; messages, questions and progress go to standard error."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import IO, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ota_console.cli.errors import Usage
from ota_console.cli.formats import NOTHING
from ota_console.cli.options import Options, Output

PIPED_WIDTH = 10_000  # a file or a pipe has no edge at which a table would have to break


class Screen:
    """Prints as the global options say."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.quiet = options.quiet
        self.out = self._console(sys.stdout)
        self.messages = self._console(sys.stderr)

    def _console(self, file: IO[str]) -> Console:
        no_color = self._options.no_color or None  # None leaves it to NO_COLOR
        return Console(file=file, no_color=no_color, width=None if file.isatty() else PIPED_WIDTH, highlight=False)

    def show_list(
        self, objects: Sequence[Any], columns: Sequence[str], rows: Callable[[Any], Iterable[Sequence[Any]]]
    ) -> None:
        """The objects as a JSON array, or as a table; only for that are rows made, which may ask for more."""
        if self._options.output is Output.JSON:
            self._json(objects)
        else:
            self._print(table(columns, rows(objects)))

    def show_object(self, one: Any, lines: Iterable[tuple[str, Any]]) -> None:
        """The object as JSON, or as lines of a label and a value; a generator of lines runs only for these."""
        if self._options.output is Output.JSON:
            self._json(one)
        else:
            self._print(_grid(lines))

    def show_more(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """A table below an object, if it has rows; nothing in JSON, where the object stands alone."""
        if self._options.output is Output.TABLE and (filled := list(rows)):
            self._write("")
            self._print(table(columns, filled))

    def show_part(self, whole: Any, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """An object as JSON, or the part of it that makes a table."""
        if self._options.output is Output.JSON:
            self._json(whole)
        else:
            self._print(table(columns, rows))

    def show_lines(
        self, objects: Iterable[Any], widths: Mapping[str, int], row: Callable[[Any], Sequence[Any]]
    ) -> None:
        """Objects as they come: each a line of JSON, or a row of columns at least so wide."""
        if self._options.output is Output.JSON:
            for one in objects:
                self._write(json.dumps(one, ensure_ascii=False))
            return
        for cells in chain([list(widths)], map(row, objects)):
            padded = (cell(value).plain.ljust(width) for value, width in zip(cells, widths.values(), strict=True))
            self._write("  ".join(padded).rstrip())

    def _print(self, shown: Table) -> None:
        """Without the blanks that Rich fills the last column with."""
        with self.out.capture() as capture:
            self.out.print(shown)
        self._write("\n".join(line.rstrip() for line in capture.get().splitlines()))

    def show_json(self, value: Any) -> None:
        """For commands of which a table would say nothing that their messages do not."""
        if self._options.output is Output.JSON:
            self._json(value)

    def _json(self, value: Any) -> None:
        self._write(json.dumps(value, indent=2, ensure_ascii=False))

    def _write(self, text: str) -> None:
        """At once, so that a pipe closed by its reader is noticed here and not when Python ends."""
        print(text, flush=True)

    def say(self, message: str) -> None:
        if not self.quiet:
            self.messages.print(cell(message), soft_wrap=True)

    def warn(self, message: str) -> None:
        if not self.quiet:
            self.messages.print(Text("Warning: ", style="yellow").append(cell(message)), soft_wrap=True)

    def confirm(self, question: str) -> None:
        """Go on only after a yes. Raises Usage where nobody can be asked, Abort after a no."""
        if self._options.yes:
            return
        if not sys.stdin.isatty():
            raise Usage(f"{question} Nobody is there to answer: repeat with --yes.")
        typer.confirm(question, abort=True, err=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A table that folds what is too long and shows what is missing as a dash."""
    made = Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in made.columns:
        column.overflow = "fold"
    for row in rows:
        made.add_row(*(cell(value) for value in row))
    return made


def _grid(lines: Iterable[tuple[str, Any]]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    for label, value in lines:
        grid.add_row(label, cell(value))
    return grid


def cell(value: Any) -> Text:
    """Plain text without markup. Characters that could steer the terminal are shown as a replacement mark."""
    text = NOTHING if value is None or value == "" else str(value)
    return Text("".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text))
