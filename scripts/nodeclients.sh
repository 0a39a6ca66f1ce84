#!/usr/bin/env bash
# Installs the JavaScript client libraries, and the Node they run on, as the lock file has them. Which
# Node npm itself runs on does not matter.
set -euo pipefail
cd "$(dirname "$0")/../e2e/clients/node"

[ node_modules/.package-lock.json -nt package-lock.json ] && exit 0
npm ci --ignore-scripts --loglevel=error >/dev/null
touch node_modules/.package-lock.json
