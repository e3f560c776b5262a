#!/usr/bin/env bash
# For `npm run test:interop`: the Node versions the agent is tested on, from npm, in .cache/nodes; the libraries it is tested
# with, in .cache/agent-apps; bundlers in .cache/interop-bundlers; and .cache/interop-venv with the Python SDK and its OTLP exporters. Does nothing when they are
# there already with these versions; fails when they cannot be had. Servers are expected to be installed (see .ci/run).
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/interop-languages.sh
platform=$(node -p '`node-${process.platform}-${process.arch}`')
for version in 20.19 22 24 26; do
  folder=".cache/nodes/$version"
  [ -x "$folder/node_modules/$platform/bin/node" ] && continue
  mkdir -p "$folder"
  echo '{"private":true}' >"$folder/package.json"
  npm install --prefix "$folder" --silent --no-audit --no-fund --no-package-lock --ignore-scripts "$platform@$version"
done

# install_apps FOLDER: the packages of tests/interop/FOLDER, below .cache, where its programs find them
install_apps() {
  local from="tests/interop/$1" to=".cache/$1"
  mkdir -p "$to"
  if ! cmp -s "$from/package-lock.json" "$to/installed.json"; then
    cp "$from/package.json" "$from/package-lock.json" "$to/"
    # Nothing that packages want to run or download when they are installed. Not `npm ci`: it refuses a lock without the
    # binaries of other platforms.
    (cd "$to" && npm install --ignore-scripts --no-audit --no-fund --loglevel=error)
    cp "$from/package-lock.json" "$to/installed.json"
  fi
}
mkdir -p .cache
(
  flock 9
  install_apps agent-apps
  install_apps agent-apps/older
  ln -sfn ../../../.cache/agent-apps/node_modules tests/interop/agent-apps/node_modules
) 9>.cache/agent-apps.lock

# Into a folder of its own, because nothing of it belongs to the product.
install_bundlers() {
  local folder=.cache/interop-bundlers
  local wanted="next@16.4.6 react@19.3.1 react-dom@19.3.1 webpack@5.112.2 @rspack/core@2.3.2"
  [ "$(cat "$folder/installed.txt" 2>/dev/null)" = "$wanted" ] && return 0
  rm -rf "$folder"
  mkdir -p "$folder"
  echo '{ "name": "interop-bundlers", "private": true }' >"$folder/package.json"
  # shellcheck disable=SC2086
  (cd "$folder" && npm install --silent --no-audit --no-fund --save-exact $wanted)
  echo "$wanted" >"$folder/installed.txt"
}
mkdir -p .cache
(
  flock 8 2>/dev/null || true
  install_bundlers
) 8>.cache/interop-bundlers.lock

venv=.cache/interop-venv
packages=(opentelemetry-sdk==1.39.1 opentelemetry-exporter-otlp==1.39.1)
stamp="$venv/installed.txt"
wanted="${packages[*]}"

if [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  exit 0
fi

python=${PYTHON:-python3}
if ! command -v "$python" >/dev/null; then
  echo "interop tests need Python 3.9 or newer; on Debian: apt-get install python3 python3-venv" >&2
  exit 1
fi

mkdir -p .cache
exec 9>.cache/interop-venv.lock
flock 9 2>/dev/null || true
if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then exit 0; fi

rm -rf "$venv"
"$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${packages[@]}"
echo "$wanted" >"$stamp"
