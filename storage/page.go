package storage

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Page is a part of a list whose oldest come first.
type Page struct {
	After Cursor // zero: from the beginning
	Limit int    // 0: to the end
}

// Cursor is where a list goes on: after what was made then and has this id, which need not be there any
// more.
type Cursor struct {
	At time.Time
	ID string
}

func (c Cursor) String() string { return strconv.FormatInt(c.At.UnixMilli(), 10) + "." + c.ID }

// ParseCursor reads what String wrote.
func ParseCursor(text string) (Cursor, error) {
	at, id, ok := strings.Cut(text, ".")
	ms, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil || id == "" {
		return Cursor{}, errors.New("not the cursor of a list")
	}
	return Cursor{At: time.UnixMilli(ms), ID: id}, nil
}
