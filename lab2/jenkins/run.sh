#!/usr/bin/env bash
# Runs Jenkinsfiles here, stage by stage, as a Jenkins server would, and returns its result: SUCCESS 0, UNSTABLE 2, FAILURE and ABORTED 1.
#
# Usage: run.sh FILE... [options]
#   --param NAME=VALUE       a parameter that the file declares
#   --stage NAME             only this stage (with those around and below it); may be given several times
#   --branch NAME            what `when { branch }` and BRANCH_NAME see; else the branch that is checked out
#   --credential ID=KIND:... lends a credential: ID=text:VARIABLE, ID=userpass:VARIABLE:VARIABLE, ID=file:PATH, ID=sshkey:USER:PATH
#   --workspace FOLDER       where the steps run; else the root of the file's git repository
#   --builds FOLDER          where logs and archived artifacts go; else builds/ beside this script
#   --check                  only look whether everything in the files is known
# A usage error exits with 64. A Jenkinsfile with a section, option, trigger, condition or step that the runner does not know is refused.
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
# one small program for a few seconds: the quick compiler and the plain collector are enough
export JAVA_OPTS="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dfile.encoding=UTF-8 ${JAVA_OPTS:-}"
exec groovy -cp "$here" "$here/run_jenkinsfile.groovy" "$@"
