#!/usr/bin/env bash
# Takes every page as a picture into .pictures/; with the argument readme also the README's anew, in docs/pictures/.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .pictures
cat >.pictures/fonts.conf <<'EOF'
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include>/etc/fonts/fonts.conf</include>
  <match target="pattern">
    <test name="family" compare="contains"><string>sans</string></test>
    <test name="family" compare="not_contains" qual="all"><string>mono</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit>
  </match>
</fontconfig>
EOF
export FONTCONFIG_FILE="$PWD/.pictures/fonts.conf" SYMBOLON_PICTURES="$PWD/.pictures"
go test -count=1 -run TestPictures ./e2e/
[ "${1:-}" = readme ] || exit 0
for look in light dark; do
	for page in signin account; do
		cp ".pictures/$page-$look-1280.png" "docs/pictures/$page-$look.png"
	done
	cp ".pictures/consent-approved-$look-1280.png" "docs/pictures/consent-$look.png"
	cp ".pictures/dev-playground-done-$look-1280.png" "docs/pictures/playground-$look.png"
done
