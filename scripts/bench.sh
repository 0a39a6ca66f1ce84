#!/bin/sh
# Builds the binary as it is released and measures it from outside; arguments go to e2e/bench.
set -eu
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o "$dir/symbolon" ./cmd/symbolon
go build -o "$dir/bench" ./e2e/bench
"$dir/bench" -binary "$dir/symbolon" "$@"
