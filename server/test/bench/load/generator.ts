import process from 'node:process';
import { PageLoad } from './page-load.ts';
import { VisitorLoad, type LoadOrder } from './visitor-load.ts';

// One generator process: takes orders from its parent, and ends with it.
const load = new VisitorLoad();
const pages = new PageLoad();

async function follow(order: LoadOrder): Promise<unknown> {
  if (order.order === 'open') return load.open(order.url, order.address, order.count);
  if (order.order === 'pages') return pages.open(order);
  if (order.order === 'silent') return pages.openSilent(order);
  if (order.order === 'count-pages') return pages.count();
  if (order.order === 'cut') return pages.cut();
  if (order.order === 'storm') return pages.storm();
  if (order.order === 'closed-loop') return load.closedLoop(order.ms);
  return load.fixedRate(order.perSecond, order.ms);
}

process.on('message', (order: LoadOrder) => {
  follow(order).then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ failure: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
