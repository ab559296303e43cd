#!/usr/bin/env bash
# Serves a product's champion over HTTP: bash final/serve.sh [PRODUCT] [--host H] [--port P]
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../env.sh"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
exec python -m service "$@"
