"""A web application that people sign in to: Flask with Authlib."""

# docs:begin settings
import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, redirect, session, url_for

app = Flask(__name__)
app.secret_key = os.environ["APP_SECRET"]  # for Flask's own session cookie

oauth = OAuth(app)
oauth.register(
    "symbolon",
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)
# docs:end settings


# docs:begin routes
@app.route("/login")
def login():
    return oauth.symbolon.authorize_redirect(url_for("callback", _external=True))


@app.route("/callback")
def callback():
    token = oauth.symbolon.authorize_access_token()  # checks state, nonce and the ID token
    session["user"] = token["userinfo"]  # the claims of the ID token
    session["id_token"] = token["id_token"]
    return redirect(url_for("home"))


@app.route("/")
def home():
    return jsonify(session.get("user"))


@app.route("/logout")
def logout():
    leave = oauth.symbolon.create_logout_url(
        post_logout_redirect_uri=url_for("home", _external=True), id_token_hint=session["id_token"]
    )
    session.clear()
    return redirect(leave["url"])


# docs:end routes
