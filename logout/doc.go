// Package logout notifies clients, server to server, that a session ended (OpenID Connect Back-Channel
// Logout 1.0).
//
// What ends a session queues a notice for each of its clients in the same transaction
// (storage/durable/logout.go), so nothing is forgotten and no one waits. A Worker on any node claims
// them one by one and posts a logout token, made for that moment by package provider. Who does not
// answer is asked again, later each time, for a day. A crash at a bad moment may notify a client
// twice.
package logout
