#!/usr/bin/env bash
# Puts an image into service on the Swarm of this engine: bash final/deploy/deploy.sh PRODUCT IMAGE | PRODUCT --rollback
# Waits for the verdict: exit code 0 where the new image serves, 1 where the old one does. --help tells more.
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../env.sh"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec python -m deploy.rollout "$@"
