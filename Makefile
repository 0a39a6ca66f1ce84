# Symbolon: `make help` lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.8.0
# The packages in which goroutines meet; the race detector doubles the time of the rest for nothing.
RACE := ./storage/... ./keys/... ./mail/... ./audit/... ./web/... ./login/... ./consent/... ./provider/... ./interaction/...

.PHONY: help run build test short lint race bench pictures tools

help: ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## start a server to try out on http://localhost:8080
	go run ./cmd/symbolon dev

build: ## build the one static binary, ./symbolon
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o symbolon ./cmd/symbolon

test: tools lint race ## install what the tests need, then run all of them
	go test ./cmd/... ./agents/... ./templates/... ./migrations/...
	go test -timeout 8m ./e2e/...

short: ## the tests that need neither browser nor second node
	go test $(RACE) ./cmd/... ./agents/... ./templates/... ./migrations/...

race: ## the packages in which goroutines meet, under the race detector
	go test -race -timeout 8m $(RACE)

lint: ## formatting, vet, staticcheck, known vulnerabilities
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'run gofmt -w on these'; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	@scripts/vulnerabilities.sh $(GOVULNCHECK)

bench: ## CPU per request of the built binary beside one bare RSA signature
	scripts/bench.sh

pictures: ## take every page as a picture, light and dark, 320 and 1280 px, into .pictures/
	SYMBOLON_PICTURES=$(CURDIR)/.pictures go test -count=1 -run TestPictures ./e2e/...

tools: ## PostgreSQL, Redis and Chromium from Debian's packages, where they are missing
	@scripts/tools.sh
