package migrations

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

func TestBothDatabasesHaveTheSameStepsUpToLatest(t *testing.T) {
	var names [2][]string
	for i, open := range []func() (fs.FS, error){PostgreSQL, SQLite} {
		steps, err := open()
		if err != nil {
			t.Fatal(err)
		}
		if names[i], err = fs.Glob(steps, "*.sql"); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(names[0], names[1]) {
		t.Fatalf("PostgreSQL has %v, SQLite %v", names[0], names[1])
	}
	if last := names[0][len(names[0])-1]; !strings.HasPrefix(last, fmt.Sprintf("%04d_", Latest)) {
		t.Errorf("Latest is %d, the last step is %s", Latest, last)
	}
}
