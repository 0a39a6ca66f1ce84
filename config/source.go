package config

import (
	"slices"

	"github.com/spf13/pflag"
)

// lookUp returns the flag of this name, nil when there is none.
func lookUp(flags *pflag.FlagSet, name string) *pflag.Flag {
	if flags == nil {
		return nil
	}
	return flags.Lookup(name)
}

// Source is where configuration comes from.
type Source struct {
	Path  string         // of the file, as --config names it; "": SYMBOLON_CONFIG, else symbolon.yaml if it is there
	Env   []string       // as os.Environ has them
	Flags *pflag.FlagSet // of the command; nil: none
}

// AddFlags adds flags for the named keys, or for all that may appear in a list of processes.
func AddFlags(flags *pflag.FlagSet, names ...string) {
	for _, k := range Keys() {
		if !k.flag || k.Name == "database_url" || (len(names) > 0 && !slices.Contains(names, k.Name)) {
			continue // database_url is a flag of every command
		}
		flags.String(k.flagName(), k.initial, k.usage)
	}
}
