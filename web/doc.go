// Package web is the HTTP ground every endpoint stands on: who may call, how much they may send,
// what every answer carries, and what is written down about it.
//
// A route is registered as what it is, and gets all of its protection by that:
//
//	Mux.Page    a page for a person: security headers, no cross-site POST, forms only
//	Mux.API     JSON for programs: open to every origin, never with cookies
//	Mux.Static  files
//	Mux.Plain   health, which must answer when nothing else does
//
// Handlers return errors; the Mux renders them, as a page or as JSON. Each request leaves one log
// record, one measurement and one span, all with the trace id that the person saw.
package web
