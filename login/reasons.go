package login

import (
	"cmp"

	"github.com/symbolon-id/symbolon/interaction"
)

// stepUpReason says in a browser that is signed in who wants more.
func stepUpReason(at progress) string {
	if at.request == nil || at.session == nil || at.takingOver() {
		return ""
	}
	return confirmReason(at.request)
}

func confirmReason(q *interaction.Request) string {
	if q.Return != "" {
		return "Confirm it’s you before changing your account security."
	}
	return cmp.Or(q.ClientName, "The app") + " wants you to confirm it’s you."
}

// otherWanted says that the user signed in is not the one the request is about.
func otherWanted(q *interaction.Request) string {
	return cmp.Or(q.ClientName, "The app") + " wants a different account from the one you’re using."
}

// moreNeeded says that what was proven is not enough.
func moreNeeded(q *interaction.Request) string {
	app := "The app"
	if q != nil {
		app = cmp.Or(q.ClientName, app)
	}
	return app + " wants a stronger sign-in. Use another way."
}
