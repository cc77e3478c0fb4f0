/** Seconds until the server ends an idle session; never negative. */
export function secondsLeft(idleSeconds: number, lastRequestAtMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil(idleSeconds - (nowMs - lastRequestAtMs) / 1000));
}
