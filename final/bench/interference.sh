#!/usr/bin/env bash
# How long single rows take while a batch of a million rows runs: bash final/bench/interference.sh [PRODUCT] [--rows N]
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../env.sh"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec python -m bench.interference "$@"
