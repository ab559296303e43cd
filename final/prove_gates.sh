#!/usr/bin/env bash
# Proof of the gates: bash final/prove_gates.sh [gates|metrics|registry|table]. Changes the code that decides, one
# expression at a time, runs the unit tests on each changed copy, and prints which files let a change pass unnoticed.
set -euo pipefail
final=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=env.sh
. "$final/../env.sh"
cd -- "$final"
exec python -m tests.support.mutation "$@"
