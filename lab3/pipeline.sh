#!/usr/bin/env bash
# lab2's model as a service in a container: build, try, compose, ask through the page's port; with REGISTRY=host[:port]
# also push. Trains lab2's model first where there is none. stdout is one line: the answer, and the images that gave it.
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
case ${1:-} in
  '') ;;
  -h | --help) sed -n '2,3s/^# //p' "$here/pipeline.sh"; exit ;;
  *) echo "pipeline.sh: unknown argument '$1'; settings are REGISTRY, BASE_IMAGE and BRANCH_NAME, see --help" >&2; exit 2 ;;
esac
docker info >/dev/null 2>&1 || {
  echo "pipeline.sh: lab3 needs a Docker engine that answers, and none does; start or install one, then try: docker info" >&2
  exit 1
}
# shellcheck source-path=SCRIPTDIR source=../env.sh
. "$here/../env.sh"
cd "$here/.."

[ -r lab2/model/model.json ] || bash lab2/pipeline.sh >&2
python -m lab3.model_import
api=$(bash lab3/image.sh all --image lab3-api --target api --port 8000 --smoke "python -m lab3.smoke \"\$URL\"")
page=$(bash lab3/image.sh all --image lab3-page --target page --port 8501)
chance=$(API_IMAGE=$api PAGE_IMAGE=$page bash lab3/try_compose.sh)
echo "The page's chance of rain tomorrow is: $chance ($api, $page)"
