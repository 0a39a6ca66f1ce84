// oauth4webapi against Symbolon: a public client that registers itself, pushes its request and binds
// its tokens to a key; an agent with a key; a device.
import { readFile } from 'node:fs/promises'
import { Browser } from './browser.mjs'

// docs:begin discover
import * as oauth from 'oauth4webapi'

const issuer = new URL(process.env.ISSUER)
const http = { [oauth.allowInsecureRequests]: true } // for `symbolon dev` only

const discovery = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...http })
const as = await oauth.processDiscoveryResponse(issuer, discovery)
// docs:end discover

const browser = new Browser(process.env.ISSUER)
const signIn = (url) => browser.signIn(url)
const said = { again: 0 }

// docs:begin register
const redirectURI = 'http://127.0.0.1:8585/callback'
const client = await oauth.processDynamicClientRegistrationResponse(
  await oauth.dynamicClientRegistrationRequest(as, {
    client_name: 'Weather for the terminal',
    redirect_uris: [redirectURI],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  }, http),
)
// docs:end register
said.client = client.client_id

// docs:begin code
const none = oauth.None()
const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
const verifier = oauth.generateRandomCodeVerifier()
const state = oauth.generateRandomState()

const pushed = await withNonce(async () => oauth.processPushedAuthorizationResponse(as, client,
  await oauth.pushedAuthorizationRequest(as, client, none, {
    response_type: 'code',
    redirect_uri: redirectURI,
    scope: 'openid email offline_access',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  }, { DPoP, ...http })))

const url = new URL(as.authorization_endpoint)
url.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri })
const answer = oauth.validateAuthResponse(as, client, await signIn(url), state) // checks iss and state

const tokens = await withNonce(async () => oauth.processAuthorizationCodeResponse(as, client,
  await oauth.authorizationCodeGrantRequest(as, client, none, answer, redirectURI, verifier, { DPoP, ...http })))
const { sub } = oauth.getValidatedIdTokenClaims(tokens)
// docs:end code
said.type = tokens.token_type

// docs:begin refresh
const fresh = await withNonce(async () => oauth.processRefreshTokenResponse(as, client,
  await oauth.refreshTokenGrantRequest(as, client, none, tokens.refresh_token, { DPoP, ...http })))
const user = await withNonce(async () => oauth.processUserInfoResponse(as, client, sub,
  await oauth.userInfoRequest(as, client, fresh.access_token, { DPoP, ...http })))
// docs:end refresh
said.user = user

// docs:begin nonce
// A server that wants a nonce in the proof says so, once; the library has remembered it by then.
async function withNonce(request) {
  try {
    return await request()
  } catch (err) {
    if (!oauth.isDPoPNonceError(err)) throw err
    said.again++
    return request()
  }
}
// docs:end nonce

said.agent = await agent()
said.device = await device()
console.log(JSON.stringify(said))

async function agent() {
  const { KEYED_AGENT_ID, KEYED_FILE } = process.env
  // docs:begin agent
  const jwk = JSON.parse(await readFile(KEYED_FILE))
  const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
  const client = { client_id: KEYED_AGENT_ID }
  const proof = oauth.PrivateKeyJwt({ key, kid: jwk.kid })

  const token = await oauth.processClientCredentialsResponse(as, client,
    await oauth.clientCredentialsGrantRequest(as, client, proof, { scope: 'read_weather' }, http))
  const state = await oauth.processIntrospectionResponse(as, client,
    await oauth.introspectionRequest(as, client, proof, token.access_token, http))
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(as, client, proof, token.access_token, http))
  // docs:end agent
  const after = await oauth.processIntrospectionResponse(as, client,
    await oauth.introspectionRequest(as, client, proof, token.access_token, http))
  return { token, state, after }
}

async function device() {
  // docs:begin device
  const client = { client_id: process.env.DEVICE_ID }
  const pending = await oauth.processDeviceAuthorizationResponse(as, client,
    await oauth.deviceAuthorizationRequest(as, client, none, { scope: 'openid email' }, http))
  console.error(`Open ${pending.verification_uri} and type ${pending.user_code}`)
  // docs:end device
  await browser.connect(pending.verification_uri, pending.user_code)
  const tokens = await oauth.processDeviceCodeResponse(as, client,
    await oauth.deviceCodeGrantRequest(as, client, none, pending.device_code, http))
  return oauth.getValidatedIdTokenClaims(tokens)
}
