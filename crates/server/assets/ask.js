// A question to the server that ends: browsers let a request wait for minutes, and older ones have no AbortSignal.timeout.

/**
 * Asks, and reads the answer to its end.
 * @param {string} address
 * @param {number} withinMs
 * @param {RequestInit} [options]
 * @returns {Promise<{status: number, ok: boolean, url: string, headers: Headers, text: string}>} rejected when no whole answer
 *   comes in time
 */
export async function ask(address, withinMs, options = {}) {
  const controller = new AbortController();
  let timer;
  const tooLate = new Promise((_, reject) => {
    timer = setTimeout(function late() {
      reject(new Error("no answer in time"));
      controller.abort();
    }, withinMs);
  });
  try {
    return await Promise.race([wholeAnswer(address, { cache: "no-store", ...options, signal: controller.signal }), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

async function wholeAnswer(address, options) {
  const answer = await fetch(address, options);
  const { status, ok, url, headers } = answer;
  return { status, ok, url, headers, text: await answer.text() };
}
