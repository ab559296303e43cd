#!/usr/bin/env bash
# Saves the definition of a job of a running Jenkins: export_job.sh JOB [FILE]     (folder/job for a job in a folder; default FILE: job.xml)
# JENKINS_URL (default http://localhost:8080/) is the server; JENKINS_TOKEN_FILE is a file with USER:API-TOKEN.
# FILE is replaced only if the answer is a job definition.
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
fail() { echo "export_job.sh: $*" >&2; exit 1; }

case "${1:-}" in
  "" | -*) sed -n '2,4s/^# //p' "$here/export_job.sh" >&2; [ "${1:-}" = --help ] && exit 0; exit 2 ;;
  *[!A-Za-z0-9_./\ -]*) fail "the job name '$1' has a character that is not supported" ;;
esac
job=$1 file=${2:-$here/job.xml} url=${JENKINS_URL:-http://localhost:8080/}
token_file=${JENKINS_TOKEN_FILE:?export_job.sh: set JENKINS_TOKEN_FILE to a file with USER:API-TOKEN (Jenkins: user, Security, Add new token)}
login=$(tr -d '\r\n' <"$token_file") || fail "JENKINS_TOKEN_FILE: cannot read $token_file"
case "$login" in ?*:?*) ;; *) fail "JENKINS_TOKEN_FILE: $token_file does not hold USER:API-TOKEN" ;; esac

path=${job//\//\/job\/}
new=$(mktemp "$file.XXXXXX")
trap 'rm -f "$new"' EXIT
# settings through standard input: other users of the machine can read a command line
curl --silent --show-error --fail --max-time 30 --output "$new" --config - <<END || fail "$url did not return job '$job' (see above)"
url = "${url%/}/job/${path// /%20}/config.xml"
user = "${login//\"/\\\"}"
END
# a login page or a proxy's page is not a definition
grep -Eq '^<(flow-definition|project|org\.jenkinsci\.plugins\.workflow\.multibranch\.)' "$new" ||
  fail "the answer of $url for job '$job' is not a job definition; $file is unchanged"
chmod 644 "$new"
mv "$new" "$file"
echo "export_job.sh: saved job '$job' in $file" >&2
