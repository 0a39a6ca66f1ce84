// A web application whose library cannot do PKCE: Express with passport-openidconnect.

// docs:begin app
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import OpenIDConnectStrategy from 'passport-openidconnect'

const { ISSUER, BASE_URL, CLIENT_ID, CLIENT_SECRET, APP_SECRET } = process.env

passport.use(new OpenIDConnectStrategy({
  issuer: ISSUER,
  authorizationURL: `${ISSUER}/authorize`,
  tokenURL: `${ISSUER}/token`,
  userInfoURL: `${ISSUER}/userinfo`,
  clientID: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  callbackURL: `${BASE_URL}/callback`,
  scope: 'profile email', // openid is always asked for
}, (issuer, profile, done) => done(null, { sub: profile.id, email: profile.emails[0].value })))
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))

const app = express()
app.use(session({ secret: APP_SECRET, resave: false, saveUninitialized: false }))
app.use(passport.session())

app.get('/login', passport.authenticate('openidconnect'))
app.get('/callback', passport.authenticate('openidconnect', { successRedirect: '/', failWithError: true }))
app.get('/', (req, res) => res.json(req.user ?? null))
// docs:end app

app.listen(process.env.PORT, '127.0.0.1')
