#!/usr/bin/env bash
# Installs the clients that are Go programs into .tools/bin: each is built in its own module, with the
# dependencies it was released with. `go install MODULE@VERSION` is the same, but asks for a list of
# all versions as well, which not every module proxy gives.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.tools/bin

while read -r module version; do
	name=$(basename "${module%/v[0-9]}")
	[ "$(cat "$bin/$name.version" 2>/dev/null)" = "$version" ] && [ -x "$bin/$name" ] && continue
	sources=$(go -C / mod download -json "$module@$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
	GOBIN=$bin GOWORK=off go -C "$sources" install -mod=readonly -ldflags='-s -w' .
	echo "$version" >"$bin/$name.version"
done <<-END
	github.com/oauth2-proxy/oauth2-proxy/v7 v7.8.1
	github.com/int128/kubelogin v1.28.0
END
