// Package account is where people look after their account: what protects it, who uses it, what
// happened to it, and how to delete it.
//
//	GET  /account                             home.go: what protects the account, what is missing
//	GET  /account/confirm?to=PAGE             stepup.go: a fresh sign-in, then back to the page
//	GET  /account/passkeys                    passkeys.go
//	POST /account/passkeys/{add,rename,remove}  passkeychange.go
//	GET  /account/app                         authenticator.go
//	POST /account/app/{begin,confirm,remove}
//	GET  /account/codes                       recovery.go
//	POST /account/codes/{regenerate,download}
//	GET  /account/sessions                    sessions.go
//	POST /account/sessions/{end,end-others}
//	GET  /account/connections                 connections.go
//	POST /account/connections/stop
//	GET  /account/activity                    activity.go; sentence.go: events in plain words
//	POST /account/activity/not-me             disown.go
//	GET  /account/profile                     profile.go
//	POST /account/profile                     profile.go; fields.go: how it asks for what a profile can say (package users)
//	POST /account/email                       emailask.go: sends a code and a link to a new address
//	POST /account/second                      second.go: the same for a second address, a way back in
//	POST /account/second/remove               second.go
//	POST /account/email/{code,cancel}         email.go
//	GET  /account/email/link/{token}          emaillink.go
//	POST /account/email/link/{token}          emaillink.go
//	POST /account/email/link/{token}/not-me   emaillink.go
//	GET  /account/export                      export.go
//	GET  /account/export.json                 export.go; what is in it: package users
//	GET  /account/delete                      delete.go
//	POST /account/delete
//
// What changes who can get in (factors, codes, address, deletion) takes a sign-in of the last five
// minutes that is as strong as what the person has enrolled; the handlers refuse anything less, the
// pages only say so beforehand. Every such change is in the audit trail and notified by mail.
// Everything is looked up among the person's own: what belongs to another user does not exist here.
package account
