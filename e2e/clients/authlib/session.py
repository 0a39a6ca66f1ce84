"""A program that somebody signs in to: prints where to sign in, reads the address it ended at."""

import json
import os

# docs:begin session
import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

server = requests.get(os.environ["ISSUER"] + "/.well-known/openid-configuration").json()
session = OAuth2Session(
    os.environ["CLIENT_ID"],
    token_endpoint_auth_method="none",  # a public client: PKCE is all it has
    scope="openid email offline_access",
    redirect_uri="http://127.0.0.1:8400/callback",
    code_challenge_method="S256",
)
verifier = generate_token(64)
address, state = session.create_authorization_url(server["authorization_endpoint"], code_verifier=verifier)
print(address, flush=True)

answer = input()
session.fetch_token(server["token_endpoint"], authorization_response=answer, code_verifier=verifier)
person = session.get(server["userinfo_endpoint"]).json()

before = dict(session.token)
session.refresh_token(server["token_endpoint"])
# docs:end session

print(json.dumps({
    "person": person,
    "again": session.get(server["userinfo_endpoint"]).json(),
    "tokens": [before["access_token"], session.token["access_token"], before["refresh_token"], session.token["refresh_token"]],
}))
