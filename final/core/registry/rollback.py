"""Back to an earlier champion, without training: `bash final/rollback.sh [PRODUCT] [--to HASH] [--why TEXT]`."""

import sys
from typing import Annotated, Any

import typer

from core.base.errors import UserError, message
from core.base.paths import DEFAULT_PRODUCT, folder
from core.registry import registry
from core.registry.log import LogError


def main(
    product: Annotated[str, typer.Argument(help="Name or folder of a product.")] = DEFAULT_PRODUCT,
    to: Annotated[str | None, typer.Option(help="Start of a model's hash; by default the previous champion.")] = None,
    why: Annotated[str, typer.Option(help="Goes into the log.")] = "by hand",
    history: Annotated[bool, typer.Option("--history", help="Only show the log.")] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what a kill or a full disk left, and say what was done.")
    ] = False,
) -> None:
    """Make an earlier champion the champion again, and log it. Prints its hash."""
    try:
        kept = registry.Registry(folder(product) / "registry")
        if history:
            show(kept)
        elif repair:
            mend(kept)
        else:
            print(kept.rollback(why, to))
    except (UserError, OSError) as error:
        sys.exit(f"rollback: {message(error)}")


def show(kept: registry.Registry) -> None:
    for entry in kept.log.entries():
        print(in_a_line(entry))
    if torn := kept.log.torn():
        name = kept.folder.parent.name
        print(
            f"rollback: {kept.log.path}: {len(torn)} bytes at the end are not a decision: a kill or a full disk tore "
            f"them. The next decision cuts them off; bash final/rollback.sh {name} --repair does it now",
            file=sys.stderr,
        )


def in_a_line(entry: dict[str, Any]) -> str:
    """A decision; characters that would break the line or steer the terminal are shown by their codes."""
    line = f"{entry['when']}  {entry['action']:<8}  {entry['model'][:12]}  {entry['who']}  {entry['why']}"
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in line)


def mend(kept: registry.Registry) -> None:
    """Print what was mended, and the champion."""
    try:
        done = kept.repair()
    except LogError as error:
        raise UserError(
            f"{error}. That is a change, not an accident, so nothing was repaired. Restore the log from a copy; "
            "without one, move it away and decide anew: "
            f"bash final/rollback.sh {kept.folder.parent.name} --to HASH --why TEXT"
        ) from None
    champion = kept.champion()
    lines = done or ["nothing to repair: the log is whole, and champion.json agrees with it"]
    print("\n".join([*lines, f"the champion is {champion}" if champion else "there is no champion yet"]))


if __name__ == "__main__":
    typer.run(main)
