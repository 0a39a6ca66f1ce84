package config

import (
	"slices"
	"strings"

	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"
)

// environmentLayer reads SYMBOLON_…; an empty variable counts as unset, as compose files produce them.
func (src Source) environmentLayer() (layer, error) {
	tree := koanf.New(".")
	for _, k := range Keys() {
		for _, name := range k.names() {
			if value := src.getenv(envName(name)); value != "" {
				if err := tree.Load(confmap.Provider(map[string]any{name: value}, "."), nil); err != nil {
					return layer{}, err
				}
			}
		}
	}
	if err := src.refuseUnknownVariables(); err != nil {
		return layer{}, err
	}
	return newLayer(tree, "", envName)
}

func envName(name string) string { return Key{Name: name}.env() }

func (src Source) getenv(name string) string {
	for _, entry := range slices.Backward(src.Env) {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

// refuseUnknownVariables catches a misspelt variable, which would silently keep a default.
func (src Source) refuseUnknownVariables() error {
	known := []string{"SYMBOLON_CONFIG"}
	for _, name := range allNames() {
		known = append(known, envName(name))
	}
	for _, entry := range src.Env {
		name, value, _ := strings.Cut(entry, "=")
		if value == "" || !strings.HasPrefix(name, envPrefix) || slices.Contains(known, name) || isForeign(name) {
			continue
		}
		return unknownKey(name, "the environment", known)
	}
	return nil
}

// isForeign knows variables that are not ours in spite of their name: Kubernetes describes a service
// called "symbolon" this way, and the test databases are named this way.
func isForeign(name string) bool {
	for _, prefix := range []string{"SYMBOLON_SERVICE_", "SYMBOLON_PORT", "SYMBOLON_TEST_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
