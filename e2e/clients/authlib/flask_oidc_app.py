"""A web application whose library does not do PKCE: Flask with flask-oidc."""

# docs:begin app
import os

from flask import Flask, jsonify, session
from flask_oidc import OpenIDConnect

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.environ["APP_SECRET"],  # for Flask's own session cookie
    OIDC_CLIENT_SECRETS={
        "web": {
            "issuer": os.environ["ISSUER"],
            "client_id": os.environ["CLIENT_ID"],
            "client_secret": os.environ["CLIENT_SECRET"],
        }
    },
    OIDC_SCOPES="openid profile email",
)
oidc = OpenIDConnect(app)  # adds /login, /authorize (the callback) and /logout


@app.route("/")
def home():
    return jsonify(session.get("oidc_auth_profile"))


# docs:end app
