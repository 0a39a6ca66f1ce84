package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/keys"
)

// release is the version of a release build: -ldflags "-X main.release=v1.2.3". Other builds are named by
// what Go knows of them, which from a checkout is its commit.
var release string

type version struct {
	Version   string `json:"version"`
	Commit    string `json:"commit,omitempty"`
	Committed string `json:"committed,omitempty"`
	Go        string `json:"go"`
	OS        string `json:"os"`
	Arch      string `json:"arch"`
	Engine    string `json:"signing_engine"`
}

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Show the version of this build",
		Example: "  symbolon version --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v := buildVersion()
			return p.print(cmd, v, func(w io.Writer) {
				fmt.Fprintf(w, "symbolon %s %s %s/%s\n", v.Version, v.Go, v.OS, v.Arch)
				fmt.Fprintf(w, "signs by %s\n", v.Engine)
				if v.Commit != "" {
					fmt.Fprintf(w, "commit %s, %s\n", v.Commit, v.Committed)
				}
			})
		},
	}
}

func buildVersion() version {
	v := version{Version: cmp.Or(release, "devel"), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	v.Engine, _ = keys.Engine()
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if release == "" && info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.time":
			v.Committed = s.Value
		}
	}
	return v
}
