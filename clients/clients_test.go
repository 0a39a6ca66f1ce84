package clients_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// world is both kinds of client on one real store, with a real audit trail that can be cut off.
type world struct {
	db     *durable.DB
	agents *clients.Agents
	apps   *clients.Apps
	trail  *trail
}

type trail struct {
	*audit.Recorder
	cut bool
}

const tester = audit.Actor("test")

var errCut = errors.New("audit trail is cut")

func (t *trail) Record(ctx context.Context, e audit.Event) error {
	if t.cut {
		return errCut
	}
	return t.Recorder.Record(ctx, e)
}

func open(t *testing.T) world {
	db := storagetest.SQLite(t)
	trail := &trail{Recorder: audit.NewRecorder(db, audit.Options{})}
	return world{db, clients.NewAgents(db, trail), clients.NewApps(db, trail), trail}
}

func (w world) agent(t *testing.T) clients.Issued {
	t.Helper()
	issued, err := w.agents.Create(context.Background(), tester, clients.Agent{
		Name: "weather-bot", ClientMetadata: storage.ClientMetadata{Scopes: []string{"read_weather"}, Audiences: []string{"https://api.example"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

func (w world) app(t *testing.T, public bool) clients.Issued {
	t.Helper()
	issued, err := w.apps.Create(context.Background(), tester, clients.App{Name: "Grafana", ClientMetadata: storage.ClientMetadata{
		Public: public, RedirectURIs: []string{"https://grafana.example/cb"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

func (w world) types(t *testing.T) []string {
	t.Helper()
	events, err := w.db.Events(context.Background(), audit.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, e := range slices.Backward(events) {
		types = append(types, e.Type)
	}
	return types
}

func TestInvalidAgentIsNotCreated(t *testing.T) {
	w := open(t)
	_, err := w.agents.Create(context.Background(), tester, clients.Agent{Name: "x", ClientMetadata: storage.ClientMetadata{Scopes: []string{"openid"}}})
	var invalid clients.Invalid
	if !errors.As(err, &invalid) {
		t.Fatalf("err = %v, want an Invalid", err)
	}
	all, err := w.agents.List(context.Background(), storage.Page{})
	if err != nil || len(all) != 0 {
		t.Fatalf("%d agents, %v", len(all), err)
	}
}

func TestSecretThatHasExpiredAlreadyIsRefused(t *testing.T) {
	w := open(t)
	var invalid clients.Invalid
	if _, err := w.agents.AddSecret(context.Background(), tester, w.agent(t).Client.ID, time.Now().Add(-time.Minute)); !errors.As(err, &invalid) {
		t.Fatalf("err = %v, want an Invalid", err)
	}
}

func TestPublicAppGetsNoSecret(t *testing.T) {
	w := open(t)
	issued := w.app(t, true)
	if issued.Bearer != "" || len(issued.Client.Secrets) != 0 {
		t.Errorf("a public app was given a secret")
	}
	var invalid clients.Invalid
	if _, err := w.apps.AddSecret(context.Background(), tester, issued.Client.ID, time.Time{}); !errors.As(err, &invalid) {
		t.Errorf("err = %v, want an Invalid", err)
	}
}

func TestAgentsAndAppsAreHiddenFromOneAnother(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	agent, app := w.agent(t).Client.ID, w.app(t, false).Client.ID
	for what, attempt := range map[string]func() error{
		"show":    func() error { _, err := w.apps.Show(ctx, agent); return err },
		"secrets": func() error { _, err := w.apps.Secrets(ctx, agent); return err },
		"add":     func() error { _, err := w.agents.AddSecret(ctx, tester, app, time.Time{}); return err },
		"disable": func() error { return w.agents.Disable(ctx, tester, app) },
		"enable":  func() error { return w.agents.Enable(ctx, tester, app) },
		"delete":  func() error { return w.apps.Delete(ctx, tester, agent) },
		"update":  func() error { _, err := w.agents.Update(ctx, tester, app, func(*storage.Client) {}); return err },
		"revoke":  func() error { return w.agents.RevokeSecret(ctx, tester, app, "cs_1") },
	} {
		if err := attempt(); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("%s: err = %v, want %v", what, err, storage.ErrNotFound)
		}
	}
}

func TestUpdateCannotMakeAClientInvalidOrAnother(t *testing.T) {
	w := open(t)
	id := w.app(t, false).Client.ID
	for what, change := range map[string]func(c *storage.Client){
		"redirect": func(c *storage.Client) { c.RedirectURIs = []string{"javascript:alert(1)"} },
		"public":   func(c *storage.Client) { c.Public = true },
		"kind":     func(c *storage.Client) { c.Kind = storage.KindAgent },
	} {
		var invalid clients.Invalid
		if _, err := w.apps.Update(context.Background(), tester, id, change); !errors.As(err, &invalid) {
			t.Errorf("%s: err = %v, want an Invalid", what, err)
		}
	}
	if c, err := w.apps.Show(context.Background(), id); err != nil || c.Public || c.RedirectURIs[0] != "https://grafana.example/cb" {
		t.Errorf("the client changed: %+v, %v", c, err)
	}
}

func TestPowerIsNotGivenWithoutARecord(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	agent := w.agent(t).Client
	if err := w.agents.Disable(ctx, tester, agent.ID); err != nil {
		t.Fatal(err)
	}
	w.trail.cut = true
	for what, attempt := range map[string]func() error{
		"create": func() error {
			_, err := w.agents.Create(ctx, tester, clients.Agent{Name: "x", ClientMetadata: storage.ClientMetadata{Scopes: []string{"s"}, Audiences: []string{"https://a.example"}}})
			return err
		},
		"secret": func() error { _, err := w.agents.AddSecret(ctx, tester, agent.ID, time.Time{}); return err },
		"enable": func() error { return w.agents.Enable(ctx, tester, agent.ID) },
		"update": func() error {
			_, err := w.agents.Update(ctx, tester, agent.ID, func(c *storage.Client) { c.Scopes = []string{"all"} })
			return err
		},
	} {
		if err := attempt(); !errors.Is(err, errCut) {
			t.Errorf("%s: err = %v, want %v", what, err, errCut)
		}
	}
	all, err := w.agents.List(ctx, storage.Page{})
	if err != nil || len(all) != 1 || all[0].DisabledAt.IsZero() || !slices.Equal(all[0].Scopes, agent.Scopes) {
		t.Errorf("something changed: %+v, %v", all, err)
	}
	if secrets, err := w.agents.Secrets(ctx, agent.ID); err != nil || len(secrets) != 1 {
		t.Errorf("%d secrets, %v", len(secrets), err)
	}
}

func TestPowerIsTakenAwayEvenWithoutARecord(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	issued := w.agent(t)
	w.trail.cut = true
	if err := w.agents.RevokeSecret(ctx, tester, issued.Client.ID, issued.Secret.ID); !errors.Is(err, errCut) {
		t.Errorf("revoke: err = %v, want %v", err, errCut)
	}
	if err := w.agents.Disable(ctx, tester, issued.Client.ID); !errors.Is(err, errCut) {
		t.Errorf("disable: err = %v, want %v", err, errCut)
	}
	client, err := w.agents.Show(ctx, issued.Client.ID)
	if err != nil || client.DisabledAt.IsZero() || len(client.Secrets) != 0 {
		t.Errorf("still in power: %+v, %v", client, err)
	}
}

func TestOnlyTheDigestOfASecretIsKept(t *testing.T) {
	w := open(t)
	issued := w.agent(t)
	if !strings.HasPrefix(issued.Bearer, storage.SecretPrefix) || !strings.HasPrefix(issued.Client.ID, storage.AgentPrefix) {
		t.Errorf("id %s, secret without its prefix: %v", issued.Client.ID, !strings.HasPrefix(issued.Bearer, storage.SecretPrefix))
	}
	client, err := w.db.Client(context.Background(), issued.Client.ID)
	if err != nil || len(client.Secrets) != 1 {
		t.Fatalf("%+v, %v", client, err)
	}
	if s := client.Secrets[0]; s.ID != issued.Secret.ID || !slices.Equal(s.Digest, storage.Digest(issued.Bearer)) {
		t.Errorf("stored %+v", s)
	}
}

func TestSeveralSecretsLiveUntilEachIsRevoked(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	first := w.agent(t)
	id := first.Client.ID
	var adding sync.WaitGroup
	for range 8 {
		adding.Go(func() {
			if _, err := w.agents.AddSecret(ctx, tester, id, time.Now().Add(time.Hour)); err != nil {
				t.Error(err)
			}
		})
	}
	adding.Wait()
	if secrets, err := w.agents.Secrets(ctx, id); err != nil || len(secrets) != 9 {
		t.Fatalf("%d secrets, %v; want 9", len(secrets), err)
	}
	if err := w.agents.RevokeSecret(ctx, tester, id, first.Secret.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.agents.RevokeSecret(ctx, tester, id, first.Secret.ID); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("second revocation: err = %v, want %v", err, storage.ErrNotFound)
	}
	if secrets, err := w.agents.Secrets(ctx, id); err != nil || len(secrets) != 8 {
		t.Fatalf("%d secrets, %v; want 8", len(secrets), err)
	}
}

func TestEveryChangeIsRecorded(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	id := w.agent(t).Client.ID
	added, err := w.agents.AddSecret(ctx, tester, id, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.agents.Update(ctx, tester, id, func(c *storage.Client) { c.Name = "rain-bot" })
	for _, err := range []error{
		err, w.agents.RevokeSecret(ctx, tester, id, added.Secret.ID), w.agents.Disable(ctx, tester, id), w.agents.Enable(ctx, tester, id), w.agents.Delete(ctx, tester, id),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		audit.ClientCreated, audit.SecretAdded, audit.ClientUpdated, audit.SecretRevoked,
		audit.ClientDisabled, audit.ClientEnabled, audit.ClientDeleted,
	}
	got := w.types(t)
	slices.Sort(got) // several fall into the same millisecond
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("recorded %v, want %v", got, want)
	}
}

func TestAppGetsUsualGrantsAndScopesByDefault(t *testing.T) {
	c := open(t).app(t, false).Client
	if !slices.Equal(c.GrantTypes, []string{"authorization_code", "refresh_token"}) || !slices.Equal(c.Scopes, clients.DefaultAppScopes()) {
		t.Errorf("grants %v, scopes %v", c.GrantTypes, c.Scopes)
	}
}

// Both have read the client before either writes.
func TestOfTwoUpdatesAtOnceTheSecondConflicts(t *testing.T) {
	for name, url := range map[string]func(testing.TB) string{"SQLite": storagetest.SQLiteURL, "PostgreSQL": storagetest.PostgreSQLURL} {
		t.Run(name, func(t *testing.T) {
			place := url(t)
			one, two := storagetest.Open(t, place), storagetest.Open(t, place)
			if err := one.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			at := func(db *durable.DB) *clients.Apps {
				return clients.NewApps(db, audit.NewRecorder(db, audit.Options{}))
			}
			issued, err := at(one).Create(t.Context(), tester, clients.App{Name: "Grafana", ClientMetadata: storage.ClientMetadata{RedirectURIs: []string{"https://grafana.example/cb"}}})
			if err != nil {
				t.Fatal(err)
			}
			var reading, updating sync.WaitGroup
			reading.Add(2)
			errs := make([]error, 2)
			for i, apps := range []*clients.Apps{at(one), at(two)} {
				updating.Go(func() {
					_, errs[i] = apps.Update(t.Context(), tester, issued.Client.ID, func(c *storage.Client) {
						c.Scopes = append(c.Scopes, "scope"+strconv.Itoa(i))
						reading.Done()
						reading.Wait()
					})
				})
			}
			updating.Wait()
			lost := slices.IndexFunc(errs, func(err error) bool { return errors.Is(err, storage.ErrConflict) })
			if lost < 0 || errs[1-lost] != nil {
				t.Fatalf("errors %v, want one conflict", errs)
			}
			c, err := at(one).Show(t.Context(), issued.Client.ID)
			if err != nil || slices.Contains(c.Scopes, "scope"+strconv.Itoa(lost)) || !slices.Contains(c.Scopes, "scope"+strconv.Itoa(1-lost)) {
				t.Errorf("scopes %v, %v", c.Scopes, err)
			}
		})
	}
}
