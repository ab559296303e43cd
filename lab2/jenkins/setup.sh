#!/usr/bin/env bash
# Makes what the server needs on this machine, if it is missing: secrets/ and a bare repository with the push hook.
# Usage: setup.sh [--repository FOLDER] [--secrets FOLDER]    (defaults: repository.git and secrets next to this script)
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
repository=$here/repository.git
secrets=$here/secrets

while [ $# -gt 0 ]; do
  case "$1" in
    --help | -h) sed -n '2,3s/^# //p' "$here/setup.sh"; exit 0 ;;
    --repository) repository=${2:?--repository needs a folder}; shift 2 ;;
    --secrets) secrets=${2:?--secrets needs a folder}; shift 2 ;;
    *) { echo "setup.sh: unknown argument: $1"; sed -n '3s/^# //p' "$here/setup.sh"; } >&2; exit 2 ;;
  esac
done

# The folder is closed to others; the files in it are readable, because the container runs as another user.
mkdir -p "$secrets"
chmod 700 "$secrets"
secrets=$(cd -P -- "$secrets" && pwd -P)
# docker-compose 1.29 makes a folder in place of a missing secret file
find "$secrets" -mindepth 1 -type d -empty -delete
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
for name in admin_password push_token; do
  if [ ! -s "$secrets/$name" ]; then random >"$secrets/$name"; echo "setup.sh: made $secrets/$name" >&2; fi
done
for name in agent_key agent_host_key; do
  if [ ! -s "$secrets/$name" ]; then
    ssh-keygen -q -t ed25519 -N '' -C '' -f "$secrets/$name"
    echo "setup.sh: made $secrets/$name" >&2
  fi
done
chmod 644 "$secrets"/*

if [ ! -d "$repository" ]; then
  git init -q --bare -b main "$repository"
  echo "setup.sh: made $repository" >&2
fi
install -m 755 "$here/push_hook.sh" "$repository/hooks/post-receive"
git -C "$repository" config jenkins.tokenFile "$secrets/push_token"
git -C "$repository" config --get jenkins.url >/dev/null || git -C "$repository" config jenkins.url http://localhost:8080/
git -C "$repository" config --get jenkins.cloneUrl >/dev/null || git -C "$repository" config jenkins.cloneUrl file:///srv/git/repository.git
echo "setup.sh: ready. The user is admin, the password is in $secrets/admin_password; push to $repository" >&2
