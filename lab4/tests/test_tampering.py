"""What happens when the published state is not what it should be: one message, and the other versions still work."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from lab4 import reproduce
from lab4.store import profile
from lab4.store.stop import Stop
from lab4.tests.conftest import Scratch, publish_here

pytestmark = pytest.mark.filterwarnings("ignore:_NoneStep:DeprecationWarning")


@pytest.fixture
def published(fresh: Scratch) -> Scratch:
    publish_here(fresh)
    return fresh


def stored(lab: Path, version: str) -> Path:
    md5 = hashlib.md5((lab / f"data/{version}.csv").read_bytes()).hexdigest()
    return lab / "remote/dvc/files/md5" / md5[:2] / md5[2:]


def switchable(scratch: Scratch, version: str) -> bool:
    """Whether the version can be had by hand in the workspace."""
    from lab4.store import data

    scratch.git("workspace", "checkout", "--quiet", version)
    data.checkout(scratch.lab / "workspace", "titanic.csv")
    found = (scratch.lab / "workspace/titanic.csv").read_bytes()
    return found == (scratch.lab / f"data/{version}.csv").read_bytes()


def test_a_corrupted_object_stops_the_proof_naming_the_file_and_both_hashes(published: Scratch) -> None:
    target = stored(published.lab, "v2")
    expected = hashlib.md5(target.read_bytes()).hexdigest()
    target.chmod(0o644)
    target.write_bytes(target.read_bytes().replace(b"male,22,0", b"male,23,0", 1))
    changed = hashlib.md5(target.read_bytes()).hexdigest()
    done = published.python("switch_versions.py")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    for part in ("v2", "titanic.csv", str(target), changed, expected):
        assert part in done.stderr
    assert not (published.lab / "reports/switching.json").exists()
    assert all(switchable(published, version) for version in ("v1", "v3", "v2"))


def test_a_deleted_object_stops_the_proof_and_the_next_run_sends_it_again(published: Scratch) -> None:
    target = stored(published.lab, "v1")
    target.unlink()
    done = published.python("switch_versions.py")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert f"titanic.csv of v1: the remote's object {target} is missing" in done.stderr
    assert published.python("publish.py").returncode == 0
    assert target.exists()
    done = published.python("switch_versions.py")
    assert done.returncode == 0, done.stderr


def test_another_content_under_a_published_name_is_refused(published: Scratch) -> None:
    before = published.git("workspace", "for-each-ref")
    tables = published.lab / "other"
    shutil.copytree(published.lab / "data", tables)
    text = (tables / "v2.csv").read_text()
    (tables / "v2.csv").write_text(text.replace("29.69911764705882", "28"))
    done = published.python("publish.py", "--tables", str(tables))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 2, done.stderr  # v1 was published, then the message
    for name in ("other", "data"):
        assert hashlib.md5((published.lab / name / "v2.csv").read_bytes()).hexdigest() in done.stderr
    assert "--fresh" in done.stderr
    assert published.git("workspace", "for-each-ref") == before
    again = published.python("publish.py", "--tables", str(tables), "--fresh")
    assert again.returncode == 0, again.stderr


def test_the_proof_compares_with_what_was_published_not_with_what_git_says(published: Scratch) -> None:
    path = published.lab / "reports/published.json"
    content = json.loads(path.read_text())
    content["versions"][0]["profile"]["rows"] = 890
    content["versions"][0]["profile"]["sha256"] = "0" * 64
    path.write_text(json.dumps(content))
    done = published.python("switch_versions.py")
    assert done.returncode == 1
    real = hashlib.sha256((published.lab / "data/v1.csv").read_bytes()).hexdigest()
    assert f"titanic.csv of v1 is not what was published: sha256 {real}, published {'0' * 64}" in done.stderr
    assert "rows 891, published 890" in done.stderr


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        (("v3", "v2"), "v3 is commit"),
        (("v3", "v3^{}"), "v3 is no annotated tag"),
    ],
)
def test_a_moved_tag_stops_the_proof(published: Scratch, tag: tuple[str, str], said: str) -> None:
    published.git("remote/git", "tag", "--force", *tag)
    done = published.python("switch_versions.py")
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_published_tag_cannot_be_deleted_or_rewritten(published: Scratch) -> None:
    for arguments in (
        ("push", "origin", ":v1"),
        ("push", "--force", "origin", "v3:v1"),
        ("push", "--force", "origin", "v1^{}:main"),
    ):
        before = published.git("remote/git", "for-each-ref")
        with pytest.raises(subprocess.CalledProcessError):
            published.git("workspace", *arguments)
        assert published.git("remote/git", "for-each-ref") == before


def test_a_stage_that_makes_another_version_stops_the_run(tmp_path: Path, tables: Path) -> None:
    (tmp_path / "data").mkdir()
    for version, output in reproduce.OUTPUTS.items():
        shutil.copyfile(tables / f"{version}.csv", tmp_path / output)
    versions = [{"name": v, "profile": profile.profile(tables / f"{v}.csv").to_json()} for v in reproduce.OUTPUTS]
    reproduce.compare(tmp_path, versions)
    path = tmp_path / reproduce.OUTPUTS["v3"]
    path.write_text(path.read_text().replace("29.69911764705882", "29.7"))
    with pytest.raises(Stop, match=f"one_hot.csv: the stage made md5 {profile.profile(path).md5}, v3 was published"):
        reproduce.compare(tmp_path, versions)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Age,Sex\n22,male\n,female\n", []),
        ("Age,Sex\n22,male\n", ["rows 1, published 2"]),
        ("Age,Sex\n22,male\n30,female\n", ["column Age: integer, 0 missing, mean 26.0, published integer, 1 missing"]),
        ("Sex,Age\nmale,22\nfemale,\n", ["columns ['Sex', 'Age'], published ['Age', 'Sex']"]),
    ],
)
def test_every_kind_of_difference_is_found(tmp_path: Path, content: str, said: list[str]) -> None:
    (tmp_path / "a.csv").write_text("Age,Sex\n22,male\n,female\n")
    (tmp_path / "b.csv").write_text(content)
    found = profile.differences(profile.profile(tmp_path / "a.csv"), profile.profile(tmp_path / "b.csv"))
    assert bool(found) == bool(said)
    for words in said:
        assert any(words in line for line in found), found


def test_a_push_that_fails_halfway_leaves_what_was_published_and_can_be_continued(fresh: Scratch) -> None:
    blocker = stored(fresh.lab, "v2").parent  # a file where the remote wants a folder for v2's object
    blocker.parent.mkdir(parents=True)
    blocker.write_text("in the way")
    done = fresh.python("publish.py")
    assert done.returncode == 1
    published_v1, message = done.stderr.splitlines()
    assert published_v1 == "publish.py: v1 published"
    assert "dvc push of v2" in message
    assert fresh.git("workspace", "status", "--porcelain") == ""
    assert fresh.git("remote/git", "tag", "--list") == "v1"
    assert (fresh.lab / "workspace/titanic.csv").read_bytes() == (fresh.lab / "data/v1.csv").read_bytes()
    assert switchable(fresh, "v1")
    blocker.unlink()
    publish_here(fresh)
    assert fresh.git("remote/git", "tag", "--list").split() == ["v1", "v2", "v3"]
