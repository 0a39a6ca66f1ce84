// Package logout tells applications, server to server, that a session ended (OpenID Connect Back-Channel
// Logout 1.0).
//
// Whoever ends a session queues a notice for each of its clients in the same transaction
// (storage/durable/logout.go), so nothing is forgotten and nobody waits. A Worker on any node claims
// them one by one and posts a logout token, made for that moment by package provider. Who does not
// answer is asked again, later each time, for a day. A crash at the wrong moment may tell a client
// twice.
package logout
