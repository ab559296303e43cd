"""`python -m bench.rollout [PRODUCT]`: what users notice of an update, a bad image, a dead replica and a rollback."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console

from bench.open_loop import OpenLoop, Sample
from bench.swarm import swarm
from bench.variants import release, tampered
from core.base.errors import UserError
from core.base.paths import FINAL
from core.spec.contract import Contract
from deploy.artifact import champion
from deploy.engine import docker, inspect
from deploy.verdict import current, tasks
from deploy.wire import as_sent

console = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Phase:
    """One event under load: begin and end in seconds since the load's start, what came of it."""

    name: str
    began: float
    ended: float
    came: str

    def samples(self, samples: list[Sample]) -> list[Sample]:
        """Those that were due in it."""
        return [s for s in samples if self.began <= s.due < self.ended]


@dataclass
class Stage:
    """The stack that is tried: its name, port, and the log of its rollouts."""

    product: str
    stack: str
    port: int
    log: Path
    images: dict[str, str]
    variables: dict[str, str]

    def deploy(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """deploy.sh as a person runs it."""
        own = {"PORT": str(self.port), "STACK": self.stack, "DEPLOYMENT_LOG": str(self.log), "SERVICE_INSECURE": "1"}
        return subprocess.run(
            ["bash", str(FINAL / "deploy" / "deploy.sh"), self.product, *arguments],
            env={**os.environ, **own, **self.variables}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def wanted(self, *arguments: str, code: int = 0) -> str:
        done = self.deploy(*arguments)
        said = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""
        if done.returncode != code:
            raise UserError(
                f"deploy.sh {' '.join(arguments)}: exit code {done.returncode}, wanted {code}: {done.stderr}"
            )
        return said

    def kill_one(self) -> str:
        """SIGKILL to a replica's process, then wait until Swarm has put another in its place."""
        service = f"{self.stack}_api"
        container = docker("ps", "--quiet", "--filter", f"label=com.docker.swarm.service.name={service}").split()[0]
        before = {task["ID"] for task in tasks(service)}
        docker("kill", "--signal", "KILL", container)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            found = inspect("service", service)
            if found and {task["ID"] for task in tasks(service)} - before and current(found, tasks(service)):
                return f"replica {container[:12]} killed, another serves"
            time.sleep(0.3)
        raise UserError(f"{service}: nothing came in the place of the killed replica within 60 s")


def proxy_image() -> str:
    """HAProxy's own image where it is here, else one made of Debian's package."""
    if inspect("image", own := "haproxy:3.2-alpine"):
        return own
    made = subprocess.run(
        ["bash", str(FINAL / "deploy" / "stand_in.sh")], check=True, stdout=subprocess.PIPE, text=True
    )
    return made.stdout.strip()


def idle(seconds: float) -> str:
    time.sleep(max(3.0, seconds))
    return "as it should be"


def run(stage: Stage, rows: list[dict[str, Any]], rate: float, seconds: float) -> tuple[list[Phase], list[Sample]]:
    """All events under load, which goes on for at least `seconds`. Raises UserError where an event went otherwise."""
    console.print("the first rollout")
    stage.wanted(stage.images["old"])
    load = OpenLoop("127.0.0.1", stage.port, rows, rate)
    phases: list[Phase] = []

    def during(name: str, event: Callable[[], str]) -> None:
        """An event, and the time until the next one: each request is of one phase."""
        console.print(name)
        began = phases[-1].ended if phases else 0.0
        came = event()
        console.print(f"  {came}")
        time.sleep(2)  # the next event begins with all as it should be
        phases.append(Phase(name, began, load.seconds, came))

    load.start()
    try:
        during("nothing", lambda: idle(3))
        during("update", lambda: stage.wanted(stage.images["new"]))
        during("bad image", lambda: stage.wanted(stage.images["bad"], code=1))
        during("killed replica", stage.kill_one)
        during("rollback", lambda: stage.wanted("--rollback"))
        during("nothing more", lambda: idle(seconds - load.seconds))
    finally:
        load.stop()
    phases[-1] = replace(phases[-1], ended=load.seconds)  # with what left while the load was told to stop
    return phases, load.samples


def table(phases: list[Phase], samples: list[Sample], versions: dict[str, str]) -> str:
    """Markdown: requests, failures, latency and the answering versions of each phase."""
    lines = [
        "| event | seconds | requests | failed | p50 ms | p99 ms | worst ms | answers by |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for phase in [*phases, Phase("all", 0, phases[-1].ended, "")]:
        part = phase.samples(samples)
        took = np.array([s.took for s in part if not s.failed]) * 1000
        shown = [f"{np.percentile(took, q):.0f}" for q in (50, 99, 100)] if len(took) else ["-"] * 3
        by = Counter(versions.get(s.model, s.model[:12]) for s in part if not s.failed)
        answered = ", ".join(f"{name} {count:,}" for name, count in by.most_common())
        cells = [
            phase.name,
            f"{phase.ended - phase.began:.1f}",
            f"{len(part):,}",
            str(sum(s.failed for s in part)),
        ]
        lines.append(f"| {' | '.join([*cells, *shown, answered])} |")
    return "\n".join(lines)


def causes(phases: list[Phase], samples: list[Sample]) -> list[str]:
    """A line for each failure: when, in which phase, and what came in place of an answer."""
    return [
        f"  {phase.name}, {s.due - phase.began:.2f} s from its begin: status {s.status} after {s.took:.2f} s: {s.error}"
        for phase in phases
        for s in phase.samples(samples)
        if s.failed
    ]


def main(
    product: Annotated[str, typer.Argument(help="A product of products/, trained by pipeline.sh.")] = "titanic",
    seconds: Annotated[float, typer.Option(help="How long the load goes on at least.")] = 120,
    rate: Annotated[float, typer.Option(help="Requests a second.")] = 200,
    image: Annotated[str, typer.Option(help="The product's image.", show_default="build.sh makes it")] = "",
    start_period: Annotated[int, typer.Option(help="Seconds that a replica has to become ready.")] = 20,
    facts: Annotated[Path | None, typer.Option("--json", help="File for every phase and sample.")] = None,
) -> None:
    """Load a stack of its own on this engine's Swarm, roll out, kill, roll back; nothing of it stays."""
    name = f"rollout-{os.getpid()}"
    try:
        artifact = champion(product)
        build = ["bash", str(FINAL / "deploy" / "build.sh"), product, "build"]
        old = image or subprocess.run(build, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        images = {"old": old, "new": f"{name}:new", "bad": f"{name}:bad"}
        versions = {artifact.model: "old", release(old, images["new"]): "new"}
        tampered(images["new"], images["bad"])
        contract = Contract.model_validate_json((artifact.folder / "contract.json").read_bytes())
        rows = [as_sent(row, contract) for row in artifact.manifest["golden"]["rows"]]
        with swarm(), tempfile.TemporaryDirectory() as scratch:
            variables = {"START_PERIOD": f"{start_period}s", "MONITOR": f"{start_period + 5}s"}
            if not os.environ.get("HAPROXY_IMAGE"):
                variables["HAPROXY_IMAGE"] = proxy_image()
            stage = Stage(product, name, _free_port(), Path(scratch) / "log.jsonl", images, variables)
            try:
                phases, samples = run(stage, rows, rate, seconds)
                history = [json.loads(line) for line in stage.log.read_text().splitlines()]
            finally:
                clean(name, images)
    except UserError as error:
        sys.exit(f"rollout: {error}")
    print(table(phases, samples, versions))
    if facts:
        said = {"versions": versions, "phases": [asdict(p) for p in phases], "log": history}
        facts.write_text(json.dumps({**said, "samples": [asdict(s) for s in samples]}))
    if failures := causes(phases, samples):
        sys.exit("\n".join([f"rollout: {len(failures)} of {len(samples)} requests failed:", *failures]))


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean(stack: str, images: dict[str, str]) -> None:
    """The stack, then the images that were made from the product's; by id, once no container holds them."""
    docker("stack", "rm", stack)
    ours = ["--all", "--quiet", "--filter", f"label=com.docker.stack.namespace={stack}"]
    end = time.monotonic() + 40
    while time.monotonic() < end and (docker("ps", *ours) or docker("network", "ls", *ours[1:])):
        time.sleep(0.5)
    for key in ("bad", "new"):
        if found := inspect("image", images[key]):
            docker("rmi", "--force", "--no-prune", found["Id"])


if __name__ == "__main__":
    typer.run(main)
