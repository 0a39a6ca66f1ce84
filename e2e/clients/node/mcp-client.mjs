// The client of the MCP TypeScript SDK: it finds Symbolon by itself, from nothing but the URL of the
// MCP server, and becomes known to it by a document or by registering.
import { readFile } from 'node:fs/promises'
import { exchangeAuthorization, registerClient, startAuthorization } from '@modelcontextprotocol/sdk/client/auth.js'
import { Browser } from './browser.mjs'

// docs:begin provider
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

// What the program keeps between runs. clientMetadataUrl is its document; without one, or where a
// server reads none, the SDK registers clientMetadata instead.
class Provider {
  redirectUrl = 'http://127.0.0.1:8787/callback'
  clientMetadata = {
    client_name: 'Weather agent',
    redirect_uris: [this.redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  }
  constructor(signIn, clientMetadataUrl) {
    this.signIn = signIn
    this.clientMetadataUrl = clientMetadataUrl
  }
  state = () => (this.sent = crypto.randomUUID())
  clientInformation = () => this.client
  saveClientInformation = (client) => { this.client = client }
  tokens = () => this.held
  saveTokens = (tokens) => { this.held = tokens }
  codeVerifier = () => this.verifier
  saveCodeVerifier = (verifier) => { this.verifier = verifier }
  saveDiscoveryState = (found) => { this.issuer = found.authorizationServerMetadata.issuer }
  redirectToAuthorization = async (url) => {
    const callback = await this.signIn(url) // open url in a browser; it comes back to redirectUrl
    const answer = Object.fromEntries(callback.searchParams)
    if (answer.state !== this.sent || answer.iss !== this.issuer) throw new Error('this is not the answer to our request')
    if (!answer.code) throw new Error(`${answer.error}: ${answer.error_description}`)
    this.code = answer.code
  }
}
// docs:end provider

// docs:begin client
// call connects and calls a tool. Whenever the server wants a sign-in, or more scopes, the SDK has
// sent the person to Symbolon already: what is left is to hand over the code and to try again.
async function call(provider, name, args) {
  const transport = new StreamableHTTPClientTransport(new URL(process.env.MCP_URL), { authProvider: provider })
  try {
    const client = new Client({ name: 'weather-agent', version: '1.0.0' })
    await client.connect(transport)
    return await client.callTool({ name, arguments: args })
  } catch (err) {
    if (!(err instanceof UnauthorizedError)) throw err
    await transport.finishAuth(provider.code)
    return call(provider, name, args)
  }
}
// docs:end client

const { ISSUER, DOCUMENT_URL } = process.env
const browser = new Browser(ISSUER)
const asked = []
const signIn = (url) => {
  asked.push(Object.fromEntries(url.searchParams))
  return browser.signIn(url)
}
const text = (answer) => answer.content[0].text

async function walk(provider) {
  const read = text(await call(provider, 'read'))
  const { client_id, client_secret } = provider.client
  const first = provider.held
  provider.held = { ...first, access_token: 'expired' } // the SDK refreshes what the server refuses
  const again = text(await call(provider, 'read'))
  const refreshed = provider.held.access_token !== 'expired' && provider.held.refresh_token !== first.refresh_token
  provider.held = { ...provider.held, refresh_token: undefined } // the SDK would refresh, not ask for more
  const set = text(await call(provider, 'set', { to: 'rain' }))
  return { client_id, client_secret, read, again, refreshed, set, scope: provider.held.scope, asked: asked.splice(0) }
}

const said = {}
said.document = await walk(new Provider(signIn, DOCUMENT_URL))
said.registered = await walk(new Provider(signIn))
said.withoutMetadata = await withoutMetadata()
said.agent = await agent()
said.keyed = await keyed()
console.log(JSON.stringify(said))

// Revision 2025-03-26: a client that finds no metadata uses /authorize, /token and /register.
async function withoutMetadata() {
  const provider = new Provider(signIn)
  provider.issuer = ISSUER
  const { redirectUrl, clientMetadata } = provider
  const clientInformation = await registerClient(ISSUER, { clientMetadata })
  const { authorizationUrl, codeVerifier } = await startAuthorization(ISSUER, { clientInformation, redirectUrl, state: provider.state() })
  await provider.redirectToAuthorization(authorizationUrl)
  return exchangeAuthorization(ISSUER, { clientInformation, authorizationCode: provider.code, codeVerifier, redirectUri: redirectUrl })
}

async function agent() {
  const { AGENT_ID, AGENT_SECRET } = process.env
  // docs:begin agent
  const { ClientCredentialsProvider } = await import('@modelcontextprotocol/sdk/client/auth-extensions.js')
  const provider = new ClientCredentialsProvider({
    clientId: AGENT_ID,
    clientSecret: AGENT_SECRET,
    expectedIssuer: ISSUER,
  })
  const answer = await call(provider, 'read')
  // docs:end agent
  return text(answer)
}

async function keyed() {
  const { KEYED_AGENT_ID, KEYED_FILE } = process.env
  // docs:begin keyed
  const { PrivateKeyJwtProvider } = await import('@modelcontextprotocol/sdk/client/auth-extensions.js')
  const provider = new PrivateKeyJwtProvider({
    clientId: KEYED_AGENT_ID,
    privateKey: JSON.parse(await readFile(KEYED_FILE)),
    algorithm: 'ES256',
    expectedIssuer: ISSUER,
  })
  const answer = await call(provider, 'read')
  // docs:end keyed
  return text(answer)
}
