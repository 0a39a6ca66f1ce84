package clients

import (
	"slices"

	"github.com/symbolon-id/symbolon/storage"
)

// metadata is the one definition of what a client has, in the order in which it is shown.
var metadata = slices.Concat(about, destinations, proof, requests, tokens, openid, links)

// Metadata returns the table of client metadata.
func Metadata() Table { return metadata }

// about is who the client is.
var about = Table{
	{Name: "client_name", Local: "name", Flag: "name", Help: "what people call it", Agents: Settable, Registered: true, Always: true,
		Column: func(c *storage.Client) any { return &c.Name }},
	{Name: "public", Label: "public", Always: true,
		Column: func(c *storage.Client) any { return &c.Public }},
	{Name: "first_party", Flag: "first-party", Help: "the organisation's own: people are not asked to consent", Label: "first party", Always: true,
		Column: func(c *storage.Client) any { return &c.FirstParty }},
	{Name: "approved", Flag: "approved", Help: "you have looked at it: people are told so, until it changes (for software that came by itself)", Label: "approved",
		Column: func(c *storage.Client) any { return &c.Approved }},
}

// destinations are where people are sent to, and where the client is told of a logout.
var destinations = Table{
	{Name: "redirect_uris", Flag: "redirect-uri", Help: "`URI` people may be sent back to; repeatable", Label: "redirect to", Registered: true,
		Column: func(c *storage.Client) any { return &c.RedirectURIs }},
	{Name: "post_logout_redirect_uris", Flag: "post-logout-redirect-uri", Help: "`URI` people may be sent to after signing out; repeatable", Label: "after logout to", Registered: true,
		Column: func(c *storage.Client) any { return &c.PostLogoutRedirectURIs }},
	{Name: "backchannel_logout_uri", Flag: "backchannel-logout-uri", Help: "`URI` our server tells the end of a session to; https on port 443 of a public host or as outbound_allow lists it, in symbolon dev also http on this machine", Label: "told of logout at", Registered: true,
		Column: func(c *storage.Client) any { return &c.BackchannelLogoutURI }},
	{Name: "backchannel_logout_session_required", Flag: "backchannel-logout-session-required", Help: "it needs the sid there; we send it in any case", Registered: true,
		Column: func(c *storage.Client) any { return &c.BackchannelLogoutSession }},
	{Name: "frontchannel_logout_uri", Flag: "frontchannel-logout-uri", Help: "`URI` the browser that signs out loads in a frame; at the host of a redirect URI", Label: "told in the browser at", Registered: true,
		Column: func(c *storage.Client) any { return &c.FrontchannelLogoutURI }},
	{Name: "frontchannel_logout_session_required", Flag: "frontchannel-logout-session-required", Help: "it needs iss and sid there", Registered: true,
		Column: func(c *storage.Client) any { return &c.FrontchannelLogoutSession }},
}

// links are the addresses that people are shown.
var links = Table{
	{Name: "client_uri", Flag: "client-uri", Help: "https `URL` of its site, shown to people who are asked to allow it", Label: "site", Registered: true, Link: true,
		Column: func(c *storage.Client) any { return &c.ClientURI }},
	{Name: "logo_uri", Flag: "logo-uri", Help: "https `URL` of its logo (PNG, JPEG or GIF, at most 100 KB), fetched once", Label: "logo", Registered: true, Link: true,
		Column: func(c *storage.Client) any { return &c.LogoURI }},
	{Name: "policy_uri", Flag: "policy-uri", Help: "https `URL` of its privacy policy", Label: "policy", Registered: true, Link: true,
		Column: func(c *storage.Client) any { return &c.PolicyURI }},
	{Name: "tos_uri", Flag: "tos-uri", Help: "https `URL` of its terms", Label: "terms", Registered: true, Link: true,
		Column: func(c *storage.Client) any { return &c.TOSURI }},
}
