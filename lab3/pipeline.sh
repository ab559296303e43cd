#!/usr/bin/env bash
# lab2's model as a service in a container: builds, tests and composes the images of the service and of its page, then asks
# the page; REGISTRY=host[:port][/path] also pushes them. Trains lab2's model first if there is none. stdout is one line.
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
case ${1:-} in
  '') ;;
  -h | --help) sed -n '2,3s/^# //p' "$here/pipeline.sh"; exit ;;
  *) echo "pipeline.sh: unknown argument '$1'; settings are REGISTRY, BASE_IMAGE and BRANCH_NAME, see --help" >&2; exit 2 ;;
esac
docker info >/dev/null 2>&1 || {
  echo "pipeline.sh: lab3 needs a running Docker engine; install or start one, then try: docker info" >&2
  exit 1
}
# shellcheck source-path=SCRIPTDIR source=../env.sh
. "$here/../env.sh"
cd "$here/.."

[ -r lab2/model/model.json ] || bash lab2/pipeline.sh >&2
python -m lab3.model_import
api=$(bash tools/image/image.sh all --image lab3-api --context lab3 --target api --smoke "python -m lab3.smoke \"\$URL\"")
page=$(bash tools/image/image.sh all --image lab3-page --context lab3 --target page --port 8501)

export API_IMAGE=$api PAGE_IMAGE=$page API_PORT=0 PAGE_PORT=0 COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME:-lab3-$$}
compose() { bash tools/image/compose.sh lab3 "$@"; }
reason=''
finish() {
  status=$?
  if [ "$status" -ne 0 ]; then compose logs --no-color >&2 || true; fi
  compose down --volumes --timeout 15 >&2
  if [ "$status" -ne 0 ]; then echo "pipeline.sh: ${reason:-stopped}; the containers' log is above" >&2; fi
  exit "$status"
}
trap finish EXIT
compose up --detach --no-build >&2
address=$(compose port page 8501)
curl --silent --fail --retry 60 --retry-delay 1 --retry-all-errors --output /dev/null "http://$address/_stcore/health" ||
  { reason="the page does not answer on $address"; exit 1; }
# The page's script, run by Streamlit in the page's container: what a browser would show.
forecast() {
  compose exec -T page python -c '
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("/srv/lab3/page.py", default_timeout=60).run()
trouble = [*page.exception, *page.error]
print((trouble or page.metric)[0].value)
exit(bool(trouble))'
}
for attempt in 1 2 3; do # containers on a busy machine may need a moment after they are called healthy
  if chance=$(forecast); then break; fi
  reason="the page shows no forecast: $chance"
  if [ "$attempt" -eq 3 ]; then exit 1; fi
  sleep 5
done
echo "The page's chance of rain tomorrow is: $chance ($api, $page)"
