package templates

import (
	"fmt"
	"strings"
)

// QR is the modules of a QR code, rows from above, true for dark; without the quiet zone.
type QR [][]bool

// Quiet returns the light margin a scanner needs (ISO/IEC 18004 §6.3.8), in modules.
func (QR) Quiet() int { return 4 }

// Size returns the width with the quiet zone, in modules.
func (q QR) Size() int { return len(q) + 2*q.Quiet() }

// Path returns the dark modules as SVG path data, to be drawn by a stroke of one module: a line for each
// run in a row, which takes half the bytes of rectangles.
func (q QR) Path() string {
	var d strings.Builder
	for y, row := range q {
		pen := -1 // where it is, in modules; none yet in this row
		for x := 0; x < len(row); {
			run := 0
			for x+run < len(row) && row[x+run] {
				run++
			}
			if run == 0 {
				x++
				continue
			}
			if pen < 0 {
				fmt.Fprintf(&d, "M%d %d", x+q.Quiet(), y+q.Quiet())
			} else {
				fmt.Fprintf(&d, "m%d 0", x-pen)
			}
			fmt.Fprintf(&d, "h%d", run)
			x += run
			pen = x
		}
	}
	return d.String()
}
