#!/usr/bin/env bash
# The loop: if the verdict is act, labelled rows become a new version of the table and gates decide: bash final/relearn.sh PRODUCT --log FOLDER
# One line on stdout: the verdict, or the metric of the new model. A model that the gates refuse leaves table and champion as they were; exit code 1.
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
case ${1:-} in
  '') echo "relearn.sh: give the product, then --log FOLDER" >&2; exit 2 ;;
  -h | --help) sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}"; exit ;;
esac
product=$1
labelled=$home/products/$product/labelled.csv

verdict=0
line=$(bash "$home/watch.sh" "$@") || verdict=$?
if [ "$verdict" -ne 4 ]; then
  if [ -n "$line" ]; then echo "$line"; fi
  case $verdict in 0 | 3) exit 0 ;; *) exit "$verdict" ;; esac
fi
echo "$line" >&2
before=$(mktemp)
trap 'rm -f "$before"' EXIT
if [ -f "$labelled" ]; then cp "$labelled" "$before"; fi
# shellcheck source-path=SCRIPTDIR source=../env.sh
(. "$home/../env.sh" && PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} python -P -m watch.labelled "$@")
if bash "$home/pipeline.sh" "$product"; then exit 0; fi
echo "relearn.sh: the gates refused the new model; the table is again as it was" >&2
if [ -s "$before" ]; then cp "$before" "$labelled"; else rm -f "$labelled"; fi
bash "$home/pipeline.sh" "$product" >/dev/null
exit 1
