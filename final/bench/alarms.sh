#!/usr/bin/env bash
# False alarms and planted harm of watch.sh's checks on simulated days: bash final/bench/alarms.sh [TABLE...] [--nannyml] [--evidently-days N]
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
# threads of OpenMP that wait by spinning take a busy machine's cores from each other
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} OMP_WAIT_POLICY=passive exec python -P -m bench.alarms "$@"
