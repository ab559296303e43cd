#!/usr/bin/env bash
# Back to an earlier champion, in the log and without training: bash final/rollback.sh [PRODUCT] [--to HASH] [--history]
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../env.sh"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
exec python -m product.rollback "$@"
