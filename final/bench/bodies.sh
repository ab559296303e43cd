#!/usr/bin/env bash
# Sends changed bodies of every protocol to the code that reads them, and counts what becomes of them:
# bash final/bench/bodies.sh [--bodies N] [--streams N] [--seed N]; ends with 1 at the first that is a failure.
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../env.sh"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec python -m bench.bodies "$@"
