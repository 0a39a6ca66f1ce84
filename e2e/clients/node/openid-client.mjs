// openid-client against Symbolon: everything it has that Symbolon has, too.
import { readFile } from 'node:fs/promises'
import { Browser } from './browser.mjs'

// docs:begin discover
import * as client from 'openid-client'

const { ISSUER, CLIENT_ID, CLIENT_SECRET } = process.env
const overHTTP = { execute: [client.allowInsecureRequests] } // for `symbolon dev` only

const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, overHTTP)
// docs:end discover

const browser = new Browser(ISSUER)
const signIn = (url) => browser.signIn(url)
const said = {}

// The device goes first: the library waits five seconds before it asks for its tokens.
const device = connectDevice()

// docs:begin code
const redirectURI = 'http://127.0.0.1:8484/callback'
const verifier = client.randomPKCECodeVerifier()
const state = client.randomState()
const nonce = client.randomNonce()

const url = client.buildAuthorizationUrl(config, {
  redirect_uri: redirectURI,
  scope: 'openid profile email offline_access',
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
  nonce,
})
const callback = await signIn(url) // redirect the browser to url; it comes back to redirectURI

const tokens = await client.authorizationCodeGrant(config, callback, {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
})
const { sub } = tokens.claims()
// docs:end code
said.claims = tokens.claims()

// docs:begin userinfo
const user = await client.fetchUserInfo(config, tokens.access_token, sub)
// docs:end userinfo
said.user = user

// docs:begin refresh
const fresh = await client.refreshTokenGrant(config, tokens.refresh_token)
// docs:end refresh
said.refreshed = fresh.access_token !== tokens.access_token && fresh.refresh_token !== tokens.refresh_token

// docs:begin revoke
const before = await client.tokenIntrospection(config, fresh.access_token)
await client.tokenRevocation(config, fresh.refresh_token)
const after = await client.tokenIntrospection(config, fresh.access_token)
// docs:end revoke
said.introspected = { before, after }

// docs:begin logout
const goodbye = client.buildEndSessionUrl(config, {
  id_token_hint: tokens.id_token,
  post_logout_redirect_uri: 'http://127.0.0.1:8484/',
})
// docs:end logout
said.signedOut = String(await browser.signOut(goodbye))

said.agent = await agent()
said.keyed = await keyed()
said.registered = await register()
said.device = await device
console.log(JSON.stringify(said))

async function agent() {
  const { AGENT_ID, AGENT_SECRET } = process.env
  // docs:begin agent
  const config = await client.discovery(new URL(ISSUER), AGENT_ID, AGENT_SECRET, undefined, overHTTP)
  const token = await client.clientCredentialsGrant(config, {
    scope: 'read_weather',
    resource: 'https://api.example',
  })
  // docs:end agent
  return token
}

async function keyed() {
  const { KEYED_ID, KEYED_FILE } = process.env
  // docs:begin keyed
  const jwk = JSON.parse(await readFile(KEYED_FILE))
  const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
  const config = await client.discovery(
    new URL(ISSUER), KEYED_ID, undefined, client.PrivateKeyJwt({ key, kid: jwk.kid }), overHTTP,
  )
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))

  const verifier = client.randomPKCECodeVerifier()
  const url = await client.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: redirectURI,
    scope: 'openid offline_access',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }, { DPoP })
  const tokens = await client.authorizationCodeGrant(config, await signIn(url), { pkceCodeVerifier: verifier }, undefined, { DPoP })
  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP })
  const user = await client.fetchUserInfo(config, fresh.access_token, tokens.claims().sub, { DPoP })
  // docs:end keyed
  return { pushed: url.searchParams.has('request_uri'), type: fresh.token_type, user }
}

async function register() {
  // docs:begin register
  const config = await client.dynamicClientRegistration(new URL(ISSUER), {
    client_name: 'Weather app',
    redirect_uris: [redirectURI],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_basic',
  }, undefined, overHTTP)
  const { client_id, client_secret } = config.clientMetadata()
  // docs:end register
  const verifier = client.randomPKCECodeVerifier()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectURI,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const tokens = await client.authorizationCodeGrant(config, await signIn(url), { pkceCodeVerifier: verifier })
  return { client_id, hasSecret: Boolean(client_secret), sub: tokens.claims().sub }
}

async function connectDevice() {
  const { DEVICE_ID } = process.env
  // docs:begin device
  const config = await client.discovery(new URL(ISSUER), DEVICE_ID, undefined, client.None(), overHTTP)
  const pending = await client.initiateDeviceAuthorization(config, { scope: 'openid email' })
  console.error(`Open ${pending.verification_uri} and type ${pending.user_code}`)
  const tokens = client.pollDeviceAuthorizationGrant(config, pending)
  // docs:end device
  await new Browser(ISSUER).connect(pending.verification_uri, pending.user_code)
  return (await tokens).claims()
}
