#!/usr/bin/env bash
# Runs Jenkinsfiles here, without a server. The exit code is the result's: SUCCESS 0, UNSTABLE 2, FAILURE and ABORTED 1.
#
# Usage: run.sh FILE... [options]
#   --stage NAME        run only this stage; may be given several times
#   --param NAME=VALUE  a parameter that the file declares
#   --branch NAME       the branch for `when { branch }` and BRANCH_NAME (default: the branch that is checked out)
#   --workspace FOLDER  where the steps run (default: the root of the file's git repository)
#   --builds FOLDER     where logs and archived files go (default: builds/ next to this script)
#   --check             run nothing, only check that the runner supports everything in the files
# A usage error exits with 64. A Jenkinsfile with anything that the runner does not support is refused before anything runs.
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

for argument in "$@"; do
  case "$argument" in --help | -h) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$here/run.sh"; exit 0 ;; esac
done
if ! command -v groovy >/dev/null; then
  echo "run.sh: needs the program groovy; on Debian and Ubuntu: apt-get install groovy" >&2
  exit 69
fi
if [ -z "${JAVA_HOME:-}" ] && command -v java >/dev/null; then
  JAVA_HOME=$(dirname -- "$(dirname -- "$(readlink -f -- "$(command -v java)")")")
  export JAVA_HOME
fi
# a small program that runs for seconds: the quick compiler and the plain collector are enough
export JAVA_OPTS="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dfile.encoding=UTF-8 ${JAVA_OPTS:-}"
exec groovy -cp "$here" "$here/run.groovy" "$@"
