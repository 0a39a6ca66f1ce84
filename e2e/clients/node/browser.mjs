// A person at a browser that knows links, forms and cookies, and no JavaScript. Alice is one of the
// demo users of `symbolon dev`; she allows whatever she is asked.
export class Browser {
  #cookies = new Map()
  #home

  constructor(issuer) {
    this.#home = new URL(issuer).origin
  }

  // signIn opens an authorization request and returns where the browser is sent with the answer.
  async signIn(url) {
    let page = await this.#open(url)
    if (page.has('/login/dev')) page = await this.#send(page, '/login/dev', { user: 'u_alice' })
    if (page.has('/consent')) page = await this.#send(page, '/consent', { decision: 'allow' })
    return page.left()
  }

  // connect types in the code that a device shows.
  async connect(url, code) {
    let page = await this.#open(url)
    page = await this.#send(page, '/device', { user_code: code })
    if (page.has('/login/dev')) page = await this.#send(page, '/login/dev', { user: 'u_alice' })
    page = await this.#send(page, '/device/', { decision: 'allow' })
    return page.html.includes('Your device is connected')
  }

  // signOut follows a sign-out request, and confirms where it is asked to.
  async signOut(url) {
    let page = await this.#open(url)
    if (page.has('/logout')) page = await this.#send(page, '/logout', {})
    return page.left()
  }

  async #open(url, form) {
    url = new URL(url, this.#home)
    if (url.origin !== this.#home) return new Page(url, '')
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      body: form && new URLSearchParams(form),
      headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      redirect: 'manual',
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)
      this.#cookies.set(name, value)
    }
    const next = response.headers.get('location') ?? response.headers.get('refresh')?.split('url=')[1]
    return next ? this.#open(next) : new Page(url, await response.text())
  }

  #send(page, action, changes) {
    const [target, fields] = page.form(action)
    return this.#open(target, { ...fields, ...changes })
  }
}

class Page {
  constructor(url, html) {
    this.url = url
    this.html = html
  }

  has(action) {
    return this.html.includes(`action="${action}`)
  }

  form(action) {
    for (const [, target, inside] of this.html.matchAll(/<form[^>]*action="([^"]*)"[^>]*>(.*?)<\/form>/gs)) {
      if (!target.startsWith(action)) continue
      const fields = [...inside.matchAll(/<input[^>]*name="([^"]*)"[^>]*>/g)]
      return [text(target), Object.fromEntries(fields.map(([input, name]) => [name, text(/value="([^"]*)"/.exec(input)?.[1] ?? '')]))]
    }
    throw new Error(`no form to ${action} at ${this.url}:\n${this.html}`)
  }

  left() {
    if (this.html) throw new Error(`the browser stays at ${this.url}:\n${this.html}`)
    return this.url
  }
}

function text(html) {
  return html.replaceAll('&#43;', '+').replaceAll('&#34;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
}
