#!/usr/bin/env bash
# How the four versions of titanic.csv were published: each is a commit of titanic.csv.dvc, its bytes are in dvc_remote/.
# It runs once, since a published version never changes; a further version takes the same commands (see README.md).
set -euo pipefail
cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")"
if [ -e versions.yaml ]; then
  echo "publish.sh: lab4/versions.yaml exists, so the versions are published; README.md shows how to add one" >&2
  exit 1
fi
# shellcheck source=env.sh
. ../env.sh

publish() { # NAME CHANGE
  dvc import-url --force "data/$1.csv" titanic.csv
  dvc push titanic.csv.dvc
  git add titanic.csv.dvc dvc_remote
  git commit -m "Publish $1 of the Titanic table" -m "$2" -- titanic.csv.dvc dvc_remote
  python versions.py add "$1" "$2"
}

python data_creation.py
publish v0 "The raw table of catboost.datasets.titanic()."
python select_columns.py
publish v1 "Only the columns Pclass, Sex, Age and the target Survived."
python fill_age.py
publish v2 "The missing ages are filled with the mean age."
python one_hot_sex.py
publish v3 "Sex is one-hot encoded as Sex_female and Sex_male."

git add versions.yaml
git commit -m "Name the commits of the four published versions" -- versions.yaml
