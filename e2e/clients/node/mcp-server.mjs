// An MCP server of the TypeScript SDK whose tokens come from Symbolon. It reads the weather for
// weather:read, and sets it for weather:write as well.

// docs:begin server
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as z from 'zod'
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import { getOAuthProtectedResourceMetadataUrl, mcpAuthMetadataRouter } from '@modelcontextprotocol/sdk/server/auth/router.js'
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'

const { ISSUER, MCP_URL } = process.env // MCP_URL is the resource: what tokens must be for
const url = new URL(MCP_URL)
const symbolon = await (await fetch(`${ISSUER}/.well-known/oauth-authorization-server`)).json()
const keys = createRemoteJWKSet(new URL(symbolon.jwks_uri))

const verifier = {
  async verifyAccessToken(token) {
    try {
      const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, audience: MCP_URL, typ: 'at+jwt' })
      return { token, clientId: payload.client_id, scopes: payload.scope.split(' '), expiresAt: payload.exp, extra: { sub: payload.sub } }
    } catch (err) {
      throw new InvalidTokenError(err.message)
    }
  },
}
const resourceMetadataUrl = getOAuthProtectedResourceMetadataUrl(url)
const readers = requireBearerAuth({ verifier, requiredScopes: ['weather:read'], resourceMetadataUrl })
const writers = requireBearerAuth({ verifier, requiredScopes: ['weather:read', 'weather:write'], resourceMetadataUrl })

function weatherServer() {
  const server = new McpServer({ name: 'weather', version: '1.0.0' })
  server.registerTool('read', { description: 'Reads the weather' }, (extra) => said(`Sunny, ${extra.authInfo.extra.sub}`))
  server.registerTool('set', { description: 'Makes the weather', inputSchema: { to: z.string() } }, ({ to }) => said(`Now ${to}`))
  return server
}
const said = (text) => ({ content: [{ type: 'text', text }] })

const app = createMcpExpressApp()
app.use(mcpAuthMetadataRouter({ oauthMetadata: symbolon, resourceServerUrl: url, scopesSupported: ['weather:read', 'weather:write'] }))
app.post(url.pathname, (req, res, next) => (req.body?.params?.name === 'set' ? writers : readers)(req, res, next), async (req, res) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true })
  res.on('close', () => transport.close())
  await weatherServer().connect(transport)
  await transport.handleRequest(req, res, req.body)
})
app.listen(url.port, url.hostname)
// docs:end server
