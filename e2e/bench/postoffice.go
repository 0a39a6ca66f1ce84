package main

import (
	"errors"
	"io"
	"net"
	"regexp"

	"github.com/emersion/go-smtp"
)

// postOffice is a mail server for one reader.
type postOffice struct {
	*smtp.Server
	address string
	codes   chan string // sign-in codes, as they arrive
}

func openPostOffice() (*postOffice, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	o := &postOffice{address: listener.Addr().String(), codes: make(chan string, 16)}
	o.Server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return delivery{o}, nil }))
	o.Domain = "localhost"
	go o.Serve(listener)
	return o, nil
}

func (o *postOffice) url() string { return "smtp://" + o.address }

// delivery takes every letter, and keeps the code in it.
type delivery struct{ office *postOffice }

var sixDigits = regexp.MustCompile(`(?m)^\s*(\d{3}) ?(\d{3})\s*$`)

func (d delivery) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	found := sixDigits.FindSubmatch(text)
	if found == nil {
		return errors.New("no code in the mail")
	}
	d.office.codes <- string(found[1]) + string(found[2])
	return nil
}

func (delivery) Mail(string, *smtp.MailOptions) error { return nil }
func (delivery) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (delivery) Reset()                               {}
func (delivery) Logout() error                        { return nil }
