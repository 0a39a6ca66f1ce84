package authorize

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/storage"
)

func TestRegisteredDefaultsAreForRequestsThatDoNotSay(t *testing.T) {
	at := int64(0)
	zero := storage.Client{ClientMetadata: storage.ClientMetadata{DefaultMaxAge: &at, DefaultACRValues: []string{"phr", "mfa"}}}
	minute := time.Minute
	for name, c := range map[string]struct {
		form   string
		client storage.Client
		maxAge *time.Duration
		acrs   []string
	}{
		"nothing registered": {"", storage.Client{}, nil, nil},
		"nothing said":       {"", zero, new(time.Duration), []string{"phr", "mfa"}},
		"max_age":            {"max_age=60", zero, &minute, []string{"phr", "mfa"}},
		"acr_values":         {"acr_values=gold", zero, new(time.Duration), []string{"gold"}},
		"acr by claim":       {`claims={"id_token":{"acr":{"value":"silver"}}}`, zero, new(time.Duration), []string{"silver"}},
	} {
		v := &validRequest{Request: &interaction.Request{Form: map[string][]string{}}, client: c.client}
		if key, value, ok := strings.Cut(c.form, "="); ok {
			v.Form.Set(key, value)
		}
		for _, rule := range []func(*validRequest) error{checkPrompt, checkClaims} {
			if err := rule(v); err != nil {
				t.Fatal(err)
			}
		}
		v.ApplyDefaults(v.client)
		same := v.MaxAge == nil && c.maxAge == nil || v.MaxAge != nil && c.maxAge != nil && *v.MaxAge == *c.maxAge
		if !same || !slices.Equal(v.ACRValues, c.acrs) {
			t.Errorf("%s: max_age %v, acr_values %v", name, v.MaxAge, v.ACRValues)
		}
	}
}

func TestClientThatChangesItsDetailsIsAskedAboutAnew(t *testing.T) {
	v := &validRequest{}
	v.Request = newShown(allFiles)
	if v.differs(*newShown(allFiles)) || !v.differs(*newShown(oneFile)) || !v.differs(*newShown("")) {
		t.Error("details do not count")
	}
}

const (
	allFiles = `[{"type":"files","actions":["read","write"]}]`
	oneFile  = `[{"type":"files","actions":["read"]}]`
)

func newShown(text string) *interaction.Request {
	return &interaction.Request{Details: json.RawMessage(text)}
}
