import type { Foundation } from './foundation.ts';
import { Defence, defenceRoutes } from './platform/defence/index.ts';
import { createNetworkList, isLoopback, type AddressGuard, type AnyRoute } from './platform/http/index.ts';
import type { Notifier } from './platform/notify/index.ts';

/** Active defence: who is turned away, who hears of it, and the routes of the console. */
export function composeDefence(
  { config, uow, clock, ids, bus, log }: Foundation,
  notifier: Pick<Notifier, 'send'>,
): { guard: AddressGuard; routes: AnyRoute[]; start(): Promise<void>; stop(): void } {
  const isProxy = createNetworkList(config.trustedProxies);
  const isExempt = createNetworkList(config.limits.neverBlocked);
  const onFault = (error: unknown) => log.error('defence.fault', {}, error);
  const defence = new Defence({
    ...{ uow, clock, ids, bus, onFault },
    isSpared: (address) =>
      isProxy(address) || isExempt(address) || (isLoopback(address) && !config.limits.loopback),
    async tell(tx, { address, reason, minutes }) {
      await notifier.send(tx, {
        ...{ kind: 'alarm.address-blocked', severity: 'alarm', params: { address, reason, minutes } },
        ...{ key: `alarm.address-blocked/${address}`, link: '/defence' },
        to: { permission: 'defence:release' },
      });
    },
  });
  return {
    guard: {
      blockedSeconds: (address) => defence.blockedSeconds(address),
      note: (address, sighting) => void defence.note(address, sighting),
    },
    routes: defenceRoutes({ defence, clock }),
    start: () => defence.start(),
    stop: () => defence.stop(),
  };
}
