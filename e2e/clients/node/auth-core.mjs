// @auth/core (Auth.js, the library behind NextAuth) against Symbolon.
import { Browser } from './browser.mjs'

// docs:begin config
import { Auth } from '@auth/core'

const config = {
  providers: [{
    id: 'symbolon',
    name: 'Symbolon',
    type: 'oidc',
    issuer: process.env.AUTH_SYMBOLON_ISSUER,
    clientId: process.env.AUTH_SYMBOLON_ID,
    clientSecret: process.env.AUTH_SYMBOLON_SECRET,
    checks: ['pkce', 'state', 'nonce'],
    authorization: { params: { scope: 'openid profile email offline_access' } },
  }],
  secret: process.env.AUTH_SECRET, // `npx auth secret` makes one
  basePath: '/auth',
  trustHost: true,
  callbacks: {
    jwt: ({ token, profile, account }) => (profile ? { ...token, sub: profile.sub, refresh: account.refresh_token } : token),
    session: ({ session, token }) => ({ ...session, user: { ...session.user, id: token.sub } }),
  },
}
const handle = (request) => Auth(request, config) // every request below /auth
// docs:end config

// The walk of a browser through the application; no network is needed between the two.
const app = 'http://127.0.0.1:8686'
const cookies = new Map()

async function visit(path, form) {
  const response = await handle(new Request(new URL(path, app), {
    method: form ? 'POST' : 'GET',
    body: form && new URLSearchParams(form),
    headers: {
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
  }))
  for (const cookie of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)
    cookies.set(name, value)
  }
  return response
}

const { csrfToken } = await (await visit('/auth/csrf')).json()
const began = await visit('/auth/signin/symbolon', { csrfToken, callbackUrl: app })
const callback = await new Browser(config.providers[0].issuer).signIn(began.headers.get('location'))
const ended = await visit(callback)
const session = await (await visit('/auth/session')).json()
console.log(JSON.stringify({ callback: callback.pathname, home: ended.headers.get('location'), user: session?.user }))
