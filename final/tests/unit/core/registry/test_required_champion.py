"""A registry that needs a champion, a log without the fact `from`, and the words of the rollback command."""

from pathlib import Path

import pytest

from core.registry import rollback
from core.registry.registry import Registry, RegistryError


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "product.yaml").touch()
    return Registry(tmp_path / "shop" / "registry")


def added(registry: Registry) -> str:
    files = registry.folder.parent / "files"
    files.mkdir()
    (files / "weights").write_text("one")
    return registry.add(files)


def test_the_first_run_is_named_if_there_is_no_champion(registry: Registry) -> None:
    with pytest.raises(RegistryError) as error:
        registry.required_champion()
    assert str(error.value) == f"{registry.folder} has no champion yet: run bash final/pipeline.sh shop"


def test_the_confirmed_champion_is_the_required_one(registry: Registry) -> None:
    model = added(registry)
    registry.promote(model, "test")
    assert registry.required_champion() == model
    registry.champion_file.unlink()  # as a kill after the log's line would leave it
    assert registry.required_champion() == model


def test_a_decision_that_does_not_say_what_was_before_it_was_not_interrupted(registry: Registry) -> None:
    registry.log.append("promote", added(registry), "by hand")
    with pytest.raises(RegistryError, match="names nothing, but the log's latest champion is "):
        registry.confirmed_champion()


def repaired(registry: Registry, capsys: pytest.CaptureFixture[str]) -> list[str]:
    rollback.main(str(registry.folder.parent), to=None, why="", history=False, repair=True)
    return capsys.readouterr().out.splitlines()


def test_a_repair_names_the_champion_or_that_there_is_none(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    fine = "nothing to repair: the log is whole, and champion.json agrees with it"
    assert repaired(registry, capsys) == [fine, "there is no champion yet"]
    model = added(registry)
    registry.promote(model, "test")
    assert repaired(registry, capsys) == [fine, f"the champion is {model}"]


def test_a_changed_log_is_not_repaired(registry: Registry) -> None:
    registry.promote(added(registry), "test")
    text = registry.log.path.read_text()
    registry.log.path.write_text(text.replace('"why": "test"', '"why": "best"'))
    with pytest.raises(SystemExit) as end:
        rollback.main(str(registry.folder.parent), to=None, why="", history=False, repair=True)
    assert end.value.code == (
        f"rollback: {registry.log.path}:1: the log was changed: this line was edited. That is a change, not an "
        "accident, so nothing was repaired. Restore the log from a copy; without one, move it away and decide anew: "
        "bash final/rollback.sh shop --to HASH --why TEXT"
    )


def test_the_history_shows_a_reason_as_it_is_and_names_the_repair(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.promote(added(registry), r"C:\new 'model'")
    with registry.log.path.open("ab") as file:
        file.write(b'{"action": "prom')
    rollback.main(str(registry.folder.parent), to=None, why="", history=True, repair=False)
    shown = capsys.readouterr()
    assert shown.out.endswith(r"  C:\new 'model'" + "\n")
    assert "16 bytes at the end are not a decision" in shown.err
    assert "bash final/rollback.sh shop --repair does it now" in shown.err


def test_nothing_is_left_of_a_damaged_model(registry: Registry) -> None:
    model = added(registry)
    (registry.models / model / "weights").write_text("another")
    assert registry.add(registry.folder.parent / "files") == model
    assert [path.name for path in registry.models.iterdir()] == [model]


def test_a_hidden_file_of_another_program_is_in_nobodys_way(registry: Registry) -> None:
    model = added(registry)
    (registry.models / ".DS_Store").touch()
    registry.promote(model, "test")
    assert registry.confirmed_champion() == model


def test_without_an_accident_nothing_is_said(registry: Registry, caplog: pytest.LogCaptureFixture) -> None:
    registry.promote(added(registry), "test")
    assert caplog.messages == []
