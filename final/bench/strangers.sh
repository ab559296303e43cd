#!/usr/bin/env bash
# Tables that nobody here chose the columns of, each in one command: bash final/bench/strangers.sh [--keep FOLDER]; prints a markdown table.
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m bench.strangers "$@"
