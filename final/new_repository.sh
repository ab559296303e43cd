#!/usr/bin/env bash
# A git repository of your own with this service in it, without labs and example products: bash final/new_repository.sh FOLDER
# In it: bash pipeline.sh --data my.csv --target column, then serve.sh, page.sh, deploy/build.sh and test.sh. stdout is FOLDER.
set -euo pipefail
case ${1:-} in
  '') sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  -h | --help) sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}"; exit ;;
esac
new=$1
root=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
die() { echo "new_repository.sh: $*" >&2; exit 1; }
[ ! -e "$new" ] || [ -z "$(ls -A -- "$new")" ] || die "$new: exists and is not empty; name a new folder"
git -C "$root" rev-parse --verify --quiet HEAD >/dev/null || die "$root: needs a git checkout, since git knows which files belong to it"

parent=$(cd -P -- "$(dirname -- "$new")" && pwd -P) || die "$new: the folder above it does not exist"
case $parent/ in "$root"/*) die "$new: is inside this repository; name a folder outside of it" ;; esac
new=$parent/$(basename -- "$new")
mkdir -p -- "$new"

# copied PATH... as git lists them, from a folder of this repository
copied() {
  git -C "$root/$1" ls-files -coz --exclude-standard -- "${@:2}" | tar -C "$root/$1" --null -cf - -T - | tar -C "$new" -xf -
}
copied . env.sh requirements.in requirements.txt test.sh conftest.py pyproject.toml LICENSE .gitignore tools/image \
  tests/support/gitlab.py tests/plain_code.py
cat -- "$root/.gitignore" "$root/final/.gitignore" >"$new.gitignore"
copied final ':!bench' ':!products' ':!dvc.lock' ':!img' ':!howto' ':!new_repository.sh' ':!prove_gates.sh' ':!tests/conftest.py' ':!tests/pipeline' ':!tests/system' \
  ':!tests/equivalent_mutants.yaml'
mv -- "$new.gitignore" "$new/.gitignore"
cd -- "$new"
mkdir products
printf 'products: []\n' >products/index.yaml

# Tests of the example products stay behind, and what was said from outside the folder is said from inside of it.
grep -rlIE --exclude-dir data_quality 'titanic|weather|temperatures|lab[1-5]|jenkinsfiles|(from|import) bench|tests\.support\.(checkout|servers|docker|running_service)' tests | tr '\n' '\0' | xargs -0 rm
grep -rhoE --include='*.py' 'tests\.support\.\w+' tests | sort -u | while read -r module; do
  [ -e "${module//.//}.py" ] || grep -rlwZ --include='*.py' "$module" tests | xargs -0 rm # it needs what stays behind
done
find tests -type d -empty -delete
# shellcheck disable=SC2016 # the dollars are the files'
find . -type f ! -path './requirements*' -print0 | xargs -0 sed -i -E \
  -e 's#\.\./\.\./(env\.sh|requirements\.txt|tools/)#UP/\1#g' \
  -e 's#/\.\./(env\.sh|requirements\.txt)#/\1#g; s#([ =])\.\./env\.sh#\1./env.sh#g; s#\.\./(requirements\.txt)#\1#g; s#\bUP/#../#g' \
  -e 's#\$here/\.\./\.\."#$here/.."#g; /^ +cd \.\.$/d; s#FINAL\.parent\b#FINAL#g; s#\bfinal/##g; s#, "bench"##g' \
  -e "s#\\$\{2:-titanic\}#\${2:?needs a product}#; s#defaultValue: 'titanic'#defaultValue: ''#"
mv README.md MANUAL.md
find . -name '*.md' -exec sed -i -E '/\]\((\.\.\/)*(img|bench|howto|lab[1-5]|pyproject|CONTRIBUTING|README)/d' {} +
cat >README.md <<'END'
# A prediction service

```
bash pipeline.sh --data my.csv --target column    # drafts products/my/product.yaml, trains, tests, promotes
bash pipeline.sh                                  # again, after a change: runs only what changed
bash serve.sh                                     # answers on 127.0.0.1:8000; page.sh shows it to people
bash deploy/build.sh my all                       # the image, with the champion inside
bash test.sh                                      # checks and tests
```

How it works and what it can do is in [MANUAL.md](MANUAL.md). [Jenkinsfile](Jenkinsfile) needs the name of your product as the default of its parameter PRODUCT.
END
git init --quiet --initial-branch main
git add --all
echo "new_repository.sh: made; see README.md there, then commit" >&2
echo "$new"
