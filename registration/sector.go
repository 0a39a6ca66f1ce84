package registration

import (
	"context"
	"errors"
	"slices"

	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/strictjson"
	"github.com/symbolon-id/symbolon/web"
)

// sectors finds out whether who answers for a sector knows a client that says to be of it.
type sectors struct {
	fetch   Fetcher
	rules   Rules
	limiter web.Limiter
}

// check wants every redirect URI of the client in the list at its sector_identifier_uri, if it has
// one (OpenID Connect Dynamic Client Registration section 5). That is all a sector is worth: without
// it, anybody could say to be of any.
func (s sectors) check(ctx context.Context, c storage.ClientMetadata) error {
	if c.SectorIdentifierURI == "" {
		return nil
	}
	u, err := s.fetch.Check(c.SectorIdentifierURI)
	if err != nil || !s.rules.admits(u) {
		return badSector("is not an address that is asked.")
	}
	listed, err := s.list(ctx, c.SectorIdentifierURI)
	if err != nil {
		return err
	}
	for _, uri := range c.RedirectURIs {
		if !slices.Contains(listed, uri) {
			return badSector("does not list every redirect URI.")
		}
	}
	return nil
}

func (s sectors) list(ctx context.Context, uri string) ([]string, error) {
	if err := mayFetch(ctx, s.fetch, s.limiter, uri, outbound.RedirectList()); err != nil {
		return nil, err
	}
	response, err := s.fetch.Get(ctx, uri, outbound.RedirectList())
	if err != nil {
		return nil, err
	}
	listed, err := parseList(response.Body)
	if err != nil {
		s.fetch.Reject(uri, outbound.RedirectList(), "no usable list")
	}
	return listed, err
}

// parseList reads a JSON list of strings.
func parseList(text []byte) ([]string, error) {
	value, err := strictjson.Parse(text, maxDepth)
	if errors.Is(err, strictjson.ErrSyntax) {
		return nil, badSector("is not JSON.")
	}
	listed, _ := object{"sector_identifier_uri": value}.texts("sector_identifier_uri")
	if err != nil || listed == nil {
		return nil, badSector("is not a list of redirect URIs.")
	}
	return listed, nil
}

func badSector(what string) error { return malformed("sector_identifier_uri " + what) }

// unfetched tells who registers that its address did not answer.
func unfetched(err error) error {
	failed, ok := errors.AsType[*outbound.Error](err)
	switch {
	case !ok:
		return err
	case failed.Err != nil:
		return unasked(failed)
	}
	return badSector("could not be fetched.")
}
