"""A program that acts as itself: client credentials, by a secret or by a key of its own."""

import json
import os
import time

# docs:begin agent
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey

server = requests.get(os.environ["ISSUER"] + "/.well-known/openid-configuration").json()


def with_secret():
    return OAuth2Session(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])


class ShortAssertion(PrivateKeyJWT):
    """Authlib's own lives for an hour; Symbolon accepts five minutes at most."""

    def sign(self, auth, audience):
        self.claims = {"exp": int(time.time()) + 60}  # and with it a jti of its own each time
        return super().sign(auth, audience)


def with_key():
    key = ECKey.import_key(json.load(open(os.environ["CLIENT_KEY"])))  # a private JWK
    session = OAuth2Session(os.environ["CLIENT_ID"], key, token_endpoint_auth_method="private_key_jwt")
    session.register_client_auth_method(ShortAssertion(server["issuer"], alg="ES256"))
    return session


session = with_key() if "CLIENT_KEY" in os.environ else with_secret()
token = session.fetch_token(server["token_endpoint"], grant_type="client_credentials", scope="read_weather")
# docs:end agent

again = session.fetch_token(server["token_endpoint"], grant_type="client_credentials", scope="read_weather")
print(json.dumps([token, again]))
