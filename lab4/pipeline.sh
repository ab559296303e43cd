#!/usr/bin/env bash
# Publishes three versions of the Titanic table with git and DVC, proves that each can be switched to, and reports.
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

experiments="" fresh=()
for option in "$@"; do
  case $option in
    --experiments) experiments=yes ;;
    --fresh) fresh=(--fresh) ;;
    --help)
      echo "usage: pipeline.sh [--experiments] [--fresh]
  --experiments  also run the grid of DVC experiments (a minute or two)
  --fresh        forget what earlier runs published in lab4/workspace and lab4/remote
DVC_REMOTE_URL chooses where the data go (a folder, s3://, ssh://, gdrive://); see lab4/README.md."
      exit 0
      ;;
    *)
      echo "pipeline.sh: unknown option $option; --help lists them" >&2
      exit 2
      ;;
  esac
done

# shellcheck source=env.sh
. "$here/../env.sh"
# An environment of the caller's own, as Google Drive's client needs one (google_drive.md).
if [ -n "${LAB4_VENV:-}" ]; then PATH=$LAB4_VENV/bin:$PATH; fi

python "$here/data_creation.py" --output "$here/data/v1.csv" --note "$here/data/source.txt"
python "$here/fill_age.py" --input "$here/data/v1.csv" --output "$here/data/v2.csv"
python "$here/one_hot_sex.py" --input "$here/data/v2.csv" --output "$here/data/v3.csv"
python "$here/publish.py" ${fresh[@]+"${fresh[@]}"}
python "$here/reproduce.py"
python "$here/switch_versions.py"
if [ -n "$experiments" ]; then python "$here/experiments.py"; fi
python "$here/report.py"
