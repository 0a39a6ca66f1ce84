// Package server builds a server and runs it: what belongs to the process once (process.go), what belongs to
// the issuer by one function from its description (issuer.go, features.go), and for symbolon dev the demo,
// the mailbox and the playground. Read these three files from top to bottom to see how everything fits.
package server
