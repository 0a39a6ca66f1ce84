// Package grant answers /token (RFC 6749 section 3.2) and makes authorization codes. It is the only home of
// fosite, which drives the grants, is handed one statically typed handler per grant, and never writes to the
// network itself.
//
//	authorization_code   codegrant.go, code.go     RFC 6749 section 4.1.3, RFC 7636
//	refresh_token        refresh.go                RFC 6749 section 6, RFC 9700 section 4.14
//	client_credentials   clientcredentials.go      RFC 6749 section 4.4
//	device_code          devicegrant.go            RFC 8628 section 3.4
//
// A new grant is one file with a HandleTokenEndpointRequest and one line of grants (handler.go). What a
// person's grants have in common is in redeem.go.
package grant
