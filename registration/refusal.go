package registration

import (
	"errors"
	"net/http"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// Errors of RFC 7591 section 3.2.2.
const (
	invalidRedirect  = "invalid_redirect_uri"
	invalidMetadata  = "invalid_client_metadata"
	invalidStatement = "invalid_software_statement"
)

// Unusable says why there is no client behind a URL. It is a storage.ErrNotFound: to everybody but
// the log, such a client does not exist.
type Unusable struct{ Reason string }

func (e Unusable) Error() string { return "client metadata document: " + e.Reason }

// Unwrap makes it the client that nobody has.
func (e Unusable) Unwrap() error { return storage.ErrNotFound }

func refuse(code, message string) *web.Error {
	return &web.Error{Status: http.StatusBadRequest, Code: code, Message: i18n.Verbatim(message)}
}

func malformed(message string) error { return refuse(invalidMetadata, message) }

// judged turns the validator's word into RFC 7591's. What was sent is repeated to developers only.
func judged(err error) error {
	invalid, ok := errors.AsType[clients.Invalid](err)
	if !ok {
		return err
	}
	refusal := refuse(invalidMetadata, clients.Metadata().RegisteredName(invalid.Field)+" is missing, malformed or not allowed.")
	if invalid.Field == "redirect_uris" {
		refusal = refuse(invalidRedirect, "A redirect URI is missing, malformed or not allowed.")
	}
	refusal.Hint = invalid.Error()
	return refusal
}
