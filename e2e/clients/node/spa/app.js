// A single-page application with oidc-client-ts: no server of its own, no secret.
import { UserManager } from 'oidc-client-ts'

const { issuer, clientId } = await (await fetch('/settings.json')).json()

// docs:begin app
const users = new UserManager({
  authority: issuer,
  client_id: clientId, // a public client: PKCE is all it has
  redirect_uri: `${location.origin}/`,
  post_logout_redirect_uri: `${location.origin}/`,
  scope: 'openid profile email offline_access', // the last for a refresh token, which users.signinSilent() uses
})

if (new URLSearchParams(location.search).has('state')) {
  await users.signinCallback() // or back from signing out
  history.replaceState(null, '', '/')
}
const user = await users.getUser() // null: nobody is signed in

document.querySelector('#in').onclick = () => users.signinRedirect()
document.querySelector('#renew').onclick = async () => show((await users.signinSilent()).profile, 'renewed')
document.querySelector('#out').onclick = () => users.signoutRedirect()
// docs:end app

function show(profile, state) {
  document.querySelector('h1').textContent = `${state} ${profile?.email ?? ''}`
}
show(user?.profile, user ? 'signed in' : 'signed out')
