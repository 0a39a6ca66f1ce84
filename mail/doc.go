// Package mail sends the server's mail: sign-in links and notices about an account.
//
// A page only queues: Queue.Send seals the message and stores it durably. A Worker on any node
// claims it, delivers it by SMTP and retries until it expires, so that a slow or broken mail server
// never holds up a page and a restart loses nothing. A crash at a bad moment may deliver a mail
// twice, with the same Message-ID.
package mail
