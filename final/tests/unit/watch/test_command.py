"""The command's mistakes are told in a line, and exit codes are as documented."""

from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from core.base.paths import Paths
from tests.support.watched import label_rows, log_rows, many, reference
from watch import __main__ as command


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """`watch.sh small ARGUMENTS`, with the small champion; gives exit code and output."""

    monkeypatch.setattr(command, "reference", lambda product: reference())
    monkeypatch.setattr(Paths, "of", classmethod(lambda cls, product: cls(tmp_path)))
    (tmp_path / "reports").mkdir()
    app = typer.Typer()
    app.command()(command.main)
    return lambda *arguments: CliRunner().invoke(app, ["small", *map(str, arguments)])


def test_the_verdict_is_a_line_and_an_exit_code(run: Any, tmp_path: Path) -> None:
    rows = many("binary").head(200)
    log_rows(tmp_path / "log", rows, reference().live)
    steady = run("--log", tmp_path / "log")
    assert (steady.exit_code, steady.stdout.split(":")[0]) == (0, "steady")
    assert (tmp_path / "reports" / "watch.html").exists()
    assert (tmp_path / "log" / "watch_facts.json").exists()
    label_rows(tmp_path / "log", ["no" if label == "yes" else "yes" for label in rows["y"]])
    act = run("--log", tmp_path / "log")
    assert (act.exit_code, act.stdout.split(":")[0]) == (4, "act")
    assert len(act.stdout.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["--data", "b"], ["--log", "a", "--labels", "b"]])
def test_only_a_log_is_looked_at_again_and_again(run: Any, arguments: list[str]) -> None:
    mistake = run("--every", "60", *arguments)
    assert mistake.exit_code == 1
    assert "--every needs --log FOLDER" in mistake.output


@pytest.mark.parametrize("arguments", [[], ["--log", "a", "--data", "b"]])
def test_rows_come_from_one_place(run: Any, arguments: list[str]) -> None:
    mistake = run(*arguments)
    assert mistake.exit_code == 1
    assert "either --log FOLDER or --data FILE" in mistake.output
