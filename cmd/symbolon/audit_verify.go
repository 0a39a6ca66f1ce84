package main

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/audit/ledger"
)

const verifyTime = 6 * time.Hour // at most: some statements read the whole log

func (p auditCommands) verify() *cobra.Command {
	cmd := &cobra.Command{
		Use: "verify", Short: "Check the audit log for tampering", Args: cobra.NoArgs,
		Long: `Every event is compared with what was recorded of it, and the log with its last checkpoint. The first
event that was changed, removed or added is named, and the exit code is 1.
--checkpoint also proves that the log still has all that an earlier checkpoint covers.
--file verifies an export without the server, its database and its secret.`,
		Example: `  symbolon audit verify
  symbolon audit verify --checkpoint checkpoint.txt
  symbolon audit verify --file audit.jsonl --key login.example/audit+5d0f0b5a+AbC`,
	}
	checkpoint := cmd.Flags().String("checkpoint", "", "`FILE` with an earlier checkpoint, kept elsewhere")
	file := cmd.Flags().String("file", "", "`FILE` made by audit export")
	key := cmd.Flags().String("key", "", "key printed by audit key, for --file")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		switch {
		case *file != "" && *checkpoint != "":
			return usagef("use either --checkpoint or --file")
		case (*file == "") != (*key == ""):
			return usagef("--file and --key belong together; audit key prints the key")
		case *file != "":
			return p.verifyFile(cmd, *file, *key)
		}
		return p.verifyLog(cmd, *checkpoint)
	}
	return cmd
}

func (p auditCommands) verifyLog(cmd *cobra.Command, checkpoint string) error {
	earlier, err := readIfNamed(checkpoint)
	if err != nil {
		return err
	}
	return p.withLedger(cmd, func(ctx context.Context, d deployment, k *ledger.Keeper) error {
		retention, err := d.config.Audit.Lifetimes()
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, verifyTime)
		defer cancel()
		v := ledger.Verifier{Store: d.db, Key: k.Key.Public().(ed25519.PublicKey), Retention: retention, Now: time.Now()}
		report, err := v.Verify(ctx, earlier)
		return p.printReport(cmd, report, err)
	})
}

func readIfNamed(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	return string(text), err
}

func (p auditCommands) verifyFile(cmd *cobra.Command, file, key string) error {
	v, err := ledger.NewFileVerifier(key)
	if err != nil {
		return usagef("--key is not a key printed by audit key: %v", err)
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := json.NewDecoder(f)
	for n := 1; ; n++ {
		var line ledger.Exported
		err := lines.Decode(&line)
		if errors.Is(err, io.EOF) {
			return p.printReport(cmd, v.Report, v.Complete())
		}
		if err != nil {
			return fmt.Errorf("entry %d of %s: %w", n, file, err)
		}
		if err := v.Line(line); err != nil {
			return p.printReport(cmd, v.Report, err)
		}
	}
}

// printReport shows what was verified; what is wrong is the error.
func (p auditCommands) printReport(cmd *cobra.Command, r ledger.Report, err error) error {
	var fault *ledger.Fault
	if err != nil && !errors.As(err, &fault) {
		return err
	}
	shown := struct {
		ledger.Report
		Fault *ledger.Fault `json:"fault"` // null: everything is as it was recorded
	}{r, fault}
	printed := p.print(cmd, shown, func(w io.Writer) {
		row(w, "VERIFIED", "REMOVED BY RETENTION", "NOT COVERED YET", "CHECKPOINT")
		row(w, r.Verified, r.Removed, r.New, day(r.At))
	})
	return errors.Join(printed, err)
}
