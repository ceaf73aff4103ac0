"""The command starts quickly, imports no server, and keeps to its exit codes before any server is asked."""

import json
import os
import subprocess
import sys

import pytest

from ota_console.cli.main import COMMANDS
from tests.cli.conftest import Executable, Ota

IMPORTED = """
import json, sys
from ota_console.cli import main
for arguments in {lines!r}:
    try:
        main.main(arguments)
    except SystemExit:
        pass
print("\\n" + json.dumps(sorted(sys.modules)))
"""


def modules_after(*lines: list[str]) -> set[str]:
    """What a fresh process has imported when it has run these commands."""
    source = IMPORTED.format(lines=lines)
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_help_loads_neither_server_nor_what_only_commands_need() -> None:
    loaded = modules_after(["--help"])
    assert "ota_console.cli.main" in loaded
    assert not loaded & {"django", "celery", "rest_framework", "httpx", "rich", "asyncio"}
    assert not any(module.startswith("ota_console.cli.commands.") for module in loaded)


def test_every_command_explains_itself_and_loads_no_server() -> None:
    loaded = modules_after(*([command, "--help"] for command in COMMANDS))
    assert loaded >= {f"ota_console.cli.commands.{command}" for command in COMMANDS}
    assert not loaded & {"django", "celery", "rest_framework"}


def test_help_lists_every_command(ota: Ota) -> None:
    shown = ota("-h").out
    assert all(f"\n  {command} " in shown for command in COMMANDS)


def test_version_is_that_of_the_package(ota: Ota) -> None:
    assert ota("--version").out.startswith("ota 0.")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["cohort", "nonsense"],
        ["cohort", "create"],
        ["cohort", "list", "-o", "xml"],
        ["cohort", "list", "--limit", "0"],
        ["--url", "ftp://example.org", "--api-key", "k", "whoami"],
        ["--url", "http://127.0.0.1:nope", "--api-key", "k", "whoami"],
        ["--url", "http://127.0.0.1:1", "--api-key", "k\u00e9", "whoami"],
        ["--url", "http://127.0.0.1:1", "--api-key", "k", "event", "list", "--since", "yesterday"],
        ["artifact", "upload", "no-such-file", "--version", "1"],
        ["login"],
        ["login", "--url", "http://127.0.0.1:1"],
    ],
)
def test_usage_errors_exit_with_2(ota: Ota, arguments: list[str]) -> None:
    result = ota(*arguments, code=2)
    assert "Error: " in result.err
    assert result.out == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--version"], 0),
        (["nonsense"], 2),
        (["cohort", "list"], 3),
        (["--url", "http://127.0.0.1:1", "--api-key", "k", "whoami"], 4),
        (
            [
                "artifact",
                "show",
                os.fsdecode(b"\xff"),
                "--url",
                "http://127.0.0.1:1",
                "--api-key",
                "k",
                "--project",
                "p",
            ],
            2,
        ),
    ],
)
def test_the_installed_command_ends_with_its_exit_code(executable: Executable, arguments: list[str], code: int) -> None:
    assert ("Error: " in executable(*arguments, code=code).err) is (code != 0)


def test_without_a_sign_in_the_exit_code_is_3_and_says_what_to_do(ota: Ota) -> None:
    assert "ota login" in ota("cohort", "list", code=3).err


def test_a_server_that_is_down_gives_4(ota: Ota) -> None:
    result = ota("--url", "http://127.0.0.1:1", "--api-key", "k", "whoami", code=4)
    assert "Cannot reach http://127.0.0.1:1" in result.err


def test_a_proxy_that_cannot_be_used_is_named(ota: Ota) -> None:
    behind = Ota(ota.home, {"ALL_PROXY": "gopher://127.0.0.1:1"})
    assert "gopher" in behind("--url", "http://127.0.0.1:1", "--api-key", "k", "whoami", code=2).err


def test_only_regular_files_are_uploaded(ota: Ota) -> None:
    pipe = ota.home / "pipe"
    os.mkfifo(pipe)
    assert "no regular file" in ota("artifact", "upload", str(pipe), "--version", "1", code=2).err


def test_a_config_file_that_is_no_config_is_named(ota: Ota) -> None:
    ota.config.parent.mkdir(parents=True)
    ota.config.write_text("[profiles.default]\nurl = 5\nwhat = 1\n")
    assert str(ota.config) in ota("whoami", code=2).err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_a_script_that_asks_this_command(ota: Ota, shell: str) -> None:
    assert f"_OTA_COMPLETE=complete_{shell}" in ota("completion", shell).out
    assert "Error: " in ota("completion", "csh", code=2).err


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ota co", {"cohort", "completion"}),
        ("ota deployment ", {"list", "show", "diff"}),
        ("ota deploy --d", {"--dry-run"}),
    ],
)
def test_commands_and_options_are_completed(executable: Executable, line: str, expected: set[str]) -> None:
    asked = {"_OTA_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    assert set(Executable(executable.home, asked)().out.split()) == expected
