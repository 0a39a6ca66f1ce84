#!/usr/bin/env bash
# Takes every page as a picture into .pictures/, and of these the README's into docs/pictures/.
set -euo pipefail
cd "$(dirname "$0")/.."
SYMBOLON_PICTURES="$PWD/.pictures" go test -count=1 -run TestPictures ./e2e/
for page in signin consent; do
	for look in light dark; do
		cp ".pictures/$page-$look-1280.png" "docs/pictures/$page-$look.png"
	done
done
