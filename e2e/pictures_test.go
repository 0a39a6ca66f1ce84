package e2e

import (
	"bytes"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	chromepage "github.com/chromedp/cdproto/page"
)

// TestPictures writes every page as a picture into the folder SYMBOLON_PICTURES names, to be looked
// at. Without a folder it takes one: that each page shows something, TestEveryPageIsAccessible wants.
func TestPictures(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("SYMBOLON_PICTURES")
	if folder == "" {
		folder = t.TempDir()
		b := newTab(t)
		b.open(onSQLite(t).issuer + "/login").see("Sign in")
		b.pictured(folder, "login")
		return
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	walk(t, func(b *tab, name string) { b.pictured(folder, name) })
}

func (b *tab) pictured(folder, name string) {
	b.t.Helper()
	for _, l := range looks()[:4] {
		b.wear(l)
		most := math.MaxInt
		if name == "dev-playground-done" { // every message of the flow: its beginning shows what it is
			most = 1000
		}
		if err := os.WriteFile(filepath.Join(folder, name+"-"+l.name+".png"), b.picture(l, most), 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
	b.wear(looks()[0])
}

// picture is the page as far as most pixels down.
func (b *tab) picture(l look, most int) []byte {
	b.t.Helper()
	height := min(most, must[int](b.t)(strconv.Atoi(b.ask("String(document.documentElement.scrollHeight)"))))
	tell(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: int64(height), DeviceScaleFactor: 1, Mobile: l.width < 600})
	picture := tell(b, chromepage.CaptureScreenshot, chromepage.CaptureScreenshotParams{
		CaptureBeyondViewport: new(true), Clip: &chromepage.Viewport{Width: float64(l.width), Height: float64(height), Scale: 1},
	}).Data
	tell(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: 800, DeviceScaleFactor: 1, Mobile: l.width < 600})
	if coloursOf(b.t, picture) < 3 {
		b.t.Errorf("%s, %s: nothing to be seen", b.at(), l.name)
	}
	return picture
}

// coloursOf counts the different colours of a picture, up to a few.
func coloursOf(t testing.TB, picture []byte) int {
	t.Helper()
	shown := must[image.Image](t)(png.Decode(bytes.NewReader(picture)))
	seen := map[[4]uint32]bool{}
	for y := shown.Bounds().Min.Y; y < shown.Bounds().Max.Y && len(seen) < 10; y++ {
		for x := shown.Bounds().Min.X; x < shown.Bounds().Max.X; x++ {
			r, g, b, a := shown.At(x, y).RGBA()
			seen[[4]uint32{r, g, b, a}] = true
		}
	}
	return len(seen)
}
