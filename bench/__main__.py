"""`python -m bench [NAME]`: run the scenarios, or the one named; exit code 1 when a target is missed."""

import sys
from collections.abc import Callable, Iterable

from rich.console import Console

from bench import blocks, fanout, fleet, large_uploads, lists, upload
from bench.results import Result, table, write

SCENARIOS: dict[str, Callable[[], Iterable[Result]]] = {
    "fanout.deploy": fanout.deploy,
    "fanout.join": fanout.join,
    "fanout.without_valkey": fanout.without_valkey,
    "gateway.blocks": blocks.download,
    "api.upload": upload.upload,
    "api.upload.large": large_uploads.large_uploads,
    "api.lists": lists.lists,
    "api.fleet": fleet.fleet,
}


def main(names: list[str]) -> int:
    console = Console()
    if unknown := set(names) - SCENARIOS.keys():
        console.print(f"There is no scenario {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}.")
        return 2
    results: list[Result] = []
    for name in names or SCENARIOS:
        with console.status(f"Measuring {name} …"):
            found = list(SCENARIOS[name]())
        write(found)
        results += found
    console.print(table(results))
    return 0 if all(result.holds for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
