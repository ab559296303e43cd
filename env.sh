# shellcheck shell=bash
# Sourced by every pipeline.sh and by test.sh: puts this repository's python first on PATH, making or renewing .venv
# when requirements.txt changed. Silent on stdout. PYTHON=/path/to/python chooses the interpreter.

# As git sets them inside a hook; they would lead the git of the runs to the hook's repository.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX GIT_COMMON_DIR GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
unset GIT_NAMESPACE GIT_QUARANTINE_PATH
# A uid that /etc/passwd does not know, as in many containers: DVC and pip ask for a name and a home.
if ! id -un >/dev/null 2>&1; then
  export LOGNAME="${LOGNAME:-$(id -u)}" HOME="${HOME:-${TMPDIR:-/tmp}}"
fi

_root=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
_venv=$_root/.venv

_lock_hash() {
  if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi
}

# What .venv must be made of: the lock's hash and the place it was made for (its scripts name that place).
_wanted() {
  printf '%s %s\n' "$(_lock_hash "$_root/requirements.txt")" "$(cd -P -- "$_venv" 2>/dev/null && pwd -P)"
}

_is_current() {
  [ -x "$_venv/bin/python" ] && [ -r "$_venv/.complete" ] && [ "$(<"$_venv/.complete")" = "$(_wanted)" ]
}

_find_python() {
  local candidate version seen=""
  for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python; do
    version=$("$candidate" -c 'import platform; print(platform.python_version())' 2>/dev/null) || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      command -v "$candidate"
      return
    fi
    seen="$seen $candidate=$version"
    if [ "$candidate" = "${PYTHON:-}" ]; then break; fi
  done
  echo "env.sh: needs python >= 3.11, found:${seen:- none}. Install one, or name it: PYTHON=/path/to/python3.11" >&2
  return 1
}

_install() {
  local python uv_pin how=(--quiet)
  if [ -t 2 ]; then how=(); fi
  # Python that may not keep its bytecode, as in many containers, would compile every import of every process again.
  if [ -n "${PYTHONDONTWRITEBYTECODE:-}" ]; then how+=(--compile-bytecode); fi
  python=$(_find_python) || return 1
  # flock() belongs to the open file, so this shell holds it until descriptor 9 is closed or the shell dies.
  exec 9>"$_root/.venv.lock"
  "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)' 2>/dev/null || {
    echo "env.sh: another run is installing into $_venv, waiting for it" >&2
    "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)' || return 1
  }
  if _is_current; then return 0; fi
  echo "env.sh: installing requirements.txt into $_venv (once, and again when the lock changes)" >&2
  if [ -L "$_venv" ]; then rm -f "$_venv"; fi # a link leads to another checkout's environment, which is not ours to clear
  rm -f "$_venv/.complete"
  "$python" -m venv --clear "$_venv" >&2 || {
    echo "env.sh: '$python -m venv' failed; on Debian and Ubuntu: apt-get install python3-venv" >&2
    return 1
  }
  uv_pin=$(awk '/^uv==/ {on=1} on {print} on && !/\\$/ {exit}' "$_root/requirements.txt")
  if "$_venv/bin/python" -m pip install --quiet --require-hashes -r /dev/stdin <<<"$uv_pin" >&2 &&
    "$_venv/bin/uv" pip install ${how[@]+"${how[@]}"} --python "$_venv/bin/python" --require-hashes -r "$_root/requirements.txt" >&2; then
    :
  else
    echo "env.sh: uv could not install the lock, trying pip" >&2
    "$_venv/bin/python" -m pip install --require-hashes -r "$_root/requirements.txt" >&2 || {
      echo "env.sh: the installation failed, see above; it will be tried again by the next run" >&2
      return 1
    }
  fi
  _wanted >"$_venv/.complete.new" && mv "$_venv/.complete.new" "$_venv/.complete"
}

# A closed stream, as a scheduler may leave it, would give its number to the next file that is opened.
{ : 9<&0; } 2>/dev/null || exec </dev/null
{ : 9>&1; } 2>/dev/null || exec >/dev/null
: 9>&2 || exec 2>/dev/null

if ! _is_current; then
  _install
  _installed=$?
  exec 9>&-
  if [ "$_installed" -ne 0 ]; then return 1; fi
fi
export VIRTUAL_ENV=$_venv PATH="$_venv/bin:$PATH"
unset PYTHONHOME _root _venv
unset -f _lock_hash _wanted _is_current _find_python _install
