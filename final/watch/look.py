"""One look at the rows that a champion answered: verdict, figures and the checks behind them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.base.errors import UserError
from core.table.logged import unlogged
from service.model.live import Live
from service.prediction_log.files import LogFolder
from service.prediction_log.labels import keep
from watch.checks import COVERAGE, REALISED, Check, answered_values, checks, detectors, verdict
from watch.evidence import Detector
from watch.labels import Labels, read_labels
from watch.promise import Promise, share
from watch.reference import Reference, made_of
from watch.rows import Answered, Log, joined, table_rows
from watch.state import State, locked
from watch.words import alarm_in_words, headline

WINDOW = 100_000  # the latest rows, of which the figures are made
LABELLED = (REALISED, COVERAGE)  # checks that need labels
DAYS = 60  # the latest days with rows, that the report shows


class Look:
    """Detectors of one model, and what they are shown."""

    def __init__(self, reference: Reference, unlogged: Iterable[str] = ()) -> None:
        hidden = made_of(reference.live.serving.contract, {*unlogged})
        self.reference = reference
        self.profiles = [profile for profile in reference.profiles if profile.name not in hidden]
        watch = reference.product.watch
        self.checks: list[Check] = checks(reference.promise, self.profiles, reference.predictions, watch)
        self.detectors: dict[str, Detector] = detectors(self.checks)

    def take(self, pieces: Iterable[Answered], of: Iterable[str]) -> None:
        """End one look, at rows that come in pieces, with the named checks."""
        growth: dict[str, np.ndarray] = {}
        names = {*of}
        for rows in filter(len, pieces):
            for check in self.checks:
                if check.name in names and len(values := check.values(rows)):
                    growth[check.name] = growth.get(check.name, 0.0) + self.detectors[check.name].growth(values)
        for name, grown in growth.items():
            self.detectors[name].look(grown)


def of_log(reference: Reference, folder: Path, labels: Path | None = None) -> dict[str, Any]:
    """The facts of a look at a prediction log; its state goes on. Raises UserError."""
    live = reference.live
    with locked(folder):
        if labels:
            import_labels(folder, labels, live)
        log, state = Log(folder, live), State.of(folder, live.version)
        look = Look(reference, unlogged(log.files, live.serving.contract.features))
        state.restore(look.detectors)
        state.looks += take_news(look, log, state)
        state.keep(folder, live.version, look.detectors)
        return facts(look, window(log, Labels.in_files(log.label_files)), state.looks)


def take_news(look: Look, log: Log, state: State) -> int:
    """Show the detectors what is new since the last look: each row once, with its first label; the number of looks.

    Several days since then are a look each, so that a change in the midst of them is not thinned out.
    """
    seen_labels, new_labels = _divided(log.label_files, state.label_files)
    earlier = Labels.in_files(seen_labels)  # of which some may have come before their row was written
    days: dict[str, list[Path]] = defaultdict(list)
    for file in _divided(log.files, state.files)[1]:
        days[file.name.split("T")[0]].append(file)
    for _, files in sorted(days.items()):
        look.take((log.read(file, earlier) for file in files), [check.name for check in look.checks])
    later = Labels.in_files(new_labels)
    if later:
        look.take(log.labelled(later, earlier), LABELLED)
    state.files = [file.name for file in log.files]
    state.label_files = [file.name for file in log.label_files]
    return max(len(days), 1)


def _divided(files: list[Path], seen: Iterable[str]) -> tuple[list[Path], list[Path]]:
    """The files that were seen, and those that were not."""
    names = {*seen}
    return [file for file in files if file.name in names], [file for file in files if file.name not in names]


def window(log: Log, labels: Labels) -> Answered:
    """The latest rows."""
    parts: list[Answered] = []
    for file in reversed(log.files):
        parts.append(log.read(file, labels))
        if sum(map(len, parts)) >= WINDOW:
            break
    return joined(parts)


def import_labels(folder: Path, path: Path, live: Live) -> None:
    """Keep the labels of a file beside the log, as POST /feedback does; those that it has already are left out."""
    present = Labels.in_files(Log(folder, live).label_files)
    given = read_labels(path, live.rows.id, live.answers.target)
    keep(LogFolder(folder, 0, 0), [label for label in given if label not in present])


def of_table(reference: Reference, path: Path, labels: Path | None = None) -> dict[str, Any]:
    """The facts of a single look at a table, which is scored with the champion. Raises UserError."""
    live = reference.live
    given = Labels(read_labels(labels, live.rows.id, live.answers.target) if labels else ())
    pieces = list(table_rows(path, live, given))
    look = Look(reference)
    look.take(pieces, [check.name for check in look.checks])
    return facts(look, joined(pieces), 1)


def facts(look: Look, rows: Answered, looks: int) -> dict[str, Any]:
    """Everything that JSON and report show. Raises UserError if the model has answered nothing."""
    reference, promise = look.reference, look.reference.promise
    if not len(rows):
        raise UserError(f"no row is of model {reference.live.version[:12]}, {rows.others:,} are of others")
    level, alarms = verdict(look.checks, look.detectors)
    labelled = rows.labelled()
    realised = promise.realised(rows.scores[labelled], rows.target[labelled]) if labelled.any() else None
    held = rows.covered[~np.isnan(rows.covered)]
    coverage = share(held) if len(held) else None
    contract = reference.live.serving.contract
    features = [profile.effect(rows.columns[profile.name]) for profile in look.profiles]
    for effect in features:
        feature = contract.features.get(effect["feature"])
        effect["title"] = feature.title(effect["feature"]) if feature else effect["feature"]
        effect["invalid"] = rows.invalid.get(effect["feature"], 0)
    made: dict[str, Any] = {
        "product": reference.product.name,
        "title": reference.product.title,
        "model": reference.live.version,
        "when": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "verdict": level,
        "rows": len(rows),
        "labelled": int(labelled.sum()),
        "rows_of_other_models": rows.others,
        "invalid": rows.invalid,
        "looks": looks,
        "measure": promise.measure,
        "unit": reference.product.target.unit,
        "promise": asdict(promise.holdout),
        "allowed": promise.allowed,
        "estimated": asdict(promise.estimated(rows.scores)),
        "realised": asdict(realised) if realised else None,
        "coverage": asdict(coverage) if coverage else None,
        "allowed_coverage": reference.product.watch.coverage,
        "predictions": look.reference.predictions.effect(answered_values(rows.scores)),
        "features": sorted(features, key=lambda effect: -effect["weighted"]),
        "checks": [
            {
                "name": check.name,
                "level": check.level,
                "alarm": look.detectors[check.name].is_alarm,
                "evidence": float(np.exp(min(look.detectors[check.name].evidence, look.detectors[check.name].most))),
                "needed": float(np.exp(look.detectors[check.name].most)),
            }
            for check in look.checks
        ],
        "days": by_day(rows, promise),
    }
    made["alarms"] = [alarm_in_words(name, made) for name in alarms]
    return {**made, "headline": headline(made)}


def by_day(rows: Answered, promise: Promise) -> list[dict[str, Any]]:
    """Rows, estimated and realised performance of each of the latest days."""
    days = []
    for day in np.unique(rows.days)[-DAYS:]:
        inside = rows.days == day
        labelled = inside & rows.labelled()
        realised = promise.realised(rows.scores[labelled], rows.target[labelled]) if labelled.any() else None
        days.append(
            {
                "day": str(day),
                "rows": int(inside.sum()),
                "estimated": promise.mean_expected(rows.scores[inside]),
                "realised": realised.value if realised else None,
                "labelled": int(labelled.sum()),
            }
        )
    return days
