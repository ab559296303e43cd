#!/usr/bin/env bash
# Builds, tests and publishes a Docker image of a git checkout: image.sh --image NAME --context FOLDER build|smoke|push|all
#
#   build   builds it, labels it and tags it with the commit and with the branch; `-dirty` if there are uncommitted changes
#   smoke   starts it locked down, waits until it is healthy, runs the smoke command, stops it by SIGTERM
#   push    pushes both tags to REGISTRY (host[:port][/path]) and pulls them back by digest; refuses uncommitted changes
#           and an image that has not passed smoke
#   all     build and smoke, and push if REGISTRY is set
#
#   --image NAME       name of the image, without a tag
#   --context FOLDER   what to build from
#   --file FILE        default: CONTEXT/Dockerfile
#   --target STAGE     of the Dockerfile; default: the last one
#   --port PORT        where the container listens (default 8000)
#   --build OPTION     one more option for docker build, like --label=a=b; may be repeated
#   --run OPTION       one more option for docker run in smoke, like --env=A=b; may be repeated
#   --smoke COMMAND    a bash command that finds the container at $URL; a non-zero exit code is a failure
#
# BASE_IMAGE names the base (default: the answer of base_image.sh), BRANCH_NAME the branch of a detached checkout, as in CI.
# stdout is the image: NAME:<commit>, or after a push REGISTRY/NAME@sha256:...
set -euo pipefail
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE # as git sets them inside a hook, of another repository than CONTEXT's
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
image='' context='' file='' target=() port=8000 build=() run=() smoke_command=true

say() { echo "image.sh: $*" >&2; }
die() { say "$*"; exit 1; }
id_of() { docker image inspect --format '{{.Id}}' "$1" 2>/dev/null; }

# A tag is at most 128 of [A-Za-z0-9_.-], the first not . or -. A branch that looks like a commit gets a prefix.
tag_safe() {
  local tag
  tag=$(printf %s "$1" | LC_ALL=C tr -c 'A-Za-z0-9_.-' '-' | sed 's/^[.-]*//' | cut -c 1-110)
  if [[ $tag =~ ^[0-9a-f]{12} ]]; then tag=branch-$tag; fi
  echo "$tag"
}

describe() {
  local changes suffix='' branch
  revision=$(git -C "$context" rev-parse --verify --quiet HEAD 2>/dev/null) || die "$context: needs a git checkout with a commit"
  changes=$(git -C "$context" status --porcelain) || die "$context: git status fails"
  if [ -n "$changes" ]; then suffix=-dirty; fi
  branch=${BRANCH_NAME:-$(git -C "$context" symbolic-ref --quiet --short HEAD || true)}
  dirty=$suffix
  sha_tag=${revision:0:12}$suffix
  branch_tag=$(tag_safe "$branch")
  tags=("$sha_tag" ${branch_tag:+"$branch_tag$suffix"})
}

# A remote's address without its password; the path of a local folder is not published.
source_url() {
  local url
  url=$(git -C "$context" remote get-url origin 2>/dev/null || true)
  case $url in
    https://* | ssh://* | git@*) printf '%s\n' "$url" | sed -E 's#//[^@/]*@#//#' ;;
    *) echo unknown ;;
  esac
}

# An image that lost its last tag to a newer one is removed, by its id.
drop_if_untagged() {
  if [ -n "$1" ] && [ "$(docker image inspect --format '{{len .RepoTags}}' "$1" 2>/dev/null)" = 0 ]; then
    docker rmi "$1" >/dev/null 2>&1 || true
  fi
}

# Builds of one machine follow each other: an engine without BuildKit makes the same layers again for each that it meets halfway.
build() {
  local base tag old id iid prefix=org.opencontainers.image
  base=$(bash "$here/base_image.sh")
  exec 8>"${TMPDIR:-/tmp}/image.$(id -u).lock"
  flock 8
  iid=$(mktemp)
  # shellcheck disable=SC2064
  trap "rm -f '$iid'" EXIT
  docker build --iidfile "$iid" --file "$file" ${target[@]+"${target[@]}"} ${build[@]+"${build[@]}"} \
    --build-arg BASE_IMAGE="$base" --label "$prefix.version=$sha_tag" --label "$prefix.revision=$revision" \
    --label "$prefix.source=$(source_url)" --label "$prefix.created=$(git -C "$context" show -s --format=%cI HEAD)" \
    "$context" >&2 || die "the build failed (see above)"
  id=$(<"$iid")
  rm -f "$iid" # the trap may be another one by then
  for tag in "${tags[@]}"; do
    old=$(id_of "$image:$tag" || true)
    docker tag "$id" "$image:$tag"
    drop_if_untagged "$old"
  done
  exec 8>&-
  say "built ${tags[*]/#/$image:}"
}

smoke() {
  local id name state exit_code waited=0
  id=$(id_of "$image:$sha_tag") || die "there is no $image:$sha_tag; build it first"
  docker rmi "$image:$sha_tag-smoked" >/dev/null 2>&1 || true # an earlier pass does not count if it fails now
  name=${image//[^A-Za-z0-9_.-]/-}-smoke-$$
  # shellcheck disable=SC2064
  trap "docker rm --force --volumes '$name' >/dev/null 2>&1" EXIT
  docker run --detach --name "$name" --publish "127.0.0.1::$port" --health-interval 1s --read-only --tmpfs /tmp \
    --cap-drop ALL --security-opt no-new-privileges --memory 1g --pids-limit 256 \
    ${run[@]+"${run[@]}"} "$id" >/dev/null || die "$image:$sha_tag does not start"
  until state=$(docker inspect -f '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}' "$name") &&
    [ "$state" = "running healthy" ]; do
    case $state in
      'running starting') ;;
      *) docker logs "$name" >&2; die "$image:$sha_tag is '$state' instead of 'running healthy'; its log is above" ;;
    esac
    waited=$((waited + 1))
    if [ "$waited" -gt 180 ]; then docker logs "$name" >&2; die "$image:$sha_tag is not healthy after 90 s"; fi
    sleep 0.5
  done
  if ! URL="http://$(docker port "$name" "$port/tcp" | head -n 1)" bash -c "$smoke_command" >&2; then
    docker logs "$name" >&2
    die "$image:$sha_tag does not pass: $smoke_command; the container's log is above"
  fi
  docker stop --time 10 "$name" >/dev/null
  exit_code=$(docker inspect -f '{{.State.ExitCode}}' "$name")
  case $exit_code in
    0 | 143) ;;
    *) docker logs "$name" >&2; die "$image:$sha_tag does not stop when asked to: exit code $exit_code" ;;
  esac
  docker rm --volumes "$name" >/dev/null
  docker tag "$id" "$image:$sha_tag-smoked" # push looks for this tag; it is never pushed
  say "$image:$sha_tag passed"
}

push() {
  local id tag digest pushed=''
  [ -n "${REGISTRY:-}" ] || die "push needs REGISTRY=host[:port][/path]"
  [ -z "$dirty" ] || die "REFUSED: there are uncommitted changes; commit them, then build again"
  id=$(id_of "$image:$sha_tag") || die "there is no $image:$sha_tag; build it first"
  [ "$(id_of "$image:$sha_tag-smoked" || true)" = "$id" ] || die "REFUSED: $image:$sha_tag has not passed smoke"
  for tag in "${tags[@]}"; do
    docker tag "$id" "$REGISTRY/$image:$tag"
    docker push "$REGISTRY/$image:$tag" >&2 || die "the push of $REGISTRY/$image:$tag failed (see above)"
    digest=$(docker image inspect --format '{{join .RepoDigests "\n"}}' "$id" | grep -F "$REGISTRY/$image@" | head -n 1)
    pushed=${pushed:-$digest}
    [ "$digest" = "$pushed" ] || die "$tag was pushed as $digest, but ${tags[0]} as $pushed"
  done
  docker pull "$pushed" >&2 || die "what was pushed cannot be pulled: $pushed"
  [ "$(id_of "$pushed")" = "$id" ] || die "$pushed is not the image that was pushed"
  result=$pushed
}

command=''
usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; }
while [ $# -gt 0 ]; do
  case $1 in
    build | smoke | push | all) command=$1; shift; continue ;;
    -h | --help) usage; exit ;;
    --image | --context | --file | --target | --port | --build | --run | --smoke) ;;
    *) say "unknown argument '$1'; see --help"; exit 2 ;;
  esac
  [ $# -gt 1 ] || { say "$1 needs a value; see --help"; exit 2; }
  case $1 in
    --image) image=$2 ;;
    --context) context=$2 ;;
    --file) file=$2 ;;
    --target) target=(--target "$2") ;;
    --port) port=$2 ;;
    --build) build+=("$2") ;;
    --run) run+=("$2") ;;
    --smoke) smoke_command=$2 ;;
  esac
  shift 2
done
[ -n "$command" ] || { say "needs a command: build, smoke, push or all; see --help"; exit 2; }
if [ -z "$image" ] || [ -z "$context" ]; then say "needs --image NAME and --context FOLDER; see --help"; exit 2; fi
file=${file:-$context/Dockerfile}
docker info >/dev/null 2>&1 || die "needs a Docker engine that answers; try: docker info"
describe
result=$image:$sha_tag
case $command in
  all)
    build
    smoke
    if [ -n "${REGISTRY:-}" ]; then push; fi ;;
  *) "$command" ;;
esac
echo "$result"
