package login

import (
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/interaction"
)

// stepUpReason returns, for a browser that is signed in, who wants more.
func stepUpReason(at progress) i18n.Text {
	if at.request == nil || at.session == nil || at.takingOver() {
		return ""
	}
	return confirmReason(at.request)
}

func confirmReason(q *interaction.Request) i18n.Text {
	if q.Return != "" {
		return "Confirm it’s you before changing your account security."
	}
	return named("{app} wants you to confirm it’s you.", "The app wants you to confirm it’s you.", q)
}

// otherWanted returns the sentence that the user signed in is not the one the request is about.
func otherWanted(q *interaction.Request) i18n.Text {
	return named("{app} wants a different account from the one you’re using.", "The app wants a different account from the one you’re using.", q)
}

// moreNeeded returns the sentence that what was proven is not enough.
func moreNeeded(q *interaction.Request) i18n.Text {
	return named("{app} wants a stronger sign-in. Use another way.", "The app wants a stronger sign-in. Use another way.", q)
}

// named returns message with the name of the client that asked q in it, or unnamed.
func named(message, unnamed i18n.Text, q *interaction.Request) i18n.Text {
	if q == nil {
		return unnamed
	}
	return i18n.Named(message, unnamed, q.ClientName)
}
