#!/usr/bin/env bash
# What survives kill -9 and a full disk: bash final/bench/faults.sh [--kills 100] [--seed 0]. Kills promotion, rollback, batch,
# service and pipeline at random moments, two of each at once, a batch also while it is resumed, and fills the disk at every write (needs the right to mount).
# Works in a scratch clone; prints two tables; exit code 1 if a decision was lost or a rerun did not finish.
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m bench.faults "$@"
