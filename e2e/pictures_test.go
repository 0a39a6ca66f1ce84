package e2e

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	chromepage "github.com/chromedp/cdproto/page"
)

// TestPictures writes every page as a picture into the folder SYMBOLON_PICTURES names, to be looked
// at. Without a folder it still wants each page to show something.
func TestPictures(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("SYMBOLON_PICTURES")
	chosen := looks()[:4]
	if folder == "" {
		chosen = chosen[:1]
	} else if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	walk(t, func(b *tab, name string) {
		for _, l := range chosen {
			b.wear(l)
			height := must[int](t)(strconv.Atoi(b.ask("String(document.documentElement.scrollHeight)")))
			picture := tell(b, chromepage.CaptureScreenshot, chromepage.CaptureScreenshotParams{
				CaptureBeyondViewport: new(true), Clip: &chromepage.Viewport{Width: float64(l.width), Height: float64(height), Scale: 1},
			}).Data
			if colours := coloursOf(t, picture); colours < 3 {
				t.Errorf("%s, %s: nothing to be seen", name, l.name)
			}
			if folder != "" {
				if err := os.WriteFile(filepath.Join(folder, name+"-"+l.name+".png"), picture, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		b.wear(looks()[0])
	})
}

// coloursOf counts the different colours of a picture, up to a few.
func coloursOf(t *testing.T, picture []byte) int {
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
