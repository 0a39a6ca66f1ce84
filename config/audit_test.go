package config

import (
	"testing"
	"time"
)

func TestRetentionIsFiniteByDefaultAndReadStrictly(t *testing.T) {
	const day = 24 * time.Hour
	for _, k := range Keys() {
		if k.Name != "audit.retention" {
			continue
		}
		r, err := Audit{Retention: splitList(k.initial)}.Lifetimes()
		if err != nil || r.Rest != 400*day || r.Refused != 90*day || r.Of("token.issue") != 30*day || r.Of("session.start") != 400*day {
			t.Errorf("%+v, %v", r, err)
		}
	}
	for _, text := range []string{"", "refused=90d", "soon", "400d,90d", "400d,token=5d", "400d,token.issue", "400d,=5d", "400d,token.issue=-1d"} {
		if (Audit{splitList(text), time.Minute}).check() == nil {
			t.Errorf("%q passes", text)
		}
	}
	if r, err := (Audit{Retention: splitList("0s, session.start=800d")}).Lifetimes(); err != nil || r.Rest != 0 || r.Of("session.start") != 800*day {
		t.Errorf("%+v, %v", r, err)
	}
}
