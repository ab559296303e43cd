#!/usr/bin/env bash
# The page of a running service: bash final/page.sh [--api URL] [--host H] [--port P]
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../env.sh"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
exec python -m service.page_start "$@"
