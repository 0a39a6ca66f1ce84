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
