// A web application that people sign in to: Express with express-openid-connect.

// docs:begin app
import express from 'express'
import openid from 'express-openid-connect'

const { ISSUER, BASE_URL, CLIENT_ID, CLIENT_SECRET, APP_SECRET } = process.env
const { auth, requiresAuth } = openid // a CommonJS module

const app = express()
app.use(auth({
  issuerBaseURL: ISSUER,
  baseURL: BASE_URL,
  clientID: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  secret: APP_SECRET, // for its own session cookie
  authRequired: false,
  idpLogout: true, // /logout ends the session at Symbolon, too
  authorizationParams: { response_type: 'code', scope: 'openid profile email' },
}))

app.get('/', (req, res) => res.json(req.oidc.user ?? null)) // the claims of the ID token
app.get('/profile', requiresAuth(), async (req, res) => res.json(await req.oidc.fetchUserInfo()))
// docs:end app

app.listen(process.env.PORT, '127.0.0.1')
