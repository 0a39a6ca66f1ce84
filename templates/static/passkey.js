// Sign-in by autofill and by button, enrolment, and the Signal API. What it needs stands in data
// attributes; what it obtains is posted by an ordinary form. It only ever shows what the page holds.
const key = window.PublicKeyCredential;
const able = key && navigator.credentials;
const signals = {
  unknown: "signalUnknownCredential", all: "signalAllAcceptedCredentials", details: "signalCurrentUserDetails",
};
let autofill; // the ceremony that waits behind the email field

// By hand: Safari before 18.4 knows no JSON, what some password managers make only seems to.
const read = (json) => JSON.parse(json, function (name, v) {
  return name === "challenge" || name === "id" && (this.type || "displayName" in this)
    ? Uint8Array.from(atob(v.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt()) : v;
});
const text = (v) => v && btoa(String.fromCharCode(...new Uint8Array(v)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

function write(c) {
  const id = text(c.rawId), response = { transports: c.response.getTransports?.() };
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    response[name] = text(c.response[name]) ?? undefined;
  return JSON.stringify({
    id, rawId: id, type: c.type, response, authenticatorAttachment: c.authenticatorAttachment,
    clientExtensionResults: c.getClientExtensionResults?.(),
  });
}

async function perform(form, mediation, signal) {
  const { passkey, options } = form.dataset;
  form.elements.credential.value = write(await navigator.credentials[passkey]({ publicKey: read(options), mediation, signal }));
  form.submit();
}

async function arm(form) {
  const field = document.querySelector("input[autocomplete~=webauthn]");
  if (form.dataset.passkey !== "get" || !field || !await key.isConditionalMediationAvailable?.()) return;
  const stop = new AbortController();
  autofill = { stop, ended: perform(form, "conditional", stop.signal).catch(() => {}) };
}

// The first message that knows the name of the error is shown; the last one knows all.
function tell(form, name) {
  const messages = [...form.querySelectorAll("[data-when]")];
  const told = messages.find((m) => m.dataset.when.split(" ").includes(name)) ?? messages.at(-1);
  for (const m of messages) m.hidden = !name || m !== told;
}

async function begin(event) {
  event.preventDefault();
  const form = event.target, button = form.querySelector("button");
  button.disabled = true;
  tell(form);
  autofill?.stop.abort(); // a browser does one ceremony at a time
  await autofill?.ended;
  try {
    await perform(form);
  } catch (error) {
    button.disabled = false;
    button.focus();
    tell(form, error.name);
    arm(form);
  }
}

// So that nobody is offered a passkey whose browser makes none.
if (able) document.cookie = "symbolon_passkeys=1; path=/; max-age=2592000; samesite=lax";

for (const e of document.querySelectorAll(able ? "[data-passkeys]" : "[data-no-passkeys]")) e.hidden = false;

// Before autofill begins, so that it does not offer what was just called unknown.
const sent = Object.entries(signals).flatMap(([kind, method]) =>
  [...document.querySelectorAll(`[data-signal-${kind}]`)].map(async (e) =>
    key?.[method]?.(JSON.parse(e.getAttribute(`data-signal-${kind}`)))));

Promise.allSettled(sent).then(() => {
  if (!able) return;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", begin);
    arm(form);
  }
});
