#!/usr/bin/env bash
# Predicts for every row of a file: bash final/score.sh INPUT OUTPUT [--product P] [--scheduler tcp://HOST:8786]
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../env.sh"
PYTHONPATH=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P) exec python -m scoring "$@"
