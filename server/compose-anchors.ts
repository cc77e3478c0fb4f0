import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { parseKeyFile, parseWitnessKeys, type OutletForm, type TrailKeys } from '../audit/index.ts';
import {
  createAnchoring,
  createForwarder,
  createStampAnchor,
  createSyslogAnchor,
  createVolumeAnchor,
  createWitnessAnchor,
  type Anchoring,
  type OutsideAnchor,
} from './compliance/index.ts';
import type { Services } from './compose-services.ts';
import { placesOf, type Foundation } from './foundation.ts';
import type { Config } from './platform/config/index.ts';
import { createLease, createLoop, type Loop } from './platform/jobs/index.ts';
import { VERSION } from './version.ts';
import * as wiring from './wiring.ts';

/** Delivery of heads, and of entries, to places outside. */
export interface OutsideAnchors {
  states: Anchoring['states'];
  /** Keys of the trails whose witness this installation is. */
  witnessed: TrailKeys[];
  loops: Loop[];
}

/** Whether heads go anywhere besides the folder in the home folder. */
export function hasOutsideAnchor({ audit }: Config): boolean {
  return [audit.syslog, audit.stampUrl, audit.witnessUrl, audit.anchorFolder].some(
    (place) => place !== undefined,
  );
}

/** Anchors and outlets as the configuration names them. */
export async function composeAnchors(
  { config, clock, ids, log, database, auditStorage }: Foundation,
  { egress, notify }: Pick<Services, 'egress' | 'notify'>,
): Promise<OutsideAnchors> {
  const { syslog, syslogCaFile, syslogEntries, stampUrl, stampCaFile, anchorSeconds } = config.audit;
  const { witnessUrl, witnessCaFile, witnessKeys, witnessKeyFile } = config.audit;
  const places = placesOf(config.home);
  const everyMs = anchorSeconds * 1_000;
  const sender = { hostname: hostname(), version: VERSION };
  const pemOf = (path: string | undefined) =>
    path === undefined ? undefined : readFile(resolve(config.home, path), 'utf8');
  const place = syslog === undefined ? undefined : { ...hostAndPort(syslog), ca: await pemOf(syslogCaFile) };
  const stampCa = await pemOf(stampCaFile);
  const anchors: OutsideAnchor[] = [];
  if (place !== undefined) anchors.push(createSyslogAnchor({ egress, place, sender, everyMs }));
  if (stampUrl !== undefined) {
    const trusted = stampCa === undefined ? [] : [stampCa];
    const folder = places.stamps;
    anchors.push(createStampAnchor({ egress, url: stampUrl, trusted, folder, clock, everyMs }));
  }
  const { anchorFolder } = config.audit;
  if (anchorFolder !== undefined)
    anchors.push(createVolumeAnchor({ folder: anchorFolder, trail: auditStorage, everyMs }));
  const witnessCa = await pemOf(witnessCaFile);
  if (witnessUrl !== undefined) {
    const peer = { url: witnessUrl, ...(witnessCa === undefined ? {} : { ca: witnessCa }) };
    const keyText = await pemOf(witnessKeyFile);
    const witnesses = keyText === undefined ? [] : parseWitnessKeys(keyText);
    const beside = { witnesses, folder: places.anchors, clock };
    anchors.push(createWitnessAnchor({ egress, ...peer, ...beside, trail: auditStorage, everyMs }));
  }
  const keyFiles = await Promise.all(witnessKeys.map((path) => readFile(resolve(config.home, path), 'utf8')));
  const anchoring = createAnchoring({
    ...{ anchors, clock, lastSeal: () => auditStorage.lastSeal() },
    async onFailing(sink, code) {
      log.error('audit.anchor_failed', { sink, code }, undefined);
      const to = { permission: ['system:read', 'audit:read', 'audit:read-admin'] };
      const kind = 'alarm.anchor-failing';
      const notice = { kind, severity: 'alarm' as const, params: { sink, code }, key: `${kind}/${sink}` };
      await notify.raise({ ...notice, to, link: '/audit' });
    },
  });
  const withDb = wiring.withDb(database);
  const leaseOf = (name: string) => createLease({ withDb, clock, name, holder: ids.next() });
  const anchorLease = leaseOf('audit-anchors');
  const anchorLoop = createLoop(async () => (await anchorLease.hold()) && anchoring.look(), {
    ...{ ...log, name: 'anchors' },
  });
  const loops = anchors.length === 0 ? [] : [anchorLoop];
  if (place !== undefined && syslogEntries !== 'none') {
    const folder = join(places.spool, 'outlet');
    const lease = leaseOf('audit-outlet');
    const form: OutletForm = syslogEntries;
    const forwarder = createForwarder({ source: auditStorage, egress, place, form, sender, folder });
    const loop: Loop = createLoop(
      async () => (await lease.hold()) && (await forwarder.look()) && loop.nudge(),
      {
        ...{ ...log, name: 'audit outlet' },
      },
    );
    loops.push(loop);
  }
  return { states: anchoring.states, witnessed: keyFiles.map(parseKeyFile), loops };
}

function hostAndPort(text: string): { host: string; port: number } {
  const cut = text.lastIndexOf(':');
  return { host: text.slice(0, cut).replace(/^\[(.*)\]$/, '$1'), port: Number(text.slice(cut + 1)) };
}
