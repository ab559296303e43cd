"""The Jenkinsfile runner executes what it supports by Jenkins's rules, and refuses all else before anything runs.

The head of each file in examples/ names the result, what the build prints, in this order, and what it never prints.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.jenkinsfiles import RUNNER, jenkinsfiles, run_jenkinsfiles

pytestmark = pytest.mark.groovy

EXAMPLES = sorted((RUNNER / "examples").iterdir())
MINIMAL = """pipeline {
    agent { label 'any machine' }
    stages {
        stage('work') {
            steps {
                echo 'MUST NOT'
            }
        }
    }
}
"""
# The steps of a build that must fail, and why it fails.
FAILURES = {
    "missing report": ("junit testResults: 'none/*.xml'", "junit: no report matches 'none/*.xml'"),
    "old report": (
        "sh 'echo \"<s><testcase/></s>\" >old.xml; touch -d 2020-01-01 old.xml'\n"
        "junit testResults: 'old.xml', skipOldReports: true",
        "junit: no new report matches 'old.xml'",
    ),
    "report without tests": (
        "sh 'echo \"<s/>\" >empty.xml'\njunit testResults: 'empty.xml'",
        "junit: no test in the reports",
    ),
    "broken report": (
        "sh 'echo \"<s>\" >broken.xml'\njunit testResults: 'broken.xml'",
        "junit: broken.xml is not a JUnit report",
    ),
    "missing artifact": ("archiveArtifacts artifacts: 'none/**'", "archiveArtifacts: no file matches 'none/**'"),
}
# What is replaced in MINIMAL, by what, and the problem that the runner must report.
REFUSALS = {
    "section": ("    stages {", "    tools { jdk 'x' }\n    stages {", "line 3: unknown 'tools' in pipeline"),
    "agent": ("{ label 'any machine' }", "any", "line 2: 'agent' is empty"),
    "option": ("    stages {", "    options { retry(2) }\n    stages {", "line 3: unknown 'retry' in options"),
    "option argument": (
        "    stages {",
        "    options {\n        timeout(time: 1, unit: 'HOURS', activity: true)\n    }\n    stages {",
        "line 4: unknown argument 'activity' of 'timeout' (known: time, unit)",
    ),
    "required argument": (
        "    stages {",
        "    options { timeout(time: 1) }\n    stages {",
        "line 3: 'timeout' has no 'unit'",
    ),
    "log rotator": (
        "    stages {",
        "    options { buildDiscarder(logRotator(daysToKeepStr: '3')) }\n    stages {",
        "line 3: unknown argument 'daysToKeepStr' of 'logRotator'",
    ),
    "trigger": (
        "    stages {",
        "    triggers { upstream('other') }\n    stages {",
        "line 3: unknown 'upstream' in triggers",
    ),
    "parameter": (
        "    stages {",
        "    parameters { password(name: 'P') }\n    stages {",
        "line 3: unknown 'password' in parameters",
    ),
    "condition": (
        "            steps {",
        "            when { tag 'v*' }\n            steps {",
        "line 5: unknown 'tag' in when",
    ),
    "pattern of a branch": (
        "            steps {",
        "            when { branch 'release-*' }\n            steps {",
        "line 5: unsupported pattern in 'branch'",
    ),
    "pattern of files": (
        "echo 'MUST NOT'",
        "archiveArtifacts artifacts: 'a/*, **/b.txt'",
        "line 6: unsupported pattern in 'archiveArtifacts'",
    ),
    "parallel inside parallel": (
        "            steps {\n                echo 'MUST NOT'\n            }",
        "            parallel { stage('a') { parallel { stage('b') { steps { echo 'x' } } } } }",
        "line 4: parallel inside parallel in stage 'work'",
    ),
    "condition on an undeclared parameter": (
        "            steps {",
        "            when { expression { params.NONE != '' } }\n            steps {",
        "line 5: cannot read 'params.NONE'",
    ),
    "call in a condition": (
        "            steps {",
        "            when { expression { isUnix() == true } }\n            steps {",
        "line 5: unsupported value 'this.isUnix()'",
    ),
    "post condition": (
        "    stages {",
        "    post { changed { echo 'x' } }\n    stages {",
        "line 3: unknown 'changed' in post",
    ),
    "step in post": (
        "    stages {",
        "    post { unsuccessful { slackSend 'x' } }\n    stages {",
        "line 3: unknown 'slackSend' in steps",
    ),
    "step": ("echo 'MUST NOT'", "echo 'MUST NOT'\n                bat 'x'", "line 7: unknown 'bat' in steps"),
    "step that is a method of Groovy": ("echo 'MUST NOT'", "sleep 1", "line 6: unknown 'sleep' in steps"),
    "step argument": (
        "echo 'MUST NOT'",
        "sh script: 'true', returnStatus: true",
        "line 6: unknown argument 'script' of 'sh'",
    ),
    "call in a string": ("'MUST NOT'", '"${sh \'true\'}"', "line 6: cannot read"),
    "variable of Groovy": ("'MUST NOT'", '"${HOME}"', "line 6: cannot read"),
    "other code": ("echo 'MUST NOT'", "def x = 1", "line 6: other Groovy code in steps"),
    "code outside pipeline": ("pipeline {", "def x = 1\npipeline {", "line 1: other Groovy code in file"),
    "environment": (
        "            steps {",
        "            environment { X = credentials('x') }\n            steps {",
        "line 5: unsupported value",
    ),
    "unquoted value": (
        "            steps {",
        "            environment { X = 1 }\n            steps {",
        "line 5: the value of X must be a quoted string",
    ),
    "section twice": (
        "    stages {",
        "    agent { label 'x' }\n    stages {",
        "line 3: 'agent' is repeated in pipeline",
    ),
    "stage twice": (
        "        stage('work') {",
        "        stage('work') {\n            steps { echo 'x' }\n        }\n        stage('work') {",
        "line 7: two stages are named 'work'",
    ),
    "stage without work": (
        "            steps {\n                echo 'MUST NOT'\n            }",
        "            environment { X = 'x' }",
        "line 4: stage 'work' needs either steps or parallel",
    ),
    "no agent": ("    agent { label 'any machine' }\n", "", "line 1: 'pipeline' has no 'agent'"),
    "two calls on a line": ("echo 'MUST NOT'", "echo('a') echo('b')", "line 6: 'echo' continues the call before it"),
    "not Groovy": ("echo 'MUST NOT'", "echo 'MUST NOT", "not Groovy: "),
    "empty file": (MINIMAL, "// nothing\n", "line 1: no pipeline { } in the file"),
}  # fmt: skip


def head(example: Path, key: str) -> list[str]:
    return re.findall(rf"^// {key}: (.*)$", example.read_text(), flags=re.MULTILINE)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace, whose name has a space, and room for builds and generated Jenkinsfiles."""
    folder = tmp_path_factory.mktemp("runner")
    (folder / "work space").mkdir()
    return folder


@pytest.fixture(scope="module")
def logs(workplace: Path) -> dict[str, str]:
    """The log of each example and of each of FAILURES, all run by one call, since each call starts a JVM."""
    files = list(EXAMPLES)
    for name, (steps, _) in FAILURES.items():
        files.append(workplace / f"{name}.Jenkinsfile")
        files[-1].write_text(MINIMAL.replace("echo", f"{steps}\necho"))
    options = ["--workspace", workplace / "work space", "--builds", workplace / "builds", "--branch", "main"]
    done = run_jenkinsfiles(*files, *options)
    assert done.returncode == 1, done.stdout + done.stderr
    logs = re.split(r"^(?=Build .+\.Jenkinsfile #1 )", done.stdout, flags=re.MULTILINE)[1:]
    return dict(zip([file.stem for file in files], logs, strict=True))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_an_example_ends_and_prints_as_its_head_says(example: Path, logs: dict[str, str]) -> None:
    log = logs[example.stem]
    assert log.endswith(f"Finished: {head(example, 'result')[0]}\n")
    position = 0
    for words in head(example, "prints"):
        assert words in log[position:], f"{words!r} is missing, or out of order, in\n{log}"
        position = log.index(words, position)
    for words in head(example, "never"):
        assert words not in log


@pytest.mark.parametrize("name", FAILURES)
def test_a_report_or_artifact_that_is_not_there_fails_the_build(name: str, logs: dict[str, str]) -> None:
    assert f"ERROR: {FAILURES[name][1]}" in logs[name]
    assert "MUST NOT" not in logs[name]
    assert logs[name].endswith("Finished: FAILURE\n")


def test_the_summary_lists_the_stages_in_the_order_of_the_file(logs: dict[str, str]) -> None:
    summary = re.findall(r"^ +(?:[\d.]+ s|-)  (.+)$", logs["failing_stage"], flags=re.MULTILINE)
    assert summary == ["side by side: FAILURE", "fails: FAILURE", "after: skipped: earlier failure(s)"]


def test_the_archive_and_the_log_are_kept_with_the_build(logs: dict[str, str], workplace: Path) -> None:
    folder = workplace / "builds/green.Jenkinsfile/1"
    archived = {str(path.relative_to(folder / "archive")): path.read_text() for path in folder.rglob("*.txt")}
    assert archived == {"out/a/b.txt": "1\n", "out/c.txt": "2\n"}
    assert (folder / "log").read_text() == logs["green"]
    assert not (workplace / "builds/failing_stage.Jenkinsfile/1/archive").exists()


def is_running(pid_file: Path) -> bool:
    status = Path(f"/proc/{int(pid_file.read_text())}/stat")
    return status.exists() and status.read_text().split()[2] != "Z"


@pytest.mark.usefixtures("logs")
def test_a_timeout_leaves_no_process(workplace: Path) -> None:
    assert not is_running(workplace / "work space/hanging.pid")


def test_ending_the_runner_ends_what_it_started(tmp_path: Path) -> None:
    file = tmp_path / "Jenkinsfile"
    file.write_text(MINIMAL.replace("echo 'MUST NOT'", "sh 'echo $$ >slow.pid; exec sleep 63'"))
    command = ["bash", str(RUNNER / "run.sh"), str(file), "--workspace", str(tmp_path), "--builds", str(tmp_path / "b")]
    runner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert runner.stdout is not None
    for line in runner.stdout:
        if "+ exec sleep" in line:
            break
    runner.terminate()
    runner.wait(60)
    assert not is_running(tmp_path / "slow.pid")


def test_the_caller_chooses_stages_branch_and_parameters_and_old_builds_go(workplace: Path) -> None:
    options = ["--workspace", workplace / "work space", "--builds", workplace / "chosen", "--branch", "feature"]
    options += ["--stage", "b", "--stage", "archive", "--param", "BUILD_NAME=", "--param", "WHO= = "]
    for _ in range(3):
        done = run_jenkinsfiles(RUNNER / "examples/green.Jenkinsfile", *options)
        assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"^ +(?:[\d.]+ s|-)  (.+)$", done.stdout, flags=re.MULTILINE) == [
        "variables: not chosen",
        "side by side: SUCCESS",
        "a: not chosen",
        "b: skipped: when conditional",
        "other branch: not chosen",
        "archive: skipped: when conditional",
    ]
    assert "build  is SUCCESS" in done.stdout
    # numToKeepStr: '2'
    assert sorted(path.name for path in (workplace / "chosen/green.Jenkinsfile").iterdir()) == ["2", "3"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--param", "NOBODY=1"], "--param NOBODY: the file has WHO, BUILD_NAME"),
        (["--param", "WHO"], "--param WHO: expected NAME=VALUE"),
        (["--stage", "middle"], "--stage middle: the file has variables, side by side, a, b, other branch, archive"),
        (["--builds"], "--builds needs a value"),
        (["--verbose"], "unknown option --verbose; see run.sh --help"),
        (["/no/such/Jenkinsfile"], "there is no file /no/such/Jenkinsfile"),
    ],
)
def test_a_usage_error_is_one_line(arguments: list[str], message: str, tmp_path: Path) -> None:
    options = ["--workspace", tmp_path, "--builds", tmp_path / "builds"]
    done = run_jenkinsfiles(RUNNER / "examples/green.Jenkinsfile", *options, *arguments)
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr == f"run.sh: {message}\n"
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def refusals(workplace: Path) -> str:
    """What one call prints for all of REFUSALS."""
    folder = workplace / "refused"
    folder.mkdir()
    for name, (old, new, _) in REFUSALS.items():
        assert MINIMAL.count(old) == 1
        (folder / name).write_text(MINIMAL.replace(old, new))
    done = run_jenkinsfiles(*sorted(folder.iterdir()), "--builds", workplace / "none")
    assert (done.returncode, done.stderr) == (1, "")
    assert not (workplace / "none").exists()
    return done.stdout


@pytest.mark.parametrize("name", REFUSALS)
def test_anything_else_is_refused_by_name_and_line_before_anything_runs(
    name: str, refusals: str, workplace: Path
) -> None:
    file = workplace / "refused" / name
    assert f"{file}: {REFUSALS[name][2]}" in refusals
    assert f"Finished: FAILURE ({file} was refused, nothing ran)" in refusals


def test_the_runner_supports_exactly_what_the_jenkinsfiles_use() -> None:
    files = jenkinsfiles()
    assert len(files) == 4
    done = run_jenkinsfiles("--check", *files)
    assert done.returncode == 0, done.stdout
    grammar = (RUNNER / "runner/Grammar.groovy").read_text().split("BLOCKS = [")[1].split("\n    ]\n")[0]
    arguments = {word for names in re.findall(r"named: \[(.*?)\]", grammar) for word in re.findall(r"\w+", names)}
    names = set(re.findall(r"(\w+) *:", grammar)) - {"file", "named", "values", "inner", "block", "repeated"}
    text = "\n".join(file.read_text() for file in files)
    assert [word for word in sorted(names | arguments) if not re.search(rf"\b{word}\b", text)] == []
