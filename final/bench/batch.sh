#!/usr/bin/env bash
# Scores a large table with score.sh, with pandas and CatBoost by hand, and with MLflow; prints a markdown table:
# bash final/bench/batch.sh [ROWS ...]
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m bench.batch "$@"
