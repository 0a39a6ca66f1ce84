// Package ephemeral keeps what may be lost: pending authorization requests, attempts to sign in and
// rate-limit counts. One node keeps them in its memory, many share a Redis server or cluster.
//
// Losing a value makes a user start again; nothing here decides alone that something is allowed.
package ephemeral
