#!/usr/bin/env bash
# Starts API_IMAGE and PAGE_IMAGE by compose on free ports, asks through the page's port, prints the chance that the page
# shows, and takes all down again, whatever happened. COMPOSE_PROJECT_NAME names the project.
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
: "${API_IMAGE:?name the image of the service}" "${PAGE_IMAGE:?name the image of the page}"
export API_PORT=0 PAGE_PORT=0 COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME:-lab3-try-$$}

finish() {
  status=$?
  if [ "$status" -ne 0 ]; then bash "$here/compose.sh" logs --no-color >&2 || true; fi
  bash "$here/compose.sh" down --volumes --timeout 15 >&2 || status=1
  exit "$status"
}
trap finish EXIT

bash "$here/compose.sh" up --detach --no-build >&2
port=$(bash "$here/compose.sh" port page 8501)
for ((waited = 0; ; waited++)); do
  if python -c 'import sys, urllib.request as r; r.urlopen(sys.argv[1], timeout=2)' "http://$port/_stcore/health" 2>/dev/null; then
    break
  fi
  if [ "$waited" -ge 60 ]; then echo "try_compose.sh: the page does not answer on $port" >&2; exit 1; fi
  sleep 1
done
cd "$here/.." && python -m lab3.ask_page "http://$port"
