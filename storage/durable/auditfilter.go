package durable

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/symbolon-id/symbolon/audit"
)

func selectEvents(f audit.Filter) (query string, args []any) {
	where, args := narrow(f)
	return `SELECT ` + eventColumns + ` FROM audit_events WHERE ` + where + ` ORDER BY at DESC, id DESC LIMIT $2`, args
}

// narrow is the condition that f stands for; $2 is its limit.
func narrow(f audit.Filter) (where string, args []any) {
	where, args = `at >= $1`, []any{ms(f.Since), int64(f.Limit)}
	for _, by := range []struct{ column, value string }{
		{"id", f.ID}, {"type", f.Type}, {"user_id", f.UserID}, {"client_id", f.ClientID},
	} {
		if by.value != "" {
			args = append(args, by.value)
			where += fmt.Sprintf(` AND %s = $%d`, by.column, len(args))
		}
	}
	if len(f.Types) > 0 {
		where += ` AND type IN (` + marks(len(args), len(f.Types)) + `)`
		for _, t := range f.Types {
			args = append(args, t)
		}
	}
	if f.Before != "" {
		args = append(args, f.Before)
		where += fmt.Sprintf(` AND (at, id) < (SELECT at, id FROM audit_events WHERE id = $%d)`, len(args))
	}
	return where, args
}

// marks are count placeholders, after so many others.
func marks(after, count int) string {
	all := make([]string, count)
	for i := range all {
		all[i] = "$" + strconv.Itoa(after+i+1)
	}
	return strings.Join(all, ", ")
}
