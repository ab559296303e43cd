#!/usr/bin/env bash
# Does anybody notice? 200 requests a second through an update, a bad image, a killed replica and a rollback, on a real
# Swarm: bash final/bench/rollout.sh [PRODUCT] [--seconds 120]. Prints a table; exit code 1 where a request failed.
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m bench.rollout "$@"
