package templates

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// A person who finds a screen unlocked can look, and end things; they cannot change how one gets in.
func TestNothingCanBeChangedBeforeTheFreshSignIn(t *testing.T) {
	p := mustNew(t, Brand{})
	frame := Frame{ConfirmURL: "/account/confirm"}
	for _, page := range changes(frame) {
		tree := render(t, p, page)
		confirms := false
		for _, a := range elements(tree, "a") {
			confirms = confirms || attr(a, "href") == frame.ConfirmURL
			if attr(a, "href") == "/account/export.json" {
				t.Errorf("%T offers the data", page)
			}
		}
		if !confirms {
			t.Errorf("%T: no way to the fresh sign-in", page)
		}
		for _, form := range elements(tree, "form") {
			action := attr(form, "action")
			if action != "/account/profile" && !strings.HasPrefix(action, "/account/email/c") { // the name; a code proves itself
				t.Errorf("%T: a form posts to %q", page, action)
			}
		}
	}
}

func TestLastWayInHasNoButtonToRemoveIt(t *testing.T) {
	p := mustNew(t, Brand{})
	const why = "It is your last way in."
	for _, page := range []Page{
		Passkeys{Remove: "/remove", Rename: "/rename", Passkeys: []Passkey{{ID: "1", Name: "Phone", Keeps: why}}},
		AuthenticatorApp{Since: anHour, Remove: "/remove", Keeps: why},
	} {
		tree := render(t, p, page)
		for _, form := range elements(tree, "form") {
			if attr(form, "action") == "/remove" {
				t.Errorf("%T: can be removed", page)
			}
		}
		if !strings.Contains(text(tree), why) {
			t.Errorf("%T: does not say why", page)
		}
	}
}

func TestThisDeviceIsNotEndedByAccident(t *testing.T) {
	tree := render(t, mustNew(t, Brand{}), Sessions{End: "/end", Sessions: []Session{{ID: "1", Current: true}, {ID: "2"}}})
	for _, form := range elements(tree, "form") {
		for _, input := range elements(form, "input") {
			if attr(input, "value") == "1" {
				t.Error("this device has a button to end it")
			}
		}
	}
}

func TestEveryPageOfTheAccountMarksWhereOneIs(t *testing.T) {
	p := mustNew(t, Brand{})
	for _, page := range accountSpecimens() {
		if len(frame(page).Sections) == 0 {
			continue
		}
		var current []string
		for _, a := range elements(elements(render(t, p, page), "nav")[0], "a") {
			if attr(a, "aria-current") == "page" {
				current = append(current, text(a))
			}
		}
		if !reflect.DeepEqual(current, []string{"Passkeys"}) {
			t.Errorf("%T: current %q", page, current)
		}
	}
}

// Twenty buttons called "End" say nothing to a person who hears them.
func TestButtonsOfAListNameWhatTheyActOn(t *testing.T) {
	p := mustNew(t, Brand{})
	for want, page := range map[string]Page{
		"Sign out Safari on iPhone": Sessions{Sessions: []Session{{ID: "2", Browser: "Safari on iPhone"}}},
		"Remove access Grafana":     Connections{Connections: []Connection{{ID: "1", Name: "Grafana"}}},
		"This wasn’t me: Signed in": Activity{Events: []ActivityEvent{{ID: "1", Sentence: "Signed in"}}},
		"Remove passkey":            Passkeys{Passkeys: []Passkey{{ID: "1", Name: "Phone"}}},
	} {
		var names []string
		for _, button := range elements(render(t, p, page), "button") {
			names = append(names, text(button))
		}
		if !strings.Contains(strings.Join(names, "\n"), want) {
			t.Errorf("%T: buttons %q, want %q", page, names, want)
		}
	}
}

func TestQRPathDrawsExactlyTheDarkModules(t *testing.T) {
	code := QR{{true, true, false}, {false, false, false}, {true, false, true}}
	drawn := QR{make([]bool, 3), make([]bool, 3), make([]bool, 3)}
	x, y := 0, 0
	for _, move := range regexp.MustCompile(`[Mmh][^Mmh]*`).FindAllString(code.Path(), -1) {
		var a, b int
		switch n, _ := fmt.Sscanf(move[1:], "%d %d", &a, &b); {
		case move[0] == 'M' && n == 2:
			x, y = a-code.Quiet(), b-code.Quiet()
		case move[0] == 'm' && n == 2 && b == 0:
			x += a
		case move[0] == 'h' && n == 1:
			for range a {
				drawn[y][x] = true
				x++
			}
		default:
			t.Fatalf("move %q", move)
		}
	}
	if !reflect.DeepEqual(drawn, code) {
		t.Errorf("drew %v", drawn)
	}
	if code.Size() != 3+2*4 {
		t.Errorf("size %d: no quiet zone", code.Size())
	}
}

func TestKeyIsShownInGroupsOfFour(t *testing.T) {
	for key, want := range map[string]string{"": "", "ABCD": "ABCD", "ABCDEF": "ABCD EF", "ABCDEFGHI": "ABCD EFGH I"} {
		if got := groups(key); got != want {
			t.Errorf("%q: %q", key, got)
		}
	}
}
