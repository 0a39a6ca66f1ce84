package totp

import (
	"fmt"

	"rsc.io/qr"

	"github.com/symbolon-id/symbolon/templates"
)

// QR draws text, with room for an eighth of it to be unreadable.
func QR(text string) (templates.QR, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fmt.Errorf("draw QR code: %w", err)
	}
	drawn := make(templates.QR, code.Size)
	for y := range drawn {
		drawn[y] = make([]bool, code.Size)
		for x := range drawn[y] {
			drawn[y][x] = code.Black(x, y)
		}
	}
	return drawn, nil
}
