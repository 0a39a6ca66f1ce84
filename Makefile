# Symbolon: `make help` lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
# Tests run what is released: Go alone. Only the race detector needs C.
export CGO_ENABLED := 0

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
DEADCODE := golang.org/x/tools/cmd/deadcode@v0.52.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.8.0
# Where goroutines share memory. The rest share a database: there the tests race on purpose, and the
# race detector has nothing to see but takes twice the time. `make race` runs it on everything.
RACED := storage|mail|audit|web|outbound|login/session
RACE = $$(go list ./... | grep -E '/($(RACED))(/|$$)')
REST = $$(go list ./... | grep -vE '/(e2e|$(RACED))(/|$$)')

.PHONY: help run build fast test engine short lint outdated race bench pictures tools

help: ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## start a server to try out on http://localhost:8080
	go run ./cmd/symbolon dev

# What `symbolon version` says. Outside of a checkout it is what Go knows of the build.
RELEASE = $(shell git describe --tags --always --dirty 2>/dev/null)

build: ## build the one static binary, ./symbolon
	go build -trimpath -ldflags='-s -w -X main.release=$(RELEASE)' -o symbolon ./cmd/symbolon

fast: ## build ./symbolon to sign by the system's OpenSSL 3; needs a C compiler
	CGO_ENABLED=1 go build -tags openssl -trimpath -ldflags='-s -w -X main.release=$(RELEASE)' -o symbolon ./cmd/symbolon

engine: ## the tests of keys, protocol and whole program, signing by OpenSSL
	CGO_ENABLED=1 go test -p 4 -tags openssl ./keys/... ./provider/...
	CGO_ENABLED=1 GOFLAGS=-tags=openssl go test -parallel 4 ./e2e/...

test short race engine: export TMPDIR = $(shell scripts/testdir.sh)

# Tests wait for databases and browsers more than they compute: four at a time, even on two cores.
test: tools lint ## install what the tests need, then run all of them
	go test -p 4 $(REST)
	CGO_ENABLED=1 go test -race $(RACE)
	go test -parallel 4 ./e2e/...

short: ## the tests that need neither browser nor second node
	go test $(REST) $(RACE)

race: ## everything but the browser tests under the race detector
	CGO_ENABLED=1 go test -race -timeout 30m $(REST) $(RACE)

lint: ## formatting, vet, staticcheck, dead code, known vulnerabilities
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'run gofmt -w on these'; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	@dead=$$(go run $(DEADCODE) ./cmd/symbolon) && test -z "$$dead" || { echo "$$dead"; echo 'nothing of the server calls these'; exit 1; }
	@scripts/vulnerabilities.sh $(GOVULNCHECK)

outdated: ## libraries of which there is a newer release
	@go list -m -f '{{if not (or .Main .Indirect .Replace)}}{{.Path}}{{end}}' all | \
		xargs -n 1 go list -m -u -f '{{with .Update}}{{$$.Path}} {{$$.Version}} -> {{.Version}}{{end}}' | grep . || echo 'nothing is outdated'

bench: ## CPU per request of the built binary beside one bare RSA signature
	scripts/bench.sh

pictures: ## take every page as a picture, light and dark, 320 and 1280 px, into .pictures/
	scripts/pictures.sh

# What is downloaded leaves the processor idle, so the Go programs are built meanwhile.
tools: ## what the tests need, where it is missing: Debian packages, and the clients of others in .tools/
	@scripts/goclients.sh & building=$$!; scripts/tools.sh && scripts/nodeclients.sh && wait $$building
