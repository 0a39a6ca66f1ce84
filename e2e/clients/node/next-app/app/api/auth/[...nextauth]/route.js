import NextAuth from 'next-auth'

const handler = NextAuth({
  providers: [{
    id: 'symbolon',
    name: 'Symbolon',
    type: 'oauth', // with the next line: OpenID Connect
    wellKnown: `${process.env.SYMBOLON_ISSUER}/.well-known/openid-configuration`,
    idToken: true,
    clientId: process.env.SYMBOLON_ID,
    clientSecret: process.env.SYMBOLON_SECRET,
    checks: ['pkce', 'state', 'nonce'],
    authorization: { params: { scope: 'openid profile email' } },
    profile: (claims) => ({ id: claims.sub, name: claims.name, email: claims.email }),
  }],
  callbacks: {
    session: ({ session, token }) => ({ ...session, user: { ...session.user, id: token.sub } }),
  },
})

export { handler as GET, handler as POST }
