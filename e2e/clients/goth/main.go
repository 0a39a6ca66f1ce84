// Command goth is a web application whose library cannot do PKCE: goth.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"

	"github.com/gorilla/sessions"
	// docs:begin imports
	"github.com/markbates/goth"
	"github.com/markbates/goth/gothic"
	"github.com/markbates/goth/providers/openidConnect"
	// docs:end imports
)

func main() {
	// docs:begin app
	gothic.Store = sessions.NewCookieStore([]byte(os.Getenv("APP_SECRET"))) // for its own session cookie
	symbolon, err := openidConnect.New(os.Getenv("CLIENT_ID"), os.Getenv("CLIENT_SECRET"), os.Getenv("BASE_URL")+"/callback",
		os.Getenv("ISSUER")+"/.well-known/openid-configuration", "openid", "profile", "email")
	if err != nil {
		log.Fatal(err)
	}
	goth.UseProviders(symbolon)
	gothic.GetProviderName = func(*http.Request) (string, error) { return symbolon.Name(), nil }

	http.HandleFunc("GET /login", gothic.BeginAuthHandler)
	http.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		user, err := gothic.CompleteUserAuth(w, r) // checks state and the ID token, asks /userinfo
		if err != nil {
			http.Error(w, "Sign-in failed.", http.StatusBadRequest)
			return
		}
		signedIn(w, user.UserID, user.Email)
	})
	// docs:end app
	http.HandleFunc("GET /{$}", func(http.ResponseWriter, *http.Request) {})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func signedIn(w http.ResponseWriter, sub, email string) {
	_ = json.NewEncoder(w).Encode(map[string]string{"sub": sub, "email": email})
}
