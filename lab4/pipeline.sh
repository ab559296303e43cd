#!/usr/bin/env bash
# Makes the versions of the Titanic table anew, compares them with the published ones, switches between these, reports.
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

case "${1:-}" in
  "" | --experiments) ;;
  --help)
    echo "usage: pipeline.sh [--experiments]
  --experiments  also run the grid of DVC experiments (a few minutes)
DVC_REMOTE_URL chooses another remote (a folder, s3://, ssh://, gdrive://); see lab4/README.md."
    exit 0
    ;;
  *)
    echo "pipeline.sh: unknown option $1; --help lists them" >&2
    exit 2
    ;;
esac

# shellcheck source=env.sh
. "$here/../env.sh"
# An environment of its own, as Google Drive's client needs one (google_drive.md).
if [ -n "${LAB4_VENV:-}" ]; then PATH=$LAB4_VENV/bin:$PATH; fi

python "$here/data_creation.py"
python "$here/select_columns.py"
python "$here/fill_age.py"
python "$here/one_hot_sex.py"
python "$here/versions.py" check

status=0
python "$here/switch_versions.py" || status=$?
if [ "$status" -eq 3 ]; then # no history here; the message says how to get it
  echo "Data versions made and compared with the published ones: v0 v1 v2 v3"
  exit 0
elif [ "$status" -ne 0 ]; then
  exit "$status"
fi
if [ "${1:-}" = --experiments ]; then python "$here/experiments.py"; fi
python "$here/report.py"
echo "Data versions published and verified: v0 v1 v2 v3"
