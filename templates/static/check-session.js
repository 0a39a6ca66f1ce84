// OpenID Connect Session Management 1.0, section 3.2: an app that has us in a frame asks whether the
// person is still the one it knows. It is told yes or no; what is compared is a digest.
const cookie = document.documentElement.dataset.cookie + "=";

const state = () => document.cookie.split("; ").find((c) => c.startsWith(cookie))?.slice(cookie.length) ?? "";

async function judge(message, origin) {
  const [, client, told, salt] = /^(\S+) ([\w-]+)\.([\w-]+)$/.exec(message) ?? [];
  if (!client) return "error";
  const text = new TextEncoder().encode([client, origin, state(), salt].join(" "));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  const own = btoa(String.fromCharCode(...digest)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return own === told ? "unchanged" : "changed";
}

addEventListener("message", async (event) => {
  if (!event.source || event.origin === "null") return;
  event.source.postMessage(await judge(event.data, event.origin).catch(() => "error"), event.origin);
});
