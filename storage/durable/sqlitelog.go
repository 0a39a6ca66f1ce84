package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// checkLog refuses a copy that was put in the place of a database whose last log is still there:
// SQLite would replay that log into the copy, and make a mixture of both. VACUUM INTO writes a file
// that says it has no write-ahead log, so one beside it was left by another.
func checkLog(path string) error {
	log, err := os.Stat(path + "-wal")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	version := make([]byte, 1)
	if _, err := f.ReadAt(version, readVersion); err != nil || version[0] != rollbackJournal || log.Size() == 0 {
		return nil // SQLite judges everything else
	}
	return fmt.Errorf("%[1]s is a copy beside the log of the database that was there before: "+
		"remove %[1]s-wal and %[1]s-shm", path)
}

// https://sqlite.org/fileformat2.html#file_format_version_numbers
const (
	readVersion     = 19 // where it stands
	rollbackJournal = 1  // no write-ahead log
)
