package migrations

import (
	"slices"
	"testing"
)

func TestBothDatabasesHaveTheSameStepsInOrder(t *testing.T) {
	names := func(steps []Step) (all []string) {
		for _, s := range steps {
			all = append(all, s.Name)
		}
		return all
	}
	if p, s := names(PostgreSQL()), names(SQLite()); !slices.Equal(p, s) {
		t.Fatalf("PostgreSQL has %v, SQLite %v", p, s)
	}
	for i, s := range PostgreSQL() {
		if i > 0 && s.Version <= PostgreSQL()[i-1].Version {
			t.Errorf("step %s does not go on from %s", s.Name, PostgreSQL()[i-1].Name)
		}
	}
}

func TestStepsAreOfTheKindTheirFirstLineSays(t *testing.T) {
	for _, c := range []struct {
		text string
		want Step
	}{
		{"CREATE TABLE a (id TEXT);\n", Step{}},
		{"-- fill: users.id\nUPDATE users SET a = 1 WHERE id > $1 AND id <= $2;\n", Step{Fills: Column{"users", "id"}}},
		{"-- alone\nDROP INDEX CONCURRENTLY IF EXISTS i;\n", Step{Alone: true}},
		{"CREATE TABLE a (id TEXT);\n-- alone\n", Step{}},
	} {
		c.want.Version, c.want.Name, c.want.SQL = 16, "0016_x.sql", c.text
		if got := parse("0016_x.sql", c.text); got != c.want {
			t.Errorf("%q: %+v", c.text, got)
		}
	}
}
