package templates

import (
	"fmt"
	"strings"
	"testing"
)

// An operator should not have to know about contrast to set a colour.
func TestAnyAccentIsLegibleInBothModes(t *testing.T) {
	for r := 0; r <= 255; r += 15 {
		for g := 0; g <= 255; g += 15 {
			for b := 0; b <= 255; b += 15 {
				brand := Brand{Accent: fmt.Sprintf("#%02x%02x%02x", r, g, b)}
				light := contrast(mustColor(brand.light()), mustColor(lightSurface))
				dark := contrast(mustColor(brand.dark()), mustColor(darkSurface))
				if light < 4.5 || dark < 4.5 {
					t.Fatalf("%s: light %s %.2f, dark %s %.2f", brand.Accent, brand.light(), light, brand.dark(), dark)
				}
			}
		}
	}
}

func TestLegibleAccentIsLeftAlone(t *testing.T) {
	if got := (Brand{Accent: "#0e6a5b"}).light(); got != "#0e6a5b" {
		t.Errorf("changed to %s", got)
	}
}

func TestContrastIsThatOfWCAG(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want string
	}{{"#000", "#fff", "21.00"}, {"#777777", "#ffffff", "4.48"}, {"#fff", "#fff", "1.00"}} {
		if got := fmt.Sprintf("%.2f", contrast(mustColor(c.a), mustColor(c.b))); got != c.want {
			t.Errorf("%s on %s: %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

func TestStylesheetAndBrandMeanTheSameSurfaces(t *testing.T) {
	css, err := files.ReadFile("static/symbolon.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"--raised: light-dark(" + lightSurface + ", " + darkSurface + ")",
		"--accent: light-dark(" + defaultAccent + ",",
	} {
		if !strings.Contains(string(css), want) {
			t.Errorf("symbolon.css has no %q", want)
		}
	}
}

func TestAccentOfTheBrandIsServed(t *testing.T) {
	brand := Brand{Accent: "#ffd400"}
	p := mustNew(t, brand)
	css := fetch(p, "GET", p.assets.url("symbolon.css"), "").Body.String()
	if want := "--accent:light-dark(" + brand.light() + "," + brand.dark() + ")"; strings.LastIndex(css, want) < strings.LastIndex(css, defaultAccent) {
		t.Errorf("no %q after ours", want)
	}
}
