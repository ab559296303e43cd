"""Models by content, one champion, and the log of the decisions.

    registry/models/<hash>/    an artifact: the files of the model and manifest.json; <hash> is over all its bytes
    registry/champion.json     {"model": <hash>}: the served model
    registry/log.jsonl         the promotion log

It imports only the standard library, so that a rollback starts quickly.
"""

import fcntl
import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.base.errors import UserError
from core.base.files import as_json, copy_folder, folder_hash, prepared, write_json
from core.registry.log import PromotionLog, champions

REPLACE = "PROMOTE_REPLACE"  # the variable by which `pipeline.sh --replace` reaches the stage of the promotion
logger = logging.getLogger(__name__)


class RegistryError(UserError):
    """A request that the registry cannot fulfil, or a registry that was tampered with; str() is the whole message."""


class Registry:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.models = folder / "models"
        self.champion_file = folder / "champion.json"
        self.log = PromotionLog(folder / "log.jsonl")

    def champion(self) -> str | None:
        """Hash of the champion; None before the first promotion."""
        try:
            return str(json.loads(self.champion_file.read_bytes())["model"])
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RegistryError(f"{self.champion_file}: cannot be read: {error.strerror}") from None
        except (ValueError, KeyError, TypeError, RecursionError):
            product = self.folder.parent.name
            raise RegistryError(
                f'{self.champion_file}: must be {{"model": hash}}; see {self.log.path}. '
                f"bash final/rollback.sh {product} --repair writes it again from the log"
            ) from None

    def confirmed_champion(self) -> str | None:
        """The champion, if the log agrees: editing champion.json by hand promotes nothing. Raises RegistryError.

        A decision that was logged counts, even if a kill came before champion.json was written.
        """
        champion, entries = self.champion(), self.log.entries()
        logged = next(reversed(champions(entries)), None)
        if champion == logged or _is_interrupted(champion, entries):
            return logged
        if champion != self.champion():  # decided meanwhile
            return self.confirmed_champion()
        raise RegistryError(
            f"{self.champion_file}: names {(champion or 'nothing')[:12]}, but the log's latest champion is "
            f"{(logged or 'nothing')[:12]}: one of the two was edited by hand, or lost. "
            f"Decide with bash final/rollback.sh {self.folder.parent.name} --to HASH"
        )

    def required_champion(self) -> str:
        """The confirmed champion. Raises RegistryError if there is none."""
        champion = self.confirmed_champion()
        if champion is None:
            product = self.folder.parent.name
            raise RegistryError(f"{self.folder} has no champion yet: run bash final/pipeline.sh {product}")
        return champion

    def artifact(self, model: str) -> Path:
        """Folder of a model, after its bytes were verified against its name. Raises RegistryError."""
        path = self.models / model
        if not path.is_dir():
            raise RegistryError(f"{path}: no such model; known: {', '.join(m[:12] for m in self.known()) or 'none'}")
        actual = folder_hash(path)
        if actual != model:
            raise RegistryError(
                f"{path}: was changed after it was promoted, its content's hash is now {actual}; refused"
            )
        return path

    def known(self) -> list[str]:
        return sorted(path.name for path in self.models.glob("[0-9a-f]*") if path.is_dir())

    def add(self, files: Path) -> str:
        """Copy an artifact into the registry atomically, also over a damaged one; returns its hash."""
        model = folder_hash(files)
        final = self.models / model
        with self._locked():
            if final.is_dir() and folder_hash(final) == model:
                return model
            self.models.mkdir(parents=True, exist_ok=True)
            temporary, damaged = self.models / f".{model}.{os.getpid()}", self.models / f".{model}.damaged"
            try:
                copy_folder(files, temporary)
                if final.is_dir():
                    final.replace(damaged)
                temporary.replace(final)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
                shutil.rmtree(damaged, ignore_errors=True)
        return model

    def promote(self, model: str, why: str, **facts: Any) -> None:
        """Make a model of this registry the champion; it is logged first, so nothing is served without a log entry."""
        with self._locked():
            self._serve(model, "promote", why, facts)

    def keep(self, challenger: str, why: str, **facts: Any) -> None:
        """Log that the champion stays."""
        with self._locked():
            self.log.append("keep", challenger, why, champion=self.champion(), **facts)

    def rollback(self, why: str, to: str | None = None) -> str:
        """Back to the previous champion, or to the model whose hash starts with `to`; returns its hash."""
        with self._locked():
            target = self._matching(to) if to else self._previous()
            if target == self._named() == self._logged():
                raise RegistryError(f"{target[:12]} is the champion already")
            self._serve(target, "rollback", why, {})
            return target

    def repair(self) -> list[str]:
        """Mend what a kill or a full disk left; a line for each thing that was done.

        Raises LogError or RegistryError for what was changed by hand, which needs a decision.
        """
        with self._locked(settle=False):
            done = [self.log.cut_last(), *self._settle()]
            if self._named() is None and (logged := self._logged()):
                self.artifact(logged)
                write_json({"model": logged}, self.champion_file)
                done.append(f"{self.champion_file}: named no model; written again from the log: {logged[:12]}")
            self.confirmed_champion()
            return [line for line in done if line]

    def _logged(self) -> str | None:
        """The champion by the log."""
        return next(reversed(self.log.served()), None)

    def _named(self) -> str | None:
        """As `champion`, None also for a file that cannot be read."""
        try:
            return self.champion()
        except RegistryError:
            return None

    def _serve(self, model: str, action: str, why: str, facts: dict[str, Any]) -> None:
        """Log the decision and write champion.json, or neither."""
        self.artifact(model)
        with prepared(as_json({"model": model}), self.champion_file):
            self.log.append(action, model, why, **{"from": self._named()}, **facts)

    def _previous(self) -> str:
        served = self.log.served()
        if len(served) < 2:
            raise RegistryError(f"{self.folder}: there is no earlier champion to go back to")
        return served[-2]

    def _matching(self, start: str) -> str:
        matches = [model for model in self.known() if model.startswith(start)]
        if len(matches) != 1:
            models = ", ".join(model[:12] for model in self.known())
            raise RegistryError(f"{start!r} fits {len(matches)} models; known: {models or 'none'}")
        return matches[0]

    @contextmanager
    def _locked(self, settle: bool = True) -> Iterator[None]:
        """One writer at a time, which first finishes what a killed one began.

        Readers need no lock, since files are replaced atomically.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            for line in self._settle() if settle else []:
                logger.warning(line)
            yield

    def _settle(self) -> list[str]:
        """Finish what a killed writer began; a line for each thing that was done."""
        for rest in self.models.glob(".*"):
            shutil.rmtree(rest, ignore_errors=True)
        for rest in self.folder.glob(f".{self.champion_file.name}.*"):
            rest.unlink(missing_ok=True)
        done = [mended] if (mended := self.log.mend()) else []
        named, entries = self._named(), self.log.entries()
        logged = next(reversed(champions(entries)), None)
        if logged != named and _is_interrupted(named, entries):
            write_json({"model": logged}, self.champion_file)
            done.append(
                f"{self.champion_file}: a decision was interrupted; as logged, the champion is {str(logged)[:12]}"
            )
        return done


def _is_interrupted(champion: str | None, entries: list[dict[str, Any]]) -> bool:
    """Whether this was the champion before the latest decision: a kill came before champion.json was written."""
    decisions = [entry for entry in entries if entry["action"] in ("promote", "rollback")]
    return bool(decisions) and bool(decisions[-1].get("from", "") == champion)
