#!/usr/bin/env bash
# Puts an image into service on the Swarm of this engine: bash final/deploy/deploy.sh PRODUCT IMAGE | PRODUCT --rollback
# Waits for the verdict: exit code 0 where the new image serves, 1 where the old one does. --help tells more.
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m deploy.rollout "$@"
