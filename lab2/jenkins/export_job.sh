#!/usr/bin/env bash
# Saves the definition of a job of a running Jenkins: export_job.sh JOB [FILE]     (folder/job for one in a folder; default FILE: job.xml)
# JENKINS_URL (default http://localhost:8080/) and JENKINS_TOKEN_FILE, a file with USER:API-TOKEN, say where and who.
# FILE is replaced only when the answer is a job's definition.
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
fail() { echo "export_job.sh: $*" >&2; exit 1; }

case "${1:-}" in
  "" | -*) sed -n '2,4s/^# //p' "$here/export_job.sh" >&2; [ "${1:-}" = --help ] && exit 0; exit 2 ;;
  *[!A-Za-z0-9_./\ -]*) fail "the job's name '$1' has a character that is not supported" ;;
esac
job=$1
file=${2:-$here/job.xml}
url=${JENKINS_URL:-http://localhost:8080/}
token_file=${JENKINS_TOKEN_FILE:?export_job.sh: set JENKINS_TOKEN_FILE to a file with USER:API-TOKEN (Jenkins: user, Security, Add new token)}
[ -s "$token_file" ] || fail "JENKINS_TOKEN_FILE: $token_file is missing or empty"
login=$(tr -d '\r\n' <"$token_file")
case "$login" in ?*:?*) ;; *) fail "JENKINS_TOKEN_FILE: $token_file does not hold USER:API-TOKEN" ;; esac

path=${job//\//\/job\/}
new=$(mktemp "$file.XXXXXX")
trap 'rm -f "$new"' EXIT
# by standard input, since other users of the machine can read a command line
curl --silent --show-error --fail --max-time 30 --output "$new" --config - <<END || fail "$url has not given job '$job' (see above)"
url = "${url%/}/job/${path// /%20}/config.xml"
user = "${login//\"/\\\"}"
END
# a proxy's or a login's page is no definition
if ! grep -Eq '^<(flow-definition|project|org\.jenkinsci\.plugins\.workflow\.multibranch\.)' "$new"; then
  fail "the answer of $url for job '$job' is no job definition; $file stays as it was"
fi
chmod 644 "$new"
mv "$new" "$file"
echo "export_job.sh: saved job '$job' in $file" >&2
