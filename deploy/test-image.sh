#!/usr/bin/env bash
# Builds the image and tries it, without Docker and without an image registry: as root on Debian, in about three minutes.
#
#   apt-get install podman runc debootstrap curl openssl && npm ci && deploy/test-image.sh
#
# The two base images are stand-ins: Debian by debootstrap, and the same with the Node of node_modules and this machine's
# npm. What is built on them, and how it is run, is deploy/Dockerfile as it stands. Podman builds and runs it, because it
# needs no daemon. Everything is made in one folder below TMPDIR (3 GB) and removed at the end.
#
#   DEBIAN_MIRROR         where debootstrap fetches from     (default http://deb.debian.org/debian)
#   NODE_EXTRA_CA_CERTS   behind a proxy that ends TLS: also believed while npm installs; not in the image
set -euo pipefail

readonly MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
ROOT=$(cd "$(dirname "$0")/.." && pwd)
readonly ROOT
readonly NODE=$ROOT/node_modules/node/bin/node
readonly IMAGE=localhost/claviger:test
readonly NETWORK=claviger-image-$$
readonly DATA=/var/lib/claviger/data
readonly USER_ID=10001
readonly GRACE_SECONDS=20

# ── what must be there ───────────────────────────────────────────────────────────────────────────────────────────────

missing=()
[[ $(id -u) == 0 ]] || missing+=('root: debootstrap and podman make devices and mounts')
for program in podman debootstrap curl openssl npm; do
  command -v "$program" > /dev/null || missing+=("$program: apt-get install $program")
done
[[ -x $NODE ]] || missing+=('node_modules: npm ci')
if ((${#missing[@]} > 0)); then
  echo 'The image cannot be tried here. Missing:' >&2
  printf '  - %s\n' "${missing[@]}" >&2
  exit 2
fi

# ── how it is said, and how it ends ──────────────────────────────────────────────────────────────────────────────────

say() { printf '\n== %s\n' "$*"; }
good() { printf '   ok: %s\n' "$*"; }
fail() {
  printf '\n   NOT: %s\n' "$*" >&2
  pod logs server >&2 2> /dev/null || true
  exit 1
}

WORK=$(mktemp -d "${TMPDIR:-/var/tmp}/claviger-image.XXXXXX")
readonly WORK
runtime=()
pod() {
  podman --root "$WORK/storage" --runroot "$WORK/run" --tmpdir "$WORK/tmp" --storage-driver vfs \
    --cgroup-manager cgroupfs "${runtime[@]}" "$@"
}
clean_up() {
  pod rm --all --force --time 0 > /dev/null 2>&1 || true
  pod network rm "$NETWORK" > /dev/null 2>&1 || true
  rm -rf --one-file-system "$WORK"
}
trap clean_up EXIT

# the limits are those of a modest machine; podman's own are above what some allow
run() { pod run --log-driver k8s-file --ulimit nofile=4096:4096 --ulimit nproc=4096:4096 "$@"; }

# ── the stand-ins ────────────────────────────────────────────────────────────────────────────────────────────────────

say 'debian:trixie-slim, by debootstrap'
debootstrap --variant=minbase trixie "$WORK/debian" "$MIRROR" > "$WORK/debootstrap.log" 2>&1 ||
  { tail -n 20 "$WORK/debootstrap.log" >&2; fail 'debootstrap made a Debian'; }
# as in the slim image
rm -rf "$WORK"/debian/usr/share/{doc,info,locale,man}/* "$WORK"/debian/var/cache/apt/* "$WORK"/debian/var/lib/apt/lists/*
tar -C "$WORK/debian" -c . | pod import --quiet - docker.io/library/debian:trixie-slim > /dev/null
rm -rf --one-file-system "$WORK/debian"
good "$(pod image inspect --format '{{.Size}}' docker.io/library/debian:trixie-slim) bytes"

say 'node:24-trixie-slim, from it'
mkdir "$WORK/node"
cp "$NODE" "$WORK/node/node"
cp -RL "$(npm root --global)/npm" "$WORK/node/npm"
cp "${NODE_EXTRA_CA_CERTS:-/dev/null}" "$WORK/node/authorities.pem"
cat > "$WORK/node/Dockerfile" << 'END'
FROM docker.io/library/debian:trixie-slim
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY authorities.pem /usr/local/share/authorities.pem
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ENV NODE_EXTRA_CA_CERTS=/usr/local/share/authorities.pem
END
# chroot: the steps of a build need no namespaces of their own
build() { pod build --isolation chroot --pull=never --layers=false "$@"; }
build --quiet --tag docker.io/library/node:24-trixie-slim "$WORK/node" > /dev/null
rm -r "$WORK/node"
good "Node $("$NODE" --version), npm $(npm --version)"

# crun wants cgroups of one version, runc takes both
for name in crun runc; do
  command -v "$name" > /dev/null || continue
  runtime=(--runtime "$name")
  run --rm --network none docker.io/library/debian:trixie-slim true > "$WORK/runtime.log" 2>&1 && break
  runtime=()
done
((${#runtime[@]} > 0)) || { cat "$WORK/runtime.log" >&2; fail 'this machine can run containers (tried crun and runc)'; }

# ── the image ────────────────────────────────────────────────────────────────────────────────────────────────────────

say 'the image, from deploy/Dockerfile'
build --file "$ROOT/deploy/Dockerfile" --tag "$IMAGE" "$ROOT" > "$WORK/build.log" 2>&1 ||
  { tail -n 40 "$WORK/build.log" >&2; fail 'the image builds'; }
whole=$(pod image inspect --format '{{.Size}}' "$IMAGE")
base=$(pod image inspect --format '{{.Size}}' docker.io/library/debian:trixie-slim)
good "$((whole / 1000000)) MB, of which $(((whole - base) / 1000000)) MB are ours"

tests=$(run --rm --network none --entrypoint find "$IMAGE" packages -path '*/node_modules' -prune -o -name '*.test.ts' -print)
[[ -z $tests ]] || fail "no tests are in the image: $tests"
good 'no tests are in it'

say 'beyond loopback, without TLS and without a proxy that ends it'
code=0
run --rm --network none "$IMAGE" > "$WORK/refusal.log" 2>&1 || code=$?
[[ $code == 1 ]] || fail "it refuses to start (exit code $code)"
grep -q 'keys would travel in plain text' "$WORK/refusal.log" || { cat "$WORK/refusal.log"; fail 'it says why'; }
good "refused: $(grep 'plain text' "$WORK/refusal.log")"

# ── the server ───────────────────────────────────────────────────────────────────────────────────────────────────────

mkdir "$WORK/tls"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -keyout "$WORK/tls/key.pem" -out "$WORK/tls/cert.pem" 2> /dev/null
chown -R "$USER_ID" "$WORK/tls"

pod network create "$NETWORK" > /dev/null
start_server() {
  run --detach --name server --network "$NETWORK" --publish 127.0.0.1::7300 --volume "claviger:$DATA" \
    --volume "$WORK/tls:/tls:ro" --volume "$ROOT/examples:/examples:ro" \
    --env CLAVIGER_TLS_CERT=/tls/cert.pem --env CLAVIGER_TLS_KEY=/tls/key.pem \
    --env CLAVIGER_ALLOW_PRIVATE_UPSTREAMS=127.0.0.1 "$@" "$IMAGE" > /dev/null
  await_ready
}
await_ready() {
  local port attempt
  port=$(pod port server 7300/tcp)
  url=https://localhost:${port##*:}
  for ((attempt = 0; attempt < 120; attempt++)); do
    if [[ $(call /readyz 2> /dev/null) == ready ]]; then start_upstream && return; fi
    [[ $(pod inspect --format '{{.State.Running}}' server) == true ]] || fail 'the server keeps running'
    sleep 0.5
  done
  fail 'the server is ready within a minute'
}
# beside the server, so that no network is needed; slow, so that a stream can be stopped in the middle
start_upstream() {
  pod exec --detach --env PORT=7400 --env STAND_IN_KEY=sk-stand-in --env STAND_IN_DELAY_MS=500 server \
    node /examples/stand-in-upstream.mjs > /dev/null
  sleep 1
}
call() { curl --silent --show-error --cacert "$WORK/tls/cert.pem" "$url$1" "${@:2}"; }
# the command line inside the container, over TLS like anybody
cli() {
  pod exec --interactive --env CLAVIGER_TOKEN="${admin_key:-}" --env CLAVIGER_URL=https://localhost:7300 \
    --env NODE_EXTRA_CA_CERTS=/tls/cert.pem server claviger "$@" < "${input:-/dev/null}"
}
pick() { "$NODE" "$ROOT/tools/pick.mjs" "$1"; }
chat() {
  call /openai/v1/chat/completions --header "Authorization: Bearer $1" --header 'Content-Type: application/json' \
    --data "{\"model\":\"fast\",\"stream\":$2,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}"
}
serves() {
  chat "$key" false | grep -q chat.completion || fail "a key is served $1"
  chat "${key}x" false | grep -q '"error"' || fail "a wrong key is refused $1"
  good "a key is served $1, a wrong one is refused"
}

say 'with TLS'
start_server
good "ready at $url"
call /api/openapi.json | grep '"openapi"' > /dev/null || fail 'the description of the API is in the image'

users=$(pod exec server sh -c 'cat /proc/[0-9]*/status' | grep ^Uid: | sort -u)
[[ $users == $(printf 'Uid:\t%s\t%s\t%s\t%s' $USER_ID $USER_ID $USER_ID $USER_ID) ]] || fail "nothing runs as root: $users"
[[ $(pod exec server cat /proc/1/cmdline | tr '\0' ' ') == 'node '* ]] || fail 'the server is process 1, so that it gets the signals'
good "everything in it runs as user $USER_ID, the server as process 1"

admin_key=$(cli admin create-key --role owner --json | pick secret)
echo sk-stand-in > "$WORK/provider-key"
api=$(cli apis create --name demo --prefix demo --scope chat --json | pick id)
app=$(cli apps create --name app --owner me@example.com --json | pick id)
provider_key=$(input=$WORK/provider-key cli provider-keys create --name stand-in --provider stand-in \
  --origin http://127.0.0.1:7400 --json | pick id)
cli models create --name fast --api "$api" --scope chat --base-url http://127.0.0.1:7400/v1 --upstream-model stand-in-1 \
  --provider-key "$provider_key" > /dev/null
created=$(cli keys create --name laptop --app "$app" --api "$api" --scope chat --json)
key=$(pick secret <<< "$created")
serves 'from outside'

say 'a second container on the same volume'
code=0
run --rm --network none --volume "claviger:$DATA" --env CLAVIGER_LISTEN=127.0.0.1:7300 "$IMAGE" > "$WORK/second.log" 2>&1 ||
  code=$?
[[ $code == 1 ]] || fail "it is refused (exit code $code)"
grep -q 'is running on the data directory' "$WORK/second.log" || { cat "$WORK/second.log" >&2; fail 'it is told why'; }
[[ $(pod exec server grep --count 'starting PostgreSQL' $DATA/postgres.log) == 1 ]] || fail 'the database runs once'
good 'refused'
serves 'by the first all the same'

say 'SIGTERM in the middle of a stream'
chat "$key" true > "$WORK/stream.log" &
stream=$!
sleep 1.5
SECONDS=0
pod stop --time 30 server > /dev/null
took=$SECONDS
wait "$stream" || fail 'the stream came to its end'
grep -q '\[DONE\]' "$WORK/stream.log" || fail 'the stream came to its end'
code=$(pod inspect --format '{{.State.ExitCode}}' server)
[[ $code == 0 ]] || fail "it stops with exit code 0 (it was $code)"
((took >= 1 && took <= GRACE_SECONDS)) || fail "it stops within its grace (it took $took s)"
good "the stream was finished, then the server ended with exit code 0, after $took s"

say 'a new container on the same volume, as closed as can be'
pod rm server > /dev/null
start_server --read-only --read-only-tmpfs=false --tmpfs /tmp --cap-drop all --security-opt no-new-privileges
serves 'after the change of containers'

say 'SIGKILL, and the same container again'
pod kill --signal KILL server > /dev/null
pod wait server > /dev/null
pod start server > /dev/null
await_ready
serves 'after the kill'

cli keys revoke "$(pick id <<< "$created")" --reason 'end of the test' > /dev/null
[[ $(chat "$key" false) == *'"error"'* ]] || fail 'a revoked key is refused'
cli doctor > /dev/null || fail 'claviger doctor finds nothing'
good 'a revoked key is refused, and claviger doctor finds nothing'

say 'The image is sound.'
