// The wallet's clock, by which every deadline goes. A sandbox may stop it or set it forward, so it need not be the reader's.

/** What time it is for the wallet, in ms: where it stands, or so many ms ahead of this machine. */
export function walletNow({ standsAt, aheadMs }) {
  return standsAt ? Date.parse(standsAt) : Date.now() + Number(aheadMs ?? 0);
}

/** How a clock goes that the App API has told of just now. */
export function toldClock({ now, runs }) {
  return runs ? { aheadMs: Date.parse(now) - Date.now() } : { standsAt: now };
}
