package templates

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Brand is what an organisation sets: its name, its logo and one colour.
type Brand struct {
	Name     string // "" is Symbolon
	LogoPath string // a .svg, .png, .webp or .jpg file of at most 64 KiB; "" is our mark
	Accent   string // #rgb or #rrggbb; "" is ours
	Links    []Link // at the foot of every page: privacy, imprint, help
	BasePath string // the path of the issuer, before /static/; usually ""
}

// Link is a page of the organisation's own, elsewhere.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// The surfaces behind text, as in static/symbolon.css, the least favourable of each mode.
const (
	lightSurface  = "#f1efe9"
	darkSurface   = "#1d2220"
	defaultAccent = "#0e6a5b"
)

// enough is the contrast of WCAG 2.2 §1.4.3 (AA, 4.5:1) with a little to spare for rounding.
const enough = 4.6

// stylesheet sets the accent, after static/symbolon.css. A colour chosen for a logo is rarely legible in both modes, so each
// mode gets the nearest shade of it that is; text on the accent takes the colour of the surface.
func (b Brand) stylesheet() string {
	return fmt.Sprintf(":root{--accent:%s}\n@supports (color:light-dark(#000,#fff)){:root{--accent:light-dark(%s,%s)}}\n",
		b.light(), b.light(), b.dark())
}

func (b Brand) light() string { return shade(b.accent(), color{}, mustColor(lightSurface)).String() }

func (b Brand) dark() string {
	return shade(b.accent(), color{1, 1, 1}, mustColor(darkSurface)).String()
}

func (b Brand) accent() color {
	if b.Accent == "" {
		return mustColor(defaultAccent)
	}
	return mustColor(b.Accent)
}

// shade moves c towards the pole in small steps until it is legible on the surface.
func shade(c, pole, surface color) color {
	mixed := c
	for step := 1; contrast(mixed, surface) < enough && step <= 50; step++ {
		part := float64(step) / 50
		for i := range mixed {
			mixed[i] = c[i] + (pole[i]-c[i])*part
		}
		mixed = mustColor(mixed.String()) // judge what will be shown: eight bits
	}
	return mixed
}

// color is sRGB, 0 to 1.
type color [3]float64

func parseColor(s string) (color, error) {
	hex := strings.TrimPrefix(s, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || len(hex) != 6 || !strings.HasPrefix(s, "#") {
		return color{}, fmt.Errorf("accent %q: want #rgb or #rrggbb", s)
	}
	return color{float64(n>>16) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}, nil
}

// mustColor is for colours that parseColor accepted before.
func mustColor(s string) color {
	c, err := parseColor(s)
	if err != nil {
		panic(err)
	}
	return c
}

func (c color) String() string {
	return fmt.Sprintf("#%02x%02x%02x", int(c[0]*255+0.5), int(c[1]*255+0.5), int(c[2]*255+0.5))
}

// contrast returns the contrast ratio of WCAG 2.2, 1 to 21.
func contrast(a, b color) float64 {
	la, lb := a.luminance(), b.luminance()
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func (c color) luminance() float64 {
	var linear color
	for i, v := range c {
		linear[i] = v / 12.92
		if v > 0.04045 {
			linear[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*linear[0] + 0.7152*linear[1] + 0.0722*linear[2]
}
