#!/usr/bin/env bash
# Tables that nobody here chose the columns of, each in one command: bash final/bench/strangers.sh [--keep FOLDER]; prints a markdown table.
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../env.sh"
CALLER=$PWD
export CALLER
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec python -m bench.strangers "$@"
