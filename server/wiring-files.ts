import './alarm-texts.ts';
import { builtFile } from './kernel/index.ts';
import type { Config } from './platform/config/index.ts';
import { connectLocal, type Egress } from './platform/egress/index.ts';
import { createClamdScanner, type CheckerTellings, type Scanner } from './platform/files/index.ts';
import type { Notice, Notifier } from './platform/notify/index.ts';

/** Entry of the thread that draws thumbnails, as the build made it. */
export const THUMBNAIL_WORKER = builtFile('server/thumbnail-worker.mjs');

const CONNECT_TIMEOUT_MS = 5_000;
const USE = { owner: 'files:clamd', protocol: 'clamd' } as const;

/** The scanner of the settings: clamd over its Unix socket, or on the network through the one way out; or none. */
export function scannerOf({ files }: Config, egress: Egress): { scanner?: Scanner } {
  const { scanner: place } = files;
  if (place === undefined) return {};
  const limits = { timeoutMs: CONNECT_TIMEOUT_MS };
  if (place.startsWith('unix:')) {
    const path = place.slice('unix:'.length);
    return { scanner: createClamdScanner({ connect: () => connectLocal(path, limits) }) };
  }
  const colon = place.lastIndexOf(':');
  const host = place.slice(0, colon).replace(/^\[|\]$/g, '');
  const target = { host, port: Number(place.slice(colon + 1)) };
  return { scanner: createClamdScanner({ connect: () => egress.connect(USE, target, limits) }) };
}

/** Who hears of the scanner: the administrator, who can mend it. The notifier is built after the files. */
export function fileTellings(notifier: () => Notifier): CheckerTellings {
  const alarm = (kind: string, params: Notice['params']): Notice => {
    return { kind, severity: 'alarm', to: { permission: 'system:read' }, params, link: '/system', key: kind };
  };
  return {
    quarantined: (tx, file) => notifier().send(tx, alarm('alarm.file-quarantined', { file })),
    scannerAway: (minutes) => notifier().raise(alarm('alarm.scanner-away', { minutes })),
  };
}
