// The client of the App API (docs/app-api.md). The session lives in sessionStorage, so that each tab is a phone of its own.
import { ask } from "../ask.js";

const ANSWERS_WITHIN_MS = 30_000;

/** An answer that is not a success; `payment` is the payment as it is, where the server sent it. */
export class Refusal extends Error {
  constructor(status, body, retryAfter) {
    super(body?.message ?? String(status));
    this.status = status;
    this.code = body?.code ?? "unknown";
    this.payment = body?.payment ?? null;
    this.retryAfter = retryAfter;
  }
}

/** Nobody answered, or not to the end. */
export class NoConnection extends Error {}

/** The wallet's server, for one signed-in user or none. */
export class Api {
  #calls = 0;
  #clockFrom = 0; // the call that told the clock last; what was asked before it knows an older one

  /** `base` is the path below which the wallet is: nothing at the root. */
  constructor(base, tenant, onEnded, onClock) {
    this.address = `${base}/app/v1`;
    this.key = `lommebok-session${base}`;
    this.tenant = tenant;
    this.onEnded = onEnded;
    this.onClock = onClock;
  }

  /** Where this user's phone hears of changes, and where it asks whether there were any. */
  get changes() {
    return { events: `${this.address}/events`, status: `${this.address}/status` };
  }

  get signedIn() {
    return this.#session !== null;
  }

  /** The header that every call but sign-in carries. */
  authorization() {
    return { authorization: `Bearer ${this.#session}` };
  }

  get #session() {
    return sessionStorage.getItem(this.key);
  }

  async signIn(phoneNumber, pin) {
    const { session, user } = await this.#call("POST", "/sessions", { phoneNumber, pin, tenant: this.tenant });
    sessionStorage.setItem(this.key, session);
    return user;
  }

  async signOut() {
    const session = this.#session;
    await this.#call("DELETE", "/sessions/current").catch(() => {});
    if (this.#session === session) this.forget(); // else somebody signed in meanwhile
  }

  forget() {
    sessionStorage.removeItem(this.key);
  }

  user = async () => (await this.#call("GET", "/sessions/current")).user;
  payments = async () => {
    const open = [];
    for (let skip = 0; skip !== null; ) {
      const page = await this.#call("GET", `/payments?skip=${skip}`);
      open.push(...page.payments);
      skip = page.next;
    }
    return open;
  };
  payment = (id) => this.#call("GET", `/payments/${encodeURIComponent(id)}`);
  open = (link) => this.#call("POST", "/payments/open", { link });
  approve = (id, cardId) => this.#call("POST", `/payments/${encodeURIComponent(id)}/approve`, { cardId });
  cancel = (id) => this.#call("POST", `/payments/${encodeURIComponent(id)}/cancel`);
  cards = async () => (await this.#call("GET", "/cards")).cards;
  receipt = (id, after) => this.#call("GET", `/receipts/${encodeURIComponent(id)}${after ? `?after=${encodeURIComponent(after)}` : ""}`);
  receipts = (before) => this.#call("GET", before ? `/receipts?before=${encodeURIComponent(before)}` : "/receipts");

  async #call(method, path, body) {
    const signingIn = path === "/sessions";
    const session = this.#session;
    const call = ++this.#calls;
    const answer = await ask(this.address + path, ANSWERS_WITHIN_MS, {
      method,
      headers: {
        accept: "application/json",
        "accept-language": document.documentElement.lang,
        ...(body ? { "content-type": "application/json" } : {}),
        ...(signingIn ? {} : this.authorization()),
      },
      body: body ? JSON.stringify(body) : undefined,
    }).catch((fault) => {
      throw new NoConnection(String(fault));
    });
    const content = parsed(answer.text);
    if (answer.ok && content === null && answer.status !== 204) throw new NoConnection("half an answer");
    if (answer.ok && content?.clock && call > this.#clockFrom) {
      this.#clockFrom = call;
      this.onClock(content.clock);
    }
    if (answer.ok) return content;
    if (answer.status === 401 && !signingIn && this.#session === session) this.onEnded();
    throw new Refusal(answer.status, content, Number(answer.headers.get("retry-after")) || 0);
  }
}

/** What an answer holds; nothing for one that is no JSON. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
