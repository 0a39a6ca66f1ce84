// Package e2e tries the built binary as strangers would: it imports nothing of the server, and
// knows it by its commands, its HTTP, its mails and its log.
//
//	main_test.go           builds the binary, ends everything that was started
//	process, service, cable, front, node, deployment   what runs: servers, wires, nodes
//	postoffice, visitor, tab, authenticator, authenticatorapp,
//	app, agent, keyholder, device, receiver  who uses it: mailboxes, browsers, their keys, clients
//	relyingparty_test.go   other people's software (clients/), with the settings that docs/clients shows
//	sandbox, nodeclients, mcp, conformance   libraries of others, unmodified, against one symbolon dev
//	vault_test.go          every secret seen; none may stand in a log or a database
//
// Every claim about protocol and pages is tried on both deployments: one node on SQLite alone, and
// two nodes on PostgreSQL and Redis behind a balancer. PostgreSQL, Redis, Chromium and the clients of
// others must be installed (`make tools`); a test whose program is missing fails and says so.
//
//	SYMBOLON_E2E_ROUNDS=5000     how often each race is run; else a few hundred times
//	SYMBOLON_PICTURES=DIR        TestPictures writes every page there as a picture
//	SYMBOLON_TEST_POSTGRES_URL, SYMBOLON_TEST_REDIS_URL   servers to use instead of private ones
package e2e
