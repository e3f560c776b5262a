#!/usr/bin/env bash
# Makes what `npm run test:interop` needs under .cache: interop-venv with the Python SDK and its OTLP exporters, and
# interop-bundlers with webpack, rspack and Next.js. Does nothing for what is there already with these versions; fails when
# Python or the packages cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."

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
