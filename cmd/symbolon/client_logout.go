package main

import (
	"github.com/spf13/cobra"
	"github.com/symbolon-id/symbolon/storage"
)

// logoutFlags say where a client is told that a session ended.
type logoutFlags struct {
	back, front               string
	backSession, frontSession bool
}

func (f *logoutFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.back, "backchannel-logout-uri", "", "`URI` our server tells the end of a session to; https on port 443 of a public host or as outbound_allow lists it, in symbolon dev also http on this machine")
	cmd.Flags().BoolVar(&f.backSession, "backchannel-logout-session-required", false, "it needs the sid there; we send it in any case")
	cmd.Flags().StringVar(&f.front, "frontchannel-logout-uri", "", "`URI` the browser that signs out loads in a frame; at the host of a redirect URI")
	cmd.Flags().BoolVar(&f.frontSession, "frontchannel-logout-session-required", false, "it needs iss and sid there")
}

// apply changes what was given; an empty URI takes the address away.
func (f *logoutFlags) apply(cmd *cobra.Command, c *storage.Client) {
	given := cmd.Flags().Changed
	set(given("backchannel-logout-uri"), &c.BackchannelLogoutURI, f.back)
	set(given("backchannel-logout-session-required"), &c.BackchannelLogoutSession, f.backSession)
	set(given("frontchannel-logout-uri"), &c.FrontchannelLogoutURI, f.front)
	set(given("frontchannel-logout-session-required"), &c.FrontchannelLogoutSession, f.frontSession)
}
