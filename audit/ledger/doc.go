// Package ledger makes the audit log tamper evident: each event becomes a leaf of a Merkle tree (RFC 6962),
// and a signed checkpoint holds the tree to what it was. An event that is changed, removed or added later
// no longer agrees with a checkpoint, and a checkpoint kept elsewhere cannot be replaced.
package ledger
