"""A web application that people sign in to: FastAPI with Authlib."""

# docs:begin app
import os

from authlib.integrations.starlette_client import OAuth
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from starlette.middleware.sessions import SessionMiddleware

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=os.environ["APP_SECRET"])  # for its own session cookie

oauth = OAuth()
oauth.register(
    "symbolon",
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


@app.get("/login")
async def login(request: Request):
    return await oauth.symbolon.authorize_redirect(request, request.url_for("callback"))


@app.get("/callback")
async def callback(request: Request):
    token = await oauth.symbolon.authorize_access_token(request)  # checks state, nonce and the ID token
    request.session["user"] = dict(token["userinfo"])  # the claims of the ID token
    return RedirectResponse(request.url_for("home"))


@app.get("/")
async def home(request: Request):
    return request.session.get("user")


# docs:end app
