#!/usr/bin/env bash
# Does anybody notice? 200 requests a second through an update, a bad image, a killed replica and a rollback, on a real
# Swarm: bash final/bench/rollout.sh [PRODUCT] [--seconds 120]. Prints a table; exit code 1 where a request failed.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../env.sh"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec python -m bench.rollout "$@"
