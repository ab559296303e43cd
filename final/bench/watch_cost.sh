#!/usr/bin/env bash
# What a look of watch.sh costs at logs of several sizes: bash final/bench/watch_cost.sh [PRODUCT [ROWS...]]
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m bench.watch_cost "$@"
