"""`python -m deploy.rollout PRODUCT IMAGE`: put an image into service on Swarm; `--rollback` goes back.

Every rollout and its verdict goes into an append-only log, products/PRODUCT/deployments/log.jsonl or DEPLOYMENT_LOG.
"""

import fcntl
import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from core.base.errors import UserError, message
from core.base.paths import Paths
from core.registry.log import PromotionLog
from deploy.engine import docker, inspect
from deploy.pinned import Pinned, pin
from deploy.verdict import RolloutError, address_of, wait, wait_for_answer, wait_for_proxy

HERE = Path(__file__).resolve().parent


def log_of(product: str) -> PromotionLog:
    named = os.environ.get("DEPLOYMENT_LOG")
    return PromotionLog(Path(named) if named else Paths.of(product).root / "deployments" / "log.jsonl")


def settings(stack: str) -> tuple[list[str], dict[str, str]]:
    """Stack files, and their variables. Raises UserError if it is not decided who may use the API."""
    files = ["stack.yaml"]
    variables = {"STACK": stack, "HAPROXY_HASH": _hash(HERE / "haproxy.cfg")}
    if keys := os.environ.get("API_KEYS_FILE"):
        if not Path(keys).is_file():
            raise UserError(f"API_KEYS_FILE={keys}: no such file")
        files.append("stack.keys.yaml")
        variables |= {"API_KEYS_FILE": str(Path(keys).resolve()), "API_KEYS_HASH": _hash(Path(keys))}
    elif not os.environ.get("SERVICE_INSECURE"):
        raise UserError("who may use the API? Set API_KEYS_FILE=file, or SERVICE_INSECURE=1 to allow everyone")
    return [part for file in files for part in ("--compose-file", str(HERE / file))], variables


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def deploy(stack: str, image: str, seconds: float, **variables: str) -> None:
    """Roll the image out and wait for the verdict. Raises RolloutError if it does not serve."""
    if docker("info", "--format", "{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}}") != "active true":
        raise UserError("this engine is not a Swarm manager; on the first machine run docker swarm init")
    files, defaults = settings(stack)
    # the name is a digest, or local to this engine, so that nothing has to be looked up in a registry
    command = ["stack", "deploy", *files, "--with-registry-auth", "--resolve-image=never", stack]
    docker(*command, **{**defaults, "IMAGE": image, **variables})
    wait_for_proxy(f"{stack}_proxy", min(60, seconds))
    wait(f"{stack}_api", image, seconds, monitored="PARALLELISM" not in variables, tell=_show)
    wait_for_answer(f"http://{address_of(f'{stack}_proxy')}:{os.environ.get('PORT') or 8000}", min(60, seconds))


def _show(state: str) -> None:
    """The state of the rollout in one line of the terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{state}", end="", file=sys.stderr, flush=True)


@contextmanager
def locked(log: PromotionLog) -> Iterator[None]:
    """One rollout at a time."""
    log.path.parent.mkdir(parents=True, exist_ok=True)
    with log.path.with_name(".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"{log.path}: another rollout is running; try again when it has ended") from None
        yield


def forward(product: str, stack: str, image: str, why: str, seconds: float) -> Pinned:
    log = log_of(product)
    with locked(log):
        pinned = pin(image, product)
        before = next(reversed(log.served(by="image")), None)
        facts = {"image": pinned.name, "from": before, "commit": pinned.commit, "stack": stack}
        try:
            deploy(stack, pinned.name, seconds)
        except RolloutError as error:
            log.append("fail", pinned.model, f"{why}: {error}", **facts)
            raise
        log.append("promote", pinned.model, why, **facts)
        return pinned


def back(product: str, stack: str, why: str, seconds: float) -> Pinned:
    """Back to the previous image, all replicas at once, since it has served before."""
    log = log_of(product)
    with locked(log):
        served = log.served(by="image")
        if len(served) < 2:
            raise UserError(f"{log.path}: there is no earlier image to go back to")
        pinned = pin(served[-2], product)
        if inspect("service", f"{stack}_api") is None:
            raise UserError(f"there is no service {stack}_api to roll back")
        deploy(stack, pinned.name, seconds, PARALLELISM="0", MONITOR="5s")
        log.append(
            "rollback", pinned.model, why,
            image=pinned.name, commit=pinned.commit, stack=stack, **{"from": served[-1]},
        )  # fmt: skip
        return pinned


def main(
    product: Annotated[str, typer.Argument(help="A product of products/.")],
    image: Annotated[str, typer.Argument(help="As build.sh printed it: by commit, or by digest.")] = "",
    rollback: Annotated[bool, typer.Option("--rollback", help="Back to the previous image.")] = False,
    history: Annotated[bool, typer.Option("--history", help="Only show the log.")] = False,
    why: Annotated[str, typer.Option(help="Goes into the log.")] = "by hand",
    stack: Annotated[str, typer.Option(help="Name of the stack.", show_default="final-PRODUCT", envvar="STACK")] = "",
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the verdict.", min=1)] = 600,
) -> None:
    """Put an image into service and wait for the verdict. Prints the name of the serving image.

    PORT is the port of this machine, REPLICAS how many. API_KEYS_FILE names the keys, or SERVICE_INSECURE=1.
    """
    began = time.monotonic()
    name = stack or f"final-{product}"
    if (bool(image) + rollback + history) != 1:
        sys.exit("deploy: give an image, or --rollback, or --history")
    try:
        if history:
            for entry in log_of(product).entries():
                print(f"{entry['when']}  {entry['action']:<8}  {entry['model'][:12]}  {entry['image']}  {entry['why']}")
            return
        served = back(product, name, why, timeout) if rollback else forward(product, name, image, why, timeout)
    except (UserError, OSError) as error:
        sys.exit(f"deploy: {message(error)}")
    print(f"deploy: model {served.model[:12]} serves after {time.monotonic() - began:.1f} s", file=sys.stderr)
    print(served.name)


if __name__ == "__main__":
    typer.run(main)
