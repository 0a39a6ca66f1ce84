package session

import (
	"net/http"

	"github.com/gorilla/sessions"
)

// bearerLength is that of storage.NewBearer(""): nothing else is looked up.
const bearerLength = 52

const key = "session" // of a gorilla session's values: our *Session

// carrier brings a session's bearer value to the browser and back; the row it names is not its
// business. gorilla's registry gives us the one look-up per request.
type carrier struct {
	name    string
	options sessions.Options
	find    func(r *http.Request, bearer string) (*Session, error)
}

var _ sessions.Store = carrier{}

func newCarrier(o Options, find func(*http.Request, string) (*Session, error)) carrier {
	return carrier{
		name: o.CookieName("symbolon_session"),
		find: find,
		// The zero values of gorilla's options are unsafe; everything is said here.
		options: sessions.Options{
			Path: "/", MaxAge: int(o.Absolute.Seconds()), Secure: o.Secure, HttpOnly: true,
			SameSite: http.SameSiteLaxMode,
		},
	}
}

// Get returns what is known of the cookie in this request, looking it up at most once.
func (c carrier) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(c, name)
}

// New looks the cookie up. A value that we cannot have made names no session; nor do two cookies of the
// name, because one of them was planted.
func (c carrier) New(r *http.Request, name string) (*sessions.Session, error) {
	g := sessions.NewSession(c, name)
	options := c.options
	g.Options, g.IsNew = &options, true
	sent := r.CookiesNamed(name)
	if len(sent) != 1 || !wellFormed(sent[0].Value) {
		return g, nil
	}
	found, err := c.find(r, sent[0].Value)
	if err != nil || found == nil {
		return g, err
	}
	g.ID, g.IsNew, g.Values[key] = sent[0].Value, false, found
	return g, nil
}

// Save writes the cookie, or takes it back when MaxAge is negative.
func (c carrier) Save(_ *http.Request, w http.ResponseWriter, g *sessions.Session) error {
	http.SetCookie(w, sessions.NewCookie(g.Name(), g.ID, g.Options))
	return nil
}

func (c carrier) session(r *http.Request) (*Session, error) {
	g, err := c.Get(r, c.name)
	if err != nil {
		return nil, err
	}
	found, _ := g.Values[key].(*Session)
	return found, nil
}

// hand gives the browser a new value; from here on it is this request's session too.
func (c carrier) hand(w http.ResponseWriter, r *http.Request, bearer string, s *Session) error {
	g, err := c.Get(r, c.name)
	if err != nil {
		return err
	}
	g.ID, g.IsNew, g.Values[key] = bearer, false, s
	return g.Save(r, w)
}

func (c carrier) takeBack(w http.ResponseWriter, r *http.Request) error {
	g, err := c.Get(r, c.name)
	if err != nil {
		return err
	}
	g.ID, g.Options.MaxAge = "", -1
	delete(g.Values, key)
	return g.Save(r, w)
}

func wellFormed(bearer string) bool {
	if len(bearer) != bearerLength {
		return false
	}
	for _, c := range []byte(bearer) {
		if (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}
