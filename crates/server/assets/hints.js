// Follows an event stream of hints by fetch: an EventSource could not send a session. A hint says that something changed, never
// how, so the one duty of a listener is to read the state again; it is also called on every connect. A hidden page closes its
// stream, because browsers allow six connections to a host.

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;

/**
 * Follows hints until `stop()` is called.
 * @param {string} url the stream
 * @param {{headers?: () => Record<string, string>, onHint: () => unknown, onStatus?: (status: number) => boolean,
 *   onConnection?: (connected: boolean) => unknown}} options
 *   `onStatus` is told a refusal's status and returns whether to try again; `onConnection` hears false when nobody answers, and true
 *   when somebody does.
 * @returns {{stop: () => void}}
 */
export function follow(url, { headers = () => ({}), onHint, onStatus = () => true, onConnection = () => {} }) {
  let over = false;
  let attempt = null; // the AbortController of the connection that is open or being opened
  let waitMs = FIRST_WAIT_MS;
  let timer = 0;

  const connect = async () => {
    clearTimeout(timer);
    if (over || document.hidden || attempt) return;
    const own = new AbortController();
    attempt = own;
    try {
      const answer = await fetch(url, {
        headers: { accept: "text/event-stream", ...headers() },
        cache: "no-store",
        signal: own.signal,
      }).catch((fault) => {
        if (!own.signal.aborted) onConnection(false);
        throw fault;
      });
      onConnection(true);
      if (!answer.ok) {
        over ||= !onStatus(answer.status);
      } else {
        waitMs = FIRST_WAIT_MS;
        await read(answer.body, onHint);
      }
    } catch {
      // a lost connection is followed by another
    }
    if (attempt === own) attempt = null;
    if (over || document.hidden) return;
    timer = setTimeout(connect, waitMs);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  };

  const onVisibility = () => {
    if (document.hidden) {
      attempt?.abort();
      attempt = null;
    } else {
      waitMs = FIRST_WAIT_MS;
      connect();
    }
  };
  document.addEventListener("visibilitychange", onVisibility);
  connect();

  return {
    stop() {
      over = true;
      clearTimeout(timer);
      attempt?.abort();
      document.removeEventListener("visibilitychange", onVisibility);
    },
  };
}

/** Calls `onHint` at once and for each event; comments only show that the connection lives. */
async function read(body, onHint) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  onHint();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const events = rest.split(/\r?\n\r?\n/);
    rest = events.pop();
    if (events.some((event) => /^data:/m.test(event))) onHint();
  }
}
