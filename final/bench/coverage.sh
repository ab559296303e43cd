#!/usr/bin/env bash
# How often sets and intervals hold the truth: bash final/bench/coverage.sh [TABLE...] [--seeds 20]
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m bench.coverage "$@"
