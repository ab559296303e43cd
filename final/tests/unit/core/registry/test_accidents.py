"""What a kill, a full disk, an odd reason or a wrong clock leave: the registry stays readable and takes decisions."""

import errno
import getpass
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.base.files import folder_hash, write_json
from core.registry import rollback
from core.registry.log import LogError
from core.registry.registry import Registry, RegistryError

LINE_ENDS = "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\x1dh\x1ei\rj\nk"


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """Two models, promoted one after the other."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "product.yaml").touch()
    registry = Registry(tmp_path / "shop" / "registry")
    for text in ("one", "two"):
        promote(registry, text)
    return registry


def promote(registry: Registry, text: str, why: str = "test") -> str:
    files = registry.folder.parent / f"model {text}"
    files.mkdir(exist_ok=True)
    (files / "weights").write_text(text)
    model = registry.add(files)
    registry.promote(model, why)
    return model


@pytest.mark.parametrize("why", [LINE_ENDS, "\ufeff", "\0", '"\\', "\x1b[2J", "🙂", ""])
def test_any_text_is_a_reason(registry: Registry, why: str) -> None:
    promote(registry, "three", why)
    assert registry.log.entries()[-1]["why"] == why
    assert registry.rollback("back")


def test_half_a_character_is_a_question_mark(registry: Registry) -> None:
    promote(registry, "three", "caf\udce9")
    assert registry.log.entries()[-1]["why"] == "caf?"


def test_the_history_has_a_line_for_each_decision(registry: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    promote(registry, "three", LINE_ENDS + "\x1b[2J é")
    rollback.main(str(registry.folder.parent), history=True)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[2].endswith(r"a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x1dh\x1ei\rj\nk\x1b[2J é")


@pytest.mark.parametrize("tail", [b'{"action": "prom', '{"why": "é'.encode()[:-1], b"\0" * 512, b" ", b"[" * 100_000])
def test_a_torn_tail_hides_nothing_and_is_cut_by_the_next_decision(
    registry: Registry, tail: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    whole, champion = registry.log.path.read_bytes(), registry.champion()
    with registry.log.path.open("ab") as file:
        file.write(tail)
    assert [entry["action"] for entry in registry.log.entries()] == ["promote"] * 2
    assert (registry.log.torn(), registry.confirmed_champion()) == (tail, champion)
    promote(registry, "three")
    assert "log.jsonl:3: the last line was torn" in caplog.text
    assert len(registry.log.entries()) == 3
    assert registry.log.path.read_bytes().startswith(whole)
    assert registry.log.path.with_name(f"log.jsonl.torn-{len(whole)}").read_bytes() == tail


def test_a_decision_whose_line_end_is_lost_counts(registry: Registry) -> None:
    whole, champion = registry.log.path.read_bytes(), registry.champion()
    registry.log.path.write_bytes(whole[:-1])
    assert (registry.log.torn(), registry.confirmed_champion()) == (b"", champion)
    assert ["completed, the decision counts" in line for line in registry.repair()] == [True]
    assert registry.log.path.read_bytes() == whole


@pytest.mark.parametrize("change", [lambda line: line.replace(b"test", b"best"), lambda line: b"{}", lambda line: b"7"])
def test_an_edited_last_line_without_an_end_is_a_change(registry: Registry, change: Callable[[bytes], bytes]) -> None:
    first, second, _ = registry.log.path.read_bytes().split(b"\n")
    registry.log.path.write_bytes(first + b"\n" + change(second))
    with pytest.raises(LogError, match=r"log\.jsonl:2: the log was changed"):
        registry.log.entries()
    with pytest.raises(LogError, match="the log was changed"):
        registry.repair()


def test_repair_cuts_a_torn_line_that_an_editor_ended(registry: Registry) -> None:
    whole, champion = registry.log.path.read_bytes(), registry.champion()
    for rest in (b'{"action": "pro\n', b"\n"):
        registry.log.path.write_bytes(whole + rest)
        with pytest.raises(LogError, match="is not a decision"):
            registry.log.entries()
        assert ["kept as log.jsonl.torn-" in line for line in registry.repair()] == [True]
        assert registry.log.path.read_bytes() == whole
    assert registry.confirmed_champion() == champion
    assert registry.repair() == []


def test_repair_leaves_a_changed_log_alone_and_its_remedy_works(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, champion = registry.log.path.read_bytes(), str(registry.champion())
    changed = lines.replace(b"test", b"best", 1) + b'{"torn'
    registry.log.path.write_bytes(changed)
    with pytest.raises(
        SystemExit, match=r"log\.jsonl:1: the log was changed.*nothing was repaired.*move it away"
    ) as end:
        rollback.main(str(registry.folder.parent), repair=True)
    assert "rollback.sh shop --to HASH" in str(end.value)
    assert registry.log.path.read_bytes() == changed
    registry.log.path.rename(registry.log.path.with_name("log.changed"))
    rollback.main(str(registry.folder.parent), to=champion[:12], why="after a change")
    assert capsys.readouterr().out == f"{champion}\n"
    assert registry.confirmed_champion() == champion


def test_the_command_says_what_it_mended(registry: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    registry.log.path.write_bytes(registry.log.path.read_bytes() + b'{"torn')
    rollback.main(str(registry.folder.parent), history=True)
    assert "6 bytes at the end are not a decision" in capsys.readouterr().err
    rollback.main(str(registry.folder.parent), repair=True)
    assert "log.jsonl:3: the last line was torn" in capsys.readouterr().out
    rollback.main(str(registry.folder.parent), repair=True)
    assert capsys.readouterr().out == (
        "nothing to repair: the log is whole, and champion.json agrees with it\n"
        f"the champion is {registry.champion()}\n"
    )


def test_a_decision_that_was_logged_counts_and_the_next_writer_finishes_it(
    registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = (entry["model"] for entry in registry.log.entries())
    for champion in (first, second):  # a kill between the log's line and champion.json
        before = {"model": registry.champion()}
        registry.rollback("interrupted", champion)
        write_json(before, registry.champion_file)
        (registry.folder / ".champion.json.7").write_text("begun")
        (registry.models / ".abc.7").mkdir()
        assert registry.confirmed_champion() == champion
        registry.keep(second, "worse")
        assert registry.champion() == champion == registry.log.entries()[-1]["champion"]
        assert not [*registry.folder.glob(".champion*"), *registry.models.glob(".*")]
    assert "a decision was interrupted" in caplog.text


def test_the_first_promotion_may_be_interrupted_too(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "registry")
    model = promote(registry, "one")
    registry.champion_file.unlink()
    assert registry.confirmed_champion() == model
    assert registry.repair() == [
        f"{registry.champion_file}: a decision was interrupted; as logged, the champion is {model[:12]}"
    ]


@pytest.mark.parametrize(
    ("act", "full"),
    [
        ("add", "weights"),
        ("promote", "champion.json"),
        ("promote", "log.jsonl"),
        ("rollback", "champion.json"),
        ("rollback", "log.jsonl"),
        ("keep", "log.jsonl"),
    ],
)
def test_a_decision_that_cannot_be_written_leaves_all_as_it_was(
    registry: Registry, act: str, full: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = registry.folder.parent / "model new"
    files.mkdir()
    (files / "weights").write_text("new")
    first, second = (entry["model"] for entry in registry.log.entries())
    acts: dict[str, Callable[[], object]] = {
        "add": lambda: registry.add(files),
        "promote": lambda: registry.promote(first, "better"),
        "rollback": lambda: registry.rollback("slow"),
        "keep": lambda: registry.keep(second, "worse"),
    }
    before = folder_hash(registry.folder)

    def no_room(descriptor: int) -> None:
        if full in Path(f"/dev/fd/{descriptor}").resolve().name:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(OSError, match="No space left on device") as error:
        acts[act]()
    assert full in error.value.filename
    assert folder_hash(registry.folder) == before
    monkeypatch.undo()
    acts[act]()


def test_a_full_disk_takes_half_a_line(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    before = registry.log.path.read_bytes()

    def half(descriptor: int) -> None:
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    monkeypatch.setattr(os, "fsync", half)
    with pytest.raises(OSError, match="Disk quota exceeded") as error:
        registry.log.append("keep", "abc", "worse")
    assert error.value.filename == str(registry.log.path)
    assert registry.log.path.read_bytes() == before


@pytest.mark.parametrize("error", [KeyError("getpwuid(): uid not found: 12345"), OSError("No username set")])
def test_a_user_without_a_name_is_his_number(
    registry: Registry, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", nobody)
    registry.keep("abc", "worse")
    assert registry.log.entries()[-1]["who"].startswith(f"{os.getuid()}@")


def test_files_that_cannot_be_read_are_named(registry: Registry) -> None:
    registry.log.path.rename(registry.log.path.with_name("log"))
    registry.log.path.mkdir()
    with pytest.raises(LogError, match=r"log\.jsonl: cannot be read: Is a directory"):
        registry.confirmed_champion()
    registry.champion_file.unlink()
    registry.champion_file.mkdir()
    with pytest.raises(RegistryError, match=r"champion\.json: cannot be read: Is a directory"):
        registry.champion()


@pytest.mark.parametrize("line", [b"\xff\xfe", b'{"hash": "a", "why": "\\ud83d"}', b"9" * 5000, b"[" * 100_000])
def test_a_line_of_any_bytes_is_a_change(registry: Registry, line: bytes) -> None:
    registry.log.path.write_bytes(line + b"\n" + registry.log.path.read_bytes())
    with pytest.raises(LogError, match=r"log\.jsonl:1: the log was changed"):
        registry.log.entries()


def test_a_log_as_earlier_versions_wrote_it_is_read(registry: Registry) -> None:
    """With line separators as they are, which JSON allows."""
    promote(registry, "three", "a\u2028b")
    line = registry.log.path.read_text(encoding="utf-8").split("\n")[2]
    assert "a\u2028b" in line
    assert json.loads(line)["why"] == "a\u2028b"
