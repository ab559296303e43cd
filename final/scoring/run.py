"""A run: rows in, answers into the part, the part to its output; what is on the disk is always known."""

import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from core.base.errors import UserError
from core.base.terminal import console
from scoring import explain
from scoring.blocks import answered_blocks
from scoring.delivery import Output
from scoring.part import ANEW, Part, State, cut, held
from scoring.progress import shown
from scoring.reading import Input
from scoring.writing import ErrorsWriter, writer_of
from service.batch.score import Answering, Formulas
from service.batch.target import Policy, TargetColumn
from service.batch.write import schema as answers_schema
from service.model.live import Live
from service.problems import Problem

SECONDS = 0.5  # between two states on the disk: at most so much is done again after a kill


class Compared(TargetColumn):
    """A target column whose sums can be kept, and taken up again."""

    def state(self) -> tuple[int, float]:
        return self._rows, self._sum

    def resume(self, state: tuple[int, float]) -> None:
        self._rows, self._sum = state


@dataclass(frozen=True)
class Options:
    """What changes the bytes of the output."""

    target: Policy = "compare"
    formulas: Formulas = "keep"
    explain: bool = False
    errors: Path | None = None


@dataclass
class Run:
    """One table to be answered."""

    live: Live
    rows: Input
    output: Output
    options: Options
    answering: Answering

    def __post_init__(self) -> None:
        identity = {
            "input": self.rows.identity,
            "model": self.live.version,
            "--target": self.options.target,
            "--formulas": self.options.formulas,
            "--explain": self.options.explain,
            "--errors": str(self.options.errors) if self.options.errors else None,
        }
        self.part = Part(self.output.part_path(), identity, self.options.errors)
        self.target = Compared(self.live.answers.target, self.options.target)

    def go(self, resume: bool) -> State:
        """Answer every row and make the output. Raises UserError, OSError, Problem; what is done is kept."""
        self.output.check()
        with ExitStack() as stack:
            out = stack.enter_context(held(self.part))
            try:
                self._begin(resume)
                if not self.part.state.is_complete:
                    self._answer(out, stack)
                self.output.deliver(self.part)
                if self.options.errors and self.part.errors and self.part.errors.exists():
                    self.part.errors.replace(self.options.errors)
                self.part.remove()
            except BaseException as error:
                self._keep_or_remove(error)
                raise
        return self.part.state

    def _begin(self, resume: bool) -> None:
        """Take up the state of an earlier run, or remove what it left."""
        is_there = self.part.journal.exists()
        if resume and is_there:
            self.part.load()
            if not self.rows.is_repeatable and not self.part.state.is_complete:
                raise UserError(f"{self.rows.name}: a query may give its rows in another order another time: {ANEW}")
            self.target.resume(self.part.state.compared)
            console.print(f"score: resuming after {self.part.state.rows:,} rows")
            return
        if resume:
            console.print(f"score: nothing to resume at {self.part.path}: beginning with the first row")
        elif is_there:
            console.print(f"score: {self.part.path}: what a killed run left is replaced; --resume would have gone on")
        self.part.journal.unlink(missing_ok=True)

    def _answer(self, out: BinaryIO, stack: ExitStack) -> None:
        """Write the answers of the rows that the part does not have yet."""
        state = replace(self.part.state)
        schema = answers_schema(self.live)
        if self.options.explain:
            schema = explain.schema_with(schema, self.live)
        is_safe = self.options.formulas == "escape"
        cut(out, state.bytes)
        writer = writer_of(self.output.form, out, self.live, schema, state.rows, is_safe)
        errors, errors_file = None, None
        if self.part.errors:
            errors_file = stack.enter_context(self.part.errors.open("r+b" if state.rows else "wb"))
            cut(errors_file, state.errors_bytes)
            errors = ErrorsWriter(errors_file, self.live, state.errors_bytes)
        saved = time.monotonic()
        with shown(self.rows) as progress:
            for block in answered_blocks(self.live, self.rows, self.answering, self.target, state.rows):
                writer.add(block, explain.with_contributions(block, schema) if self.options.explain else None)
                if errors:
                    errors.add(block)
                state.rows += len(block)
                state.invalid += len(block.answered.mistakes)
                progress.now(state.rows, len(block))
                if time.monotonic() - saved > SECONDS and self.rows.is_repeatable:
                    state.compared = self.target.state()
                    self.part.save(out, errors_file, state)
                    saved = time.monotonic()
                    state = replace(state)
        writer.end(state.rows, state.invalid)
        state.compared = self.target.state()
        state.is_complete = True
        self.part.save(out, errors_file, state)

    def _keep_or_remove(self, error: BaseException) -> None:
        """Keep what --resume can use; a table that is refused has nothing of use."""
        if isinstance(error, Problem) or not self.part.journal.exists():
            self.part.remove()
        elif self.part.state.rows:
            console.print(f"score: {self.part.state.rows:,} rows are kept in {self.part.path}; --resume goes on after")
