// Package endsession signs users out when an application asks (OpenID Connect RP-Initiated Logout), notifies the
// applications of a session in frames of the browser (Front-Channel Logout), and lets them see whether the
// session lasts (Session Management).
package endsession
