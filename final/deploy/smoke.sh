#!/usr/bin/env bash
# Asks a running service for the golden rows and the hold-out: bash final/deploy/smoke.sh URL [PRODUCT] [--model FOLDER]
# Exit code 0 where it serves the champion and answers as the library does, 1 where not. SERVICE_API_KEY is sent if set.
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../env.sh"
PYTHONPATH=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P) exec python -m deploy.smoke "$@"
