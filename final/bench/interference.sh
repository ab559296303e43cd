#!/usr/bin/env bash
# How long single rows take while a batch of a million rows runs: bash final/bench/interference.sh [PRODUCT] [--rows N]
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m bench.interference "$@"
