"""Models by content, one champion, and the log of how it came to be.

    registry/models/<hash>/    an artifact: model.cbm, product.json, manifest.json; <hash> is over all its bytes
    registry/champion.json     {"model": <hash>}: what is served
    registry/log.jsonl         the promotion log

Only the standard library is imported, so that a rollback takes no longer than python's start.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from product.errors import UserError
from product.files import folder_hash, write_json
from product.promotion_log import PromotionLog


class RegistryError(UserError):
    """A registry that can't do what was asked, or was tampered with; str() is the whole message."""


class Registry:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.models = folder / "models"
        self.champion_file = folder / "champion.json"
        self.log = PromotionLog(folder / "log.jsonl")

    def champion(self) -> str | None:
        """Hash of the model that is served, None before the first promotion."""
        try:
            return str(json.loads(self.champion_file.read_bytes())["model"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise RegistryError(f'{self.champion_file}: must be {{"model": hash}}; see {self.log.path}') from None

    def confirmed_champion(self) -> str | None:
        """The champion, if the log says so too: a file edited by hand makes nobody champion."""
        champion, logged = self.champion(), next(reversed(self.log.served()), None)
        if champion != logged:
            raise RegistryError(
                f"{self.champion_file}: says {(champion or 'nothing')[:12]}, but the last that the log put in service "
                f"is {(logged or 'nothing')[:12]}: edited by hand, or a promotion was interrupted. "
                f"Decide by bash final/rollback.sh {self.folder.parent.name} --to HASH"
            )
        return champion

    def artifact(self, model: str) -> Path:
        """Folder of a model, its bytes verified against its name."""
        path = self.models / model
        if not path.is_dir():
            raise RegistryError(f"{path}: no such model; known: {', '.join(m[:12] for m in self.known()) or 'none'}")
        found = folder_hash(path)
        if found != model:
            raise RegistryError(
                f"{path}: was changed after it was promoted, its content's hash is now {found}; refused"
            )
        return path

    def known(self) -> list[str]:
        return sorted(path.name for path in self.models.glob("[0-9a-f]*") if path.is_dir())

    def add(self, files: Path) -> str:
        """Copy an artifact's files in, whole or not at all; an artifact that is there but damaged is replaced."""
        model = folder_hash(files)
        final = self.models / model
        if not final.is_dir() or folder_hash(final) != model:
            self.models.mkdir(parents=True, exist_ok=True)
            beside = self.models / f".{model}.{os.getpid()}"
            try:
                shutil.copytree(files, beside)
                shutil.rmtree(final, ignore_errors=True)
                beside.replace(final)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
        return model

    def promote(self, model: str, why: str, **facts: Any) -> None:
        """Make a model of this registry the champion. Logged before it takes effect, so nothing is served unlogged."""
        with self._locked():
            self._serve(model, "promote", why, facts)

    def keep(self, challenger: str, why: str, **facts: Any) -> None:
        """Log that the champion stays."""
        with self._locked():
            self.log.append("keep", challenger, why, champion=self.champion(), **facts)

    def rollback(self, why: str, to: str | None = None) -> str:
        """Back to the champion before, or to the model whose hash starts with `to`; returns its hash."""
        with self._locked():
            target = self._matching(to) if to else self._previous()
            if [target] == [self.champion()] == self.log.served()[-1:]:
                raise RegistryError(f"{target[:12]} is the champion already")
            self._serve(target, "rollback", why, {})
            return target

    def _serve(self, model: str, action: str, why: str, facts: dict[str, Any]) -> None:
        self.artifact(model)
        self.log.append(action, model, why, **{"from": self.champion()}, **facts)
        write_json({"model": model}, self.champion_file)

    def _previous(self) -> str:
        served = self.log.served()
        if len(served) < 2:
            raise RegistryError(f"{self.folder}: there is no earlier champion to go back to")
        return served[-2]

    def _matching(self, start: str) -> str:
        found = [model for model in self.known() if model.startswith(start)]
        if len(found) != 1:
            known = ", ".join(model[:12] for model in self.known())
            raise RegistryError(f"{start!r} fits {len(found)} models; known: {known or 'none'}")
        return found[0]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time; readers need no lock, since every file is replaced whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
