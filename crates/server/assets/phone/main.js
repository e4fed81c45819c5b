// The phone simulator: which screen is shown, and what makes it change. It knows the wallet only by the App API.
//
// A screen is a function (phone, argument) → nodes, maybe asynchronous. Hints make the phone read again; a screen that did not change
// stays as it is, so that a chosen card and the bank's frame survive.
import { follow } from "../hints.js";
import { toldClock, walletNow } from "../wallet-clock.js";
import { Api, NoConnection, Refusal } from "./api.js";
import { cards } from "./cards.js";
import { h, icon } from "./dom.js";
import { clock, money } from "./format.js";
import { home, profile } from "./home.js";
import { answeredAgain, clear, hush, push, pushedPayments, say, sayNoConnection, withdraw } from "./notification.js";
import { payment as paymentScreen } from "./payment.js";
import { receiptDetail, receipts } from "./receipts.js";
import { signIn } from "./sign-in.js";
import { t } from "./texts.js";

const place = document.querySelector("[data-screen]");
const tabs = document.querySelector("[data-tabs]");
const offline = document.querySelector("[data-offline]");
const deviceClock = document.querySelector("[data-clock]");
const START_AGAIN_MS = 2000;
const LOOK_AGAIN_MS = 1000;
const TICK_MS = 5000;
const TABS = [[home, "home", t.home], [receipts, "receipt", t.receipts], [cards, "card", t.cards]];

let walletClock = deviceClock.dataset; // how the wallet's clock goes, as the page or the App API told it last

class Phone {
  user = null;
  brand = place.dataset.brand;
  #api = new Api(place.dataset.base, place.dataset.tenant, () => this.end(t.sessionEnded), (told) => setClock(toldClock(told)));
  #changes = null;
  #screen = null; // {render, argument} of what is shown; none while the link in the address is being opened
  #turn = 0; // counts screens, so that a slow one never replaces a newer
  #arriving = false; // a screen is on its way that was not shown before
  #known = new Map(); // open payments by id
  #firstReading = true; // nothing is known yet, so nothing is new
  #lookingFor = null; // the user for whom a look is under way
  #lookAgain = false;
  #lookTimer = 0;
  #link = null; // a payment link that waits for somebody to sign in

  get api() {
    return this.#api;
  }

  async start() {
    const address = new URL(location.href);
    this.#link ??= address.searchParams.get("link"); // a start that failed is tried again, and the address then has none
    if (address.searchParams.has("link")) {
      address.searchParams.delete("link"); // the link is a secret and works once: not for the history
      history.replaceState(null, "", address);
    }
    if (!this.#api.signedIn) return this.show(signIn);
    let user;
    try {
      user = await this.#api.user();
    } catch (fault) {
      if (!this.user) this.#startLater(fault);
      return;
    }
    if (this.user || !this.#api.signedIn) return; // somebody signed in meanwhile
    offline.hidden = true;
    await this.begin(user);
  }

  #startLater(fault) {
    offline.hidden = !(fault instanceof NoConnection);
    if (offline.hidden) this.explain(fault);
    if (this.#api.signedIn) setTimeout(() => this.#api.signedIn && !this.user && this.start(), START_AGAIN_MS);
  }

  /** Somebody signed in. */
  async begin(user) {
    this.user = user;
    this.#firstReading = true;
    this.#changes?.stop();
    this.#changes = follow(this.#api.changes, {
      headers: () => this.#api.authorization(),
      onHint: () => this.look(),
      onStatus: (status) => (status === 401 ? (this.end(t.sessionEnded), false) : true),
      onConnection: tellConnection,
    });
    const link = this.#link;
    this.#link = null;
    if (link === null) return this.show(home);
    await this.openLink(link);
  }

  /** Nobody is signed in any more. */
  end(sentence = null) {
    this.#changes?.stop();
    this.#changes = null;
    offline.hidden = true;
    this.#api.forget();
    this.#known.clear();
    this.user = null;
    clear();
    this.show(signIn, sentence);
  }

  async signOut() {
    const { user } = this;
    this.#changes?.stop(); // the server ends the stream with the session, which is to surprise nobody
    await this.#api.signOut();
    if (this.user === user) this.end();
  }

  /** Signs in as a test user, whoever is signed in now. */
  async become(number, pin) {
    try {
      if (this.user) await this.signOut();
      await this.begin(await this.#api.signIn(number, pin));
    } catch (fault) {
      this.explain(fault);
    }
  }

  /** Opens a payment link; one that leads to no payment leads home. */
  async openLink(link) {
    await this.showOutcome(() => this.#api.open(link), async () => {
      if (this.#screen?.render !== home) await this.show(home);
    });
  }

  /** Shows the payment that a call answers, or why there is none; not to somebody who signed in meanwhile. */
  async showOutcome(call, onFault) {
    const { user } = this;
    try {
      const payment = await call();
      if (this.user === user) await this.show(paymentScreen, payment);
    } catch (fault) {
      if (this.user === user) await onFault();
      if (this.user === user) this.explain(fault);
    }
  }

  /** Shows a payment that was read a while ago, and reads what became of it. */
  async showAsRead(payment) {
    await this.show(paymentScreen, payment);
    await this.look();
  }

  /** Shows a screen and moves the focus to its heading. */
  async show(render, argument = null) {
    hush();
    await this.#draw(render, argument, true).catch((fault) => this.explain(fault));
  }

  /** Shows the same screen with new data, unless it was left; the focus stays where it is if it can. */
  async update(render, argument) {
    if (this.#screen?.render !== render) return;
    await this.#draw(render, argument, false).catch((fault) => this.explain(fault));
  }

  async #draw(render, argument, arriving) {
    if (this.#isOlder(render, argument)) return;
    this.#arriving ||= arriving;
    const turn = ++this.#turn;
    this.#screen = { render, argument };
    if (render === paymentScreen) withdraw(argument.id);
    this.#drawTabs(render);
    if (this.#arriving) place.setAttribute("aria-busy", "true"); // what it shows is about to go
    let nodes;
    try {
      nodes = await render(this, argument);
    } catch (fault) {
      if (turn === this.#turn) throw fault;
      return;
    } finally {
      if (turn === this.#turn) place.removeAttribute("aria-busy");
    }
    if (turn !== this.#turn) return;
    place.dataset.shows = render.name;
    if (this.#arriving) {
      this.#arriving = false;
      place.replaceChildren(...nodes);
      place.scrollTop = 0;
      (place.querySelector("[data-focus]") ?? place.querySelector("h1"))?.focus({ preventScroll: true });
    } else if (markup(nodes) !== markup([...place.children])) {
      keepFocus(() => place.replaceChildren(...nodes));
    }
  }

  /** An answer may come after the hint of what followed it: the newer one stays. */
  #isOlder(render, argument) {
    const shown = this.#shownPayment;
    return render === paymentScreen && shown?.id === argument.id && shown.version > argument.version;
  }

  #drawTabs(current) {
    tabs.hidden = !TABS.some(([screen]) => screen === current);
    if (tabs.children.length === 0) {
      tabs.append(...TABS.map(([screen, sign, name]) => h("button", { type: "button", onclick: () => this.show(screen) }, icon(sign), h("span", {}, name))));
    }
    TABS.forEach(([screen], index) => {
      if (screen === current) tabs.children[index].setAttribute("aria-current", "page");
      else tabs.children[index].removeAttribute("aria-current");
    });
  }

  /** Home lists what is open: whatever comes after that is new. */
  listed(user, open) {
    if (this.user === user && this.#firstReading) this.#know(open);
  }

  #know(open) {
    this.#known = new Map(open.map((payment) => [payment.id, payment]));
    this.#firstReading = false;
  }

  /** Brings everything up to date; while that goes on, further hints ask for only one look more. */
  async look() {
    const { user } = this;
    if (!user) return;
    this.#lookAgain = true;
    if (this.#lookingFor === user) return;
    this.#lookingFor = user;
    while (this.#lookAgain && this.user === user) {
      this.#lookAgain = false;
      await this.#lookFor(user).catch((fault) => this.user === user && this.#lookLater(fault));
    }
    if (this.#lookingFor === user) this.#lookingFor = null;
  }

  /** Reads what is open, tells of what is new, and brings the shown screen up to date. */
  async #lookFor(user) {
    const open = await this.#api.payments();
    if (this.user !== user) return; // what was read is somebody's who signed out meanwhile
    const isNew = ({ id, prompt }) => prompt && !this.#firstReading && !this.#known.has(id);
    const told = open.filter(isNew);
    this.#know(open);
    told.forEach((payment) => this.#tell(payment));
    for (const id of pushedPayments()) {
      if (this.#known.get(id)?.state !== "AWAITING_APPROVAL") withdraw(id);
    }
    await this.#bringUpToDate();
  }

  /** Nobody asked for a look, so one that finds no server is repeated in silence, unless somebody waits for its screen. */
  #lookLater(fault) {
    const passes = fault instanceof NoConnection || fault.status >= 500;
    if (!passes || this.#arriving) this.explain(fault);
    if (!passes) return;
    clearTimeout(this.#lookTimer);
    this.#lookTimer = setTimeout(() => this.look(), LOOK_AGAIN_MS);
  }

  async #bringUpToDate() {
    const { render, argument } = this.#screen ?? {};
    if ([home, receipts, receiptDetail].includes(render)) return this.#draw(render, argument, false);
    const id = this.#shownPayment?.id;
    if (!id) return;
    const now = this.#known.get(id) ?? (await this.#read(id));
    const shown = this.#shownPayment;
    if (shown?.id !== id) return;
    if (!now) {
      await this.show(home);
      say(t.withdrawn);
    } else if (now.version > shown.version || this.#arriving) {
      if (now.state === shown.state) await this.#draw(paymentScreen, now, false);
      else await this.show(paymentScreen, now);
    }
  }

  /** The payment on the screen, if one is. */
  get #shownPayment() {
    return this.#screen?.render === paymentScreen ? this.#screen.argument : null;
  }

  /** A payment; none when another number was confirmed: it is somebody else's now. */
  async #read(id) {
    try {
      return await this.#api.payment(id);
    } catch (fault) {
      if (fault instanceof Refusal && fault.status === 404) return null;
      throw fault;
    }
  }

  #tell(payment) {
    if (this.#shownPayment?.id === payment.id) return;
    push(payment.id, t.pushed(payment.merchant.name, money(payment.amount)), t.pushedHint, () => this.showAsRead(payment));
  }

  /** Says why something did not work; if the answer brought the payment as it is, shows that. */
  explain(fault) {
    if (fault instanceof NoConnection) {
      sayNoConnection(t.noConnection);
    } else if (!(fault instanceof Refusal)) {
      console.error(fault);
      say(t.wrong);
    } else if (fault.code !== "session_ended") {
      if (fault.payment) this.show(paymentScreen, fault.payment);
      say(fault.message);
    }
  }
}

function tellConnection(connected) {
  offline.hidden = connected;
  if (connected) answeredAgain();
}

function markup(nodes) {
  return nodes.map((node) => node.outerHTML).join("");
}

/** Changes the screen and gives the focus back to what had it, or to its like; if that is gone, to the heading. */
function keepFocus(change) {
  const focusable = () => [...place.querySelectorAll("h1, a, button, input")];
  const focused = document.activeElement;
  const index = focusable().indexOf(focused);
  change();
  if (index < 0) return;
  const isLike = (it) => ["tagName", "id", "className", "textContent"].every((name) => it[name] === focused[name]);
  const after = focusable();
  const like = [focused, after[index], ...after].find((it) => it?.isConnected && isLike(it));
  (like ?? place.querySelector("h1"))?.focus({ preventScroll: true });
}

/** The status bar shows the wallet's clock, by which every deadline goes. */
function tick() {
  deviceClock.textContent = clock(walletNow(walletClock));
}

function setClock(told) {
  walletClock = told;
  tick();
}

const phone = new Phone();

for (const person of document.querySelectorAll(".beside .person")) {
  person.addEventListener("click", () => phone.become(person.dataset.number, person.dataset.pin));
}

// The page that the bank sends the user back to says so from inside the frame; the hint would say it too, a moment later.
addEventListener("message", (event) => {
  if (event.origin === location.origin && event.data === "lommebok:returned") phone.look();
});

tick();
setInterval(tick, TICK_MS);

phone.start();
document.documentElement.dataset.script = "phone";
