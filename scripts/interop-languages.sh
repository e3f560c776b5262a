#!/usr/bin/env bash
# For the interop tests of other languages: .cache/interop-flask, a Python environment with Flask and OpenTelemetry's
# automatic instrumentation, and .cache/interop-java with the OpenTelemetry Java agent from Maven Central. Does nothing when
# they are there already with these versions; fails when they cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p .cache
exec 8>.cache/interop-languages.lock
flock 8 2>/dev/null || true

python=${PYTHON:-python3}
for tool in "$python" java mvn; do
  if ! command -v "$tool" >/dev/null; then
    echo "interop tests need $tool; on Debian: apt-get install python3 python3-venv default-jdk-headless maven" >&2
    exit 1
  fi
done

venv=.cache/interop-flask
packages=(
  flask==3.1.2 requests==2.32.5
  opentelemetry-distro==0.60b1 opentelemetry-exporter-otlp==1.39.1
  opentelemetry-instrumentation-flask==0.60b1 opentelemetry-instrumentation-requests==0.60b1
)
if [ "$(cat "$venv/installed.txt" 2>/dev/null)" != "${packages[*]}" ]; then
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${packages[@]}"
  echo "${packages[*]}" >"$venv/installed.txt"
fi

version=2.20.1
jar=.cache/interop-java/opentelemetry-javaagent.jar
if [ "$(cat .cache/interop-java/installed.txt 2>/dev/null)" != "$version" ] || [ ! -f "$jar" ]; then
  artifact="io.opentelemetry.javaagent:opentelemetry-javaagent:$version"
  mvn --batch-mode --quiet org.apache.maven.plugins:maven-dependency-plugin:3.6.1:get \
    -Dartifact="$artifact" -Dtransitive=false
  mvn --batch-mode --quiet org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    -Dartifact="$artifact" -DoutputDirectory=.cache/interop-java -Dmdep.stripVersion=true
  echo "$version" >.cache/interop-java/installed.txt
fi
