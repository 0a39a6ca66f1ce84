package registration

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
)

const (
	maxEdge   = 256     // of what we draw, pixels
	maxPixels = 4 << 20 // of what we are given: a small file can unfold to gigabytes
)

// redraw decodes a picture and encodes it anew as PNG, at most maxEdge on its longer edge: of the file
// that was received nothing is left but what it looks like. What it is, its bytes say; SVG, which can
// hold scripts, is none of the kinds.
func redraw(file []byte) ([]byte, error) {
	decoders := map[string]struct {
		config func(io.Reader) (image.Config, error)
		decode func(io.Reader) (image.Image, error)
	}{
		"image/png":  {png.DecodeConfig, png.Decode},
		"image/jpeg": {jpeg.DecodeConfig, jpeg.Decode},
		"image/gif":  {gif.DecodeConfig, gif.Decode},
	}
	d, ok := decoders[http.DetectContentType(file)]
	if !ok {
		return nil, Unusable{"logo is neither PNG, JPEG nor GIF"}
	}
	config, err := d.config(bytes.NewReader(file))
	if err != nil || config.Width < 1 || config.Height < 1 || config.Width > maxPixels/config.Height {
		return nil, Unusable{"logo has no usable size"}
	}
	picture, err := d.decode(bytes.NewReader(file))
	if err != nil || picture.Bounds().Empty() {
		return nil, Unusable{"logo cannot be decoded"}
	}
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, shrink(picture)); err != nil {
		return nil, Unusable{"logo cannot be encoded"}
	}
	return drawn.Bytes(), nil
}

// shrink makes the longer edge maxEdge, or copies a smaller picture. Each pixel is the mean of those
// it stands for.
func shrink(from image.Image) image.Image {
	b := from.Bounds()
	width, height := fit(b.Dx(), b.Dy())
	to := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			to.Set(x, y, mean(from, image.Rect(
				b.Min.X+x*b.Dx()/width, b.Min.Y+y*b.Dy()/height,
				b.Min.X+max((x+1)*b.Dx()/width, x*b.Dx()/width+1), b.Min.Y+max((y+1)*b.Dy()/height, y*b.Dy()/height+1))))
		}
	}
	return to
}

func fit(width, height int) (int, int) {
	edge := max(width, height)
	if edge <= maxEdge {
		return width, height
	}
	return max(1, width*maxEdge/edge), max(1, height*maxEdge/edge)
}

func mean(of image.Image, within image.Rectangle) color.Color {
	var r, g, b, a, n uint64
	for y := within.Min.Y; y < within.Max.Y; y++ {
		for x := within.Min.X; x < within.Max.X; x++ {
			pr, pg, pb, pa := of.At(x, y).RGBA()
			r, g, b, a, n = r+uint64(pr), g+uint64(pg), b+uint64(pb), a+uint64(pa), n+1
		}
	}
	return color.RGBA64{R: uint16(r / n), G: uint16(g / n), B: uint16(b / n), A: uint16(a / n)}
}
