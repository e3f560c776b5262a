#!/usr/bin/env bash
# Makes .cache/interop-venv with the Python SDK and its OTLP exporters, for `npm run test:interop`. Does nothing when it
# is there already with these versions; fails when Python or the packages cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/interop-languages.sh

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
