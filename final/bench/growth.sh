#!/usr/bin/env bash
# How time and memory grow with the table: bash final/bench/growth.sh [ROWS ...]; prints a markdown table.
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../env.sh"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec python -m bench.growth "$@"
