#!/usr/bin/env bash
# Predicts for every row of a table: bash final/score.sh INPUT OUTPUT [--product P] [--resume]; all options: --help, forms: howto/score_a_table.md
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m scoring "$@"
