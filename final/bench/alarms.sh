#!/usr/bin/env bash
# False alarms and found harm of watch.sh's checks on simulated days: bash final/bench/alarms.sh [--days 1000 --rows 50 --repeats 20]
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m bench.alarms "$@"
