"""The registry on small files: promote, keep, roll back; what was changed by hand is refused by name."""

import fcntl
import json
import re
from pathlib import Path

import pytest
import typer

from core.base.files import folder_hash
from core.registry import rollback
from core.registry.registry import Registry, RegistryError


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "shop" / "registry")


def added(registry: Registry, text: str) -> str:
    """The hash of a model of one file, added to the registry."""
    files = registry.folder.parents[1] / f"model {text}"
    (files / "part").mkdir(parents=True, exist_ok=True)
    (files / "part" / "weights").write_text(text)
    return registry.add(files)


@pytest.fixture
def models(registry: Registry) -> list[str]:
    """Three models, promoted one after the other."""
    hashes = [added(registry, text) for text in ("one", "two", "three")]
    for model in hashes:
        registry.promote(model, f"number {model[:4]}", commit="c1")
    return hashes


def test_before_the_first_promotion_there_is_no_champion(registry: Registry) -> None:
    assert registry.champion() is None
    assert registry.confirmed_champion() is None
    assert registry.known() == []
    assert not registry.folder.exists()


def test_where_a_registry_keeps_what(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    paths = (registry.models, registry.champion_file, registry.log.path)
    assert paths == (tmp_path / "models", tmp_path / "champion.json", tmp_path / "log.jsonl")


def test_a_promotion_is_logged_and_takes_effect(registry: Registry, models: list[str]) -> None:
    assert registry.champion() == registry.confirmed_champion() == models[2]
    assert json.loads(registry.champion_file.read_bytes()) == {"model": models[2]}
    entries = registry.log.entries()
    assert [entry["model"] for entry in entries] == models
    assert [entry["from"] for entry in entries] == [None, *models[:2]]
    assert {(entry["action"], entry["commit"]) for entry in entries} == {("promote", "c1")}
    assert entries[0]["why"] == f"number {models[0][:4]}"


def test_a_champion_that_stays_is_logged(registry: Registry, models: list[str]) -> None:
    challenger = added(registry, "four")
    registry.keep(challenger, "worse", commit="c2")
    entry = registry.log.entries()[-1]
    expected = {"action": "keep", "model": challenger, "champion": models[2], "why": "worse", "commit": "c2"}
    assert entry.items() >= expected.items()
    assert registry.confirmed_champion() == models[2]


def test_a_rollback_goes_back_one_by_one(registry: Registry, models: list[str]) -> None:
    assert registry.rollback("slow") == models[1] == registry.confirmed_champion()
    entry = registry.log.entries()[-1]
    assert entry.items() >= {"action": "rollback", "model": models[1], "from": models[2], "why": "slow"}.items()
    assert registry.rollback("slow too") == models[0] == registry.confirmed_champion()
    message = re.escape(f"{registry.folder}: there is no earlier champion to go back to")
    with pytest.raises(RegistryError, match=f"^{message}$"):
        registry.rollback("slow as well")
    assert registry.confirmed_champion() == models[0]


def test_a_rollback_to_a_named_model(registry: Registry, models: list[str]) -> None:
    assert registry.rollback("older is better", models[0][:8]) == models[0] == registry.confirmed_champion()
    before = registry.log.path.read_bytes()
    with pytest.raises(RegistryError, match=f"^{models[0][:12]} is the champion already$"):
        registry.rollback("again", models[0])
    known = re.escape(", ".join(model[:12] for model in sorted(models)))
    with pytest.raises(RegistryError, match=rf"^'zz' fits 0 models; known: {known}$"):
        registry.rollback("unknown", "zz")
    assert registry.log.path.read_bytes() == before


def test_a_start_that_fits_several_models_is_refused(registry: Registry) -> None:
    for name in ("ab1", "ab2"):
        (registry.models / name).mkdir(parents=True)
    with pytest.raises(RegistryError, match=r"^'ab' fits 2 models; known: ab1, ab2$"):
        registry.rollback("which?", "ab")
    assert registry.champion() is None


def test_without_models_nothing_is_known(registry: Registry) -> None:
    with pytest.raises(RegistryError, match=r"^'ab' fits 0 models; known: none$"):
        registry.rollback("none", "ab")
    with pytest.raises(RegistryError, match=re.escape(f"{registry.models / 'ab'}: no such model; known: none") + "$"):
        registry.promote("ab", "none")
    with pytest.raises(RegistryError, match="there is no earlier champion"):
        registry.rollback("none")
    assert registry.log.entries() == []


def test_a_model_that_is_not_there_is_named_with_those_that_are(registry: Registry, models: list[str]) -> None:
    known = ", ".join(model[:12] for model in sorted(models))
    with pytest.raises(RegistryError, match=re.escape(f"no such model; known: {known}") + "$"):
        registry.artifact("f" * 64)


def test_the_same_files_are_the_same_model(registry: Registry) -> None:
    model = added(registry, "one")
    changed = (registry.models / model).stat().st_ctime_ns
    assert added(registry, "one") == model
    assert (registry.models / model).stat().st_ctime_ns == changed  # it is not copied again
    assert added(registry, "two") != model
    assert registry.artifact(model) == registry.models / model
    assert (registry.models / model / "part" / "weights").read_text() == "one"
    assert len(list(registry.models.iterdir())) == 2  # no copy that was begun


def test_a_damaged_model_is_mended_by_adding_it_again(registry: Registry) -> None:
    model = added(registry, "one")
    (registry.models / model / "part" / "weights").write_text("damaged")
    (registry.models / model / "more").write_text("x")
    assert added(registry, "one") == model
    assert folder_hash(registry.artifact(model)) == model


def test_a_copy_that_failed_leaves_nothing(registry: Registry) -> None:
    files = registry.folder.parent / "unreadable"
    files.mkdir(parents=True)
    (files / "weights").write_text("x")
    registry.models.mkdir(parents=True)
    (registry.models / folder_hash(files)).write_text("a file in its place")
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        registry.add(files)
    assert [path.name for path in registry.models.iterdir()] == [folder_hash(files)]


def test_what_was_changed_is_neither_promoted_nor_returned_to(registry: Registry, models: list[str]) -> None:
    (registry.models / models[1] / "part" / "weights").write_text("better")
    before = registry.log.path.read_bytes()
    message = re.escape(f"{registry.models / models[1]}: was changed after it was promoted, its content's hash is now ")
    for use in (lambda: registry.rollback("slow"), lambda: registry.promote(models[1], "again")):
        with pytest.raises(RegistryError, match=f"^{message}[0-9a-f]{{64}}; refused$"):
            use()
    assert registry.log.path.read_bytes() == before
    assert registry.confirmed_champion() == models[2]


@pytest.mark.parametrize("content", ["", "[]", '{"hash": "a"}', "{", "7"])
def test_a_champion_file_that_says_nothing_is_refused(registry: Registry, models: list[str], content: str) -> None:
    registry.champion_file.write_text(content)
    message = f'{registry.champion_file}: must be {{"model": hash}}; see {registry.log.path}. '
    remedy = "bash final/rollback.sh shop --repair writes it again from the log"
    with pytest.raises(RegistryError, match=f"^{re.escape(message + remedy)}$"):
        registry.champion()
    assert registry.repair() == [
        f"{registry.champion_file}: named no model; written again from the log: {models[2][:12]}"
    ]
    assert registry.confirmed_champion() == models[2]
    registry.champion_file.write_text(content)
    assert registry.rollback("decided", models[0]) == models[0] == registry.confirmed_champion()


def test_a_champion_made_by_hand_is_refused(registry: Registry, models: list[str]) -> None:
    registry.champion_file.write_text(json.dumps({"model": models[0]}))
    expected = (
        f"{registry.champion_file}: names {models[0][:12]}, but the log's latest champion is "
        f"{models[2][:12]}: one of the two was edited by hand, or lost. "
        "Decide with bash final/rollback.sh shop --to HASH"
    )
    with pytest.raises(RegistryError, match=f"^{re.escape(expected)}$"):
        registry.confirmed_champion()
    assert registry.rollback("decided", models[2]) == models[2] == registry.confirmed_champion()


def test_a_log_or_a_champion_that_was_lost_is_refused(registry: Registry, models: list[str]) -> None:
    champion, log = registry.champion_file.read_bytes(), registry.log.path.read_bytes()
    registry.champion_file.unlink()
    with pytest.raises(RegistryError, match=f"names nothing, but .* is {models[2][:12]}:"):
        registry.confirmed_champion()
    registry.champion_file.write_bytes(champion)
    registry.log.path.unlink()
    with pytest.raises(RegistryError, match=f"names {models[2][:12]}, but .* is nothing:"):
        registry.confirmed_champion()
    registry.log.path.write_bytes(b"".join(log.splitlines(keepends=True)[:-1]))  # no hash tells that the last is gone
    with pytest.raises(RegistryError, match=f"names {models[2][:12]}, but .* is {models[1][:12]}:"):
        registry.confirmed_champion()


def test_folders_that_are_no_models_are_not_known(registry: Registry, models: list[str]) -> None:
    (registry.models / ".abc.123").mkdir()
    (registry.models / "notes").mkdir()
    (registry.models / "abc").write_text("a file")
    assert registry.known() == sorted(models)


def test_one_writer_at_a_time(registry: Registry, models: list[str]) -> None:
    """While a decision is written the lock is held, and afterwards it is free."""

    def is_free() -> bool:
        with (registry.folder / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    assert is_free()
    with registry._locked():
        assert not is_free()
    assert is_free()


def roll_back(
    registry: Registry, to: str | None = None, why: str = "by hand", history: bool = False, repair: bool = False
) -> None:
    registry.folder.parent.joinpath("product.yaml").touch()
    rollback.main(str(registry.folder.parent), to, why, history, repair)


def test_the_command_prints_the_model_now_served(
    registry: Registry, models: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    roll_back(registry)
    assert capsys.readouterr().out == f"{models[1]}\n"
    rollback.main(str(registry.folder.parent), models[2])
    assert capsys.readouterr().out == f"{models[2]}\n"
    roll_back(registry, models[0], "it was good")
    assert capsys.readouterr().out == f"{models[0]}\n"
    assert [entry["why"] for entry in registry.log.entries()[-3:]] == ["by hand", "by hand", "it was good"]


def test_the_command_shows_the_history(
    registry: Registry, models: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    registry.keep(models[0], "worse")
    before = registry.log.path.read_bytes()
    roll_back(registry, history=True)
    shown = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[1].strip() for line in shown] == ["promote"] * 3 + ["keep"]
    last = registry.log.entries()[-1]
    assert shown[-1] == f"{last['when']}  keep      {models[0][:12]}  {last['who']}  worse"
    assert registry.log.path.read_bytes() == before


def test_the_command_ends_with_the_reason(registry: Registry, models: list[str]) -> None:
    with pytest.raises(SystemExit, match=f"^rollback: {models[2][:12]} is the champion already$"):
        roll_back(registry, models[2])


def test_the_commands_defaults() -> None:
    command = typer.main.get_command(typer_app())
    defaults = {parameter.name: parameter.default for parameter in command.params}
    assert defaults == {"product": "titanic", "to": None, "why": "by hand", "history": False, "repair": False}


def typer_app() -> typer.Typer:
    app = typer.Typer(add_completion=False)
    app.command()(rollback.main)
    return app
