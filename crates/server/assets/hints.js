// Keeps a page up to date, in two ways side by side, because neither can be relied on alone. An event stream tells at once that
// something changed; proxies hold streams back, though, and connections die in silence. So a small address is also asked now and then
// whether anything has changed. What changed neither of them says: the one duty of a listener is to read the state again.
//
// The stream is read by fetch, since an EventSource could not send a session. A hidden page closes it, because browsers allow six
// connections to a host.
import { ask } from "./ask.js";

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;
const SILENT_MS = 25_000; // a stream that lives brings a comment every 15 s
const ASK_EVERY_MS = 4000;
const ANSWERS_WITHIN_MS = 4000;
const LOST_AFTER = 2; // questions without an answer, while a stream seems to live

/**
 * Follows changes until `stop()` is called.
 * @param {{events: string, status: string}} addresses the stream, and where to ask
 * @param {{headers?: () => Record<string, string>, onHint: () => unknown, onStatus?: (status: number) => boolean,
 *   onConnection?: (connected: boolean) => unknown, whileHidden?: boolean}} options
 *   `onHint` is called for each change, and on every connect; `onStatus` is told a refusal's status and returns whether to go on;
 *   `onConnection` hears false when nobody answers, and true when somebody does; `whileHidden`: ask also while nobody looks.
 * @returns {{stop: () => void}}
 */
export function follow({ events, status }, options) {
  const { headers = () => ({}), onHint, onStatus = () => true, onConnection = () => {}, whileHidden = false } = options;
  let over = false;
  let known = null; // what the status address answered last
  let asking = false;
  let unanswered = 0;
  let connection = null; // the AbortController of the stream that is open or being opened
  let lives = false; // whether that one has been answered
  let waitMs = FIRST_WAIT_MS;
  let nextStream = 0;
  let nextQuestion = setTimeout(question, ASK_EVERY_MS);

  function answered(code) {
    unanswered = 0;
    onConnection(true);
    if (code >= 400 && !onStatus(code)) stop();
  }

  async function question() {
    clearTimeout(nextQuestion);
    if (over || asking) return;
    if (whileHidden || !document.hidden) {
      asking = true;
      await compare();
      asking = false;
    }
    if (!over) nextQuestion = setTimeout(question, ASK_EVERY_MS);
  }

  async function compare() {
    try {
      const answer = await ask(status, ANSWERS_WITHIN_MS, { headers: { accept: "application/json", ...headers() } });
      if (over) return;
      answered(answer.status);
      if (!answer.ok || answer.text === known) return;
      known = answer.text;
      onHint();
    } catch {
      unanswered += 1;
      if (over || (lives && unanswered < LOST_AFTER)) return;
      onConnection(false);
      onHint(); // perhaps only this address is not answered
    }
  }

  async function listen() {
    clearTimeout(nextStream);
    if (over || document.hidden || connection) return;
    const own = new AbortController();
    connection = own;
    await readStream(own).catch(() => {}); // a lost stream is followed by another
    own.abort();
    if (connection !== own) return;
    connection = null;
    lives = false;
    if (over) return;
    question();
    nextStream = setTimeout(listen, waitMs);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }

  /** Reads until the stream ends or falls silent. Comments only show that it lives. */
  async function readStream({ signal }) {
    const watch = watchSilence();
    try {
      const request = { headers: { accept: "text/event-stream", ...headers() }, cache: "no-store", signal };
      const answer = await Promise.race([fetch(events, request), watch.silence]);
      if (signal.aborted) return;
      answered(answer.status);
      if (!answer.ok) return;
      lives = true;
      waitMs = FIRST_WAIT_MS;
      onHint();
      const reader = answer.body.getReader();
      const decoder = new TextDecoder();
      let rest = "";
      for (;;) {
        const { value, done } = await Promise.race([reader.read(), watch.silence]);
        if (done || signal.aborted) return;
        watch.heard();
        const parts = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
        rest = parts.pop();
        if (parts.some((part) => /^data:/m.test(part))) onHint();
      }
    } finally {
      watch.end();
    }
  }

  function showOrHide() {
    if (document.hidden) {
      if (connection) connection.abort();
      connection = null;
      lives = false;
    } else {
      waitMs = FIRST_WAIT_MS;
      listen();
      question();
    }
  }

  function stop() {
    over = true;
    clearTimeout(nextStream);
    clearTimeout(nextQuestion);
    if (connection) connection.abort();
    document.removeEventListener("visibilitychange", showOrHide);
  }

  document.addEventListener("visibilitychange", showOrHide);
  listen();
  return { stop };
}

/** A promise that is rejected when nothing was heard for too long. */
function watchSilence() {
  let timer = 0;
  let fail;
  const silence = new Promise((_, reject) => (fail = reject));
  silence.catch(() => {});
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(function silent() {
      fail(new Error("the stream is silent"));
    }, SILENT_MS);
  };
  heard();
  return { silence, heard, end: () => clearTimeout(timer) };
}
