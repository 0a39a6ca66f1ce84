package main

import (
	"time"

	"github.com/symbolon-id/symbolon/config"
)

// durationFlag is a flag that config.ParseDuration reads.
type durationFlag time.Duration

func (f *durationFlag) String() string { return config.FormatDuration(time.Duration(*f)) }

func (f *durationFlag) Type() string { return "duration" }

func (f *durationFlag) Set(text string) error {
	d, err := config.ParseDuration(text)
	*f = durationFlag(d)
	return err
}

// maxAgeFlag is a length of time, or none.
type maxAgeFlag struct{ seconds *int64 }

func (f *maxAgeFlag) Type() string { return "duration" }

func (f *maxAgeFlag) String() string {
	if f.seconds == nil {
		return ""
	}
	return config.FormatDuration(time.Duration(*f.seconds) * time.Second)
}

func (f *maxAgeFlag) Set(text string) error {
	f.seconds = nil
	if text == "none" {
		return nil
	}
	d, err := config.ParseDuration(text)
	seconds := int64(d / time.Second)
	f.seconds = &seconds
	return err
}
