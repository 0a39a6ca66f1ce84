// Package permitted says what a client may have of what it asks for: scopes, resources (RFC 8707),
// authorization details (RFC 9396), and what remains of a grant when the operator has taken something away.
package permitted
