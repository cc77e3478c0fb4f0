import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Alarms } from './alarms.ts';
import type { SiteService, VisitorService } from './channels/web-widget/index.ts';
import {
  systemText,
  type RevealAlarms,
  type Staff,
  type SystemText,
  type SystemTexts,
  type TicketService,
} from './desk/index.ts';
import type { Foundation } from './foundation.ts';
import type { Bookkeeping, Identity, IdentityDeps, OnAsked } from './identity/index.ts';
import { AppError, builtFile, type Clock, type TimeZone } from './kernel/index.ts';
import type { Config } from './platform/config/index.ts';
import { randomBytes } from './platform/crypto/index.ts';
import {
  allowedOrigins,
  clientAddress,
  type Authenticator,
  type HttpConfig,
  type NetworkList,
  type ReadinessCheck,
  type StaticSite,
} from './platform/http/index.ts';
import type { OutboxRelay, WithDb } from './platform/jobs/index.ts';
import type { Files } from './platform/files/index.ts';
import type { Notice, Notifier } from './platform/notify/index.ts';
import {
  inTransaction,
  portable,
  takeNumbers,
  type Database,
  type Tx,
} from './platform/persistence/index.ts';
import type { SystemParts } from './reports/index.ts';
import { sentiment, type OpenTicket, type Robot } from './robot/index.ts';
import type { Tailoring, TextKey } from './tailoring/index.ts';
import { VERSION } from './version.ts';

/** Small adapters between the parts that compose.ts wires; none of them decides anything of the domain. */

/** The built web files. */
export const WEB_FOLDER = fileURLToPath(builtFile('web'));

/** Entry of the robot's training thread, as the build made it. */
export const ROBOT_WORKER = builtFile('server/robot-worker.mjs');

/** No head for this long although entries come: sealing hangs. */
const SEAL_AGE_MAX_MS = 5 * 60 * 1_000;
/** Clock readings before this program was written are wrong. */
const CLOCK_FLOOR = new Date('2026-01-01T00:00:00Z');

/** The HTTP side's settings. Without a public address, the loopback names with the port are answered. */
export function toHttpConfig(config: Config): HttpConfig {
  const own = [`${config.bind}:${config.port}`, `localhost:${config.port}`, `127.0.0.1:${config.port}`];
  const publicBaseUrl = config.publicBaseUrl ?? `https://${own[0]}`;
  const hosts = [
    ...new Set([...own, new URL(publicBaseUrl).host, ...config.hosts, ...emergencyHosts(config)]),
  ];
  return {
    publicBaseUrl,
    hosts,
    trustedProxies: config.trustedProxies,
    isEvaluation: config.isEvaluation,
    isLoopbackLimited: config.limits.loopback,
    addressLimits: {
      perSecond: config.limits.requestsPerAddressSecond,
      burst: config.limits.requestsPerAddressAtOnce,
    },
  };
}

/** The names of the server on the port that asks for a client certificate, where there is one. */
function emergencyHosts({ accounts, bind, publicBaseUrl }: Config): string[] {
  if (accounts.breakGlassAuthorityFile === undefined) return [];
  const names = [bind, 'localhost', '127.0.0.1', ...(publicBaseUrl ? [new URL(publicBaseUrl).hostname] : [])];
  return names.map((name) => `${name}:${accounts.breakGlassPort}`);
}

/** Whether a page of this origin may open a visitor's socket: our own pages, or a site's. Programs send none. */
export async function isVisitorOrigin(
  origin: string | undefined,
  config: HttpConfig,
  sites: SiteService,
): Promise<boolean> {
  if (origin === undefined || allowedOrigins(config).has(origin)) return true;
  return sites.isListedOrigin(origin);
}

/** The client's address of an upgrade request, as the HTTP side finds it. */
export function requestAddress(isTrusted: NetworkList): (request: IncomingMessage) => string {
  return (request) => {
    const forwarded = request.headers['x-forwarded-for'];
    const header = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
    return clientAddress(request.socket.remoteAddress, header, isTrusted);
  };
}

/** Connections for technical rows outside units of work: leases, outbox states. */
export function withDb(database: Database): WithDb {
  return (work) => database.read(work);
}

/** As `withDb`, in a transaction of its own: all of the work's rows, or none. */
export function inTransactionOf(database: Database): WithDb {
  return (work) => inTransaction(database, work);
}

/** Writes that only move a clock (last use of a session). */
export function bookkeeping(database: Database): Bookkeeping {
  return { run: (statement, params) => database.read((session) => session.run(statement, params)) };
}

/** How a text feels, in the language of its script. */
export function sentimentOf(text: string): ReturnType<typeof sentiment> {
  return sentiment(text, /\p{Script=Han}/u.test(text) ? 'zh' : 'en');
}

/** Numbers are reserved in blocks of this size; a restart leaves the rest of one out. */
const NUMBERS_AT_ONCE = 20;

/** The next number of a series (ticket numbers); one statement for a whole block. */
export function numberSeries(database: Database, name: string): () => Promise<number> {
  let block: Promise<number> | undefined;
  let used = 0;
  return async () => {
    if (block === undefined || used === NUMBERS_AT_ONCE) {
      used = 0;
      block = takeNumbers(database, name, NUMBERS_AT_ONCE);
    }
    const offset = used;
    used += 1;
    const taken = block;
    try {
      return (await taken) + offset;
    } catch (error) {
      if (block === taken) block = undefined;
      throw error;
    }
  };
}

/** Sentences of the system: as the installation words them, else as the product comes. */
export function systemTexts(tailoring: Tailoring): SystemTexts {
  return (name, locale) => tailoring.textOf(TEXT_KEYS[name], locale) ?? systemText(name, locale);
}

const TEXT_KEYS: Record<SystemText, TextKey> = {
  queued: 'conversation.queued',
  assigned: 'conversation.assigned',
  handedOver: 'conversation.handedOver',
  closed: 'conversation.closed',
  fallback: 'robot.fallback',
  clarify: 'robot.clarify',
  fileReceived: 'robot.fileReceived',
};

/** Names of people by id, and of all skill groups. */
export function namesFrom(identity: Pick<Identity, 'namesOf' | 'listSkillGroups'>) {
  return {
    namesOf: (_db: unknown, accountIds: readonly string[]) => identity.namesOf(accountIds),
    teamNames: async (): Promise<ReadonlyMap<string, string>> =>
      new Map((await identity.listSkillGroups()).map(({ id, name }) => [id, name])),
  };
}

/** What the desk asks about people, answered by identity. */
export function staffOf(identity: Identity): Staff {
  return {
    async list(ids) {
      const names = await identity.namesOf(ids);
      return [...names].map(([id, displayName]) => ({ id, displayName }));
    },
    agents: (unitId) => identity.listAgents(null, unitId),
    async skillGroupsOf(accountId) {
      const groups = await identity.listSkillGroups();
      return groups.filter(({ memberIds }) => memberIds.includes(accountId)).map(({ id }) => id);
    },
    units: (ids) => identity.organisation.namesOf(ids),
    async skillGroups(ids) {
      const groups = await identity.listSkillGroups();
      return groups.filter(({ id }) => ids.includes(id)).map(({ id, name }) => ({ id, name }));
    },
  };
}

/** Finds visitors by their bearer token; they hold no permission but their own conversation. */
export function visitorAuthenticator(visitors: VisitorService): Authenticator {
  return async ({ bearer, ip }) => {
    if (bearer === undefined) return undefined;
    try {
      const visitor = await visitors.authenticate(bearer);
      return { actor: { type: 'requester', id: visitor.requesterId, ip }, permissions: new Set(), visitor };
    } catch (error) {
      if (error instanceof AppError && error.code === 'visitor.token_invalid') return undefined;
      throw error;
    }
  };
}

const ALIVE = portable<Record<never, never>, { alive: number }>(
  'installation.alive',
  'SELECT COUNT(*) AS alive FROM installation',
  { params: {}, result: { alive: 'int' } },
);

/** What the system page shows of each part. */
export function systemParts(
  foundation: Foundation,
  parts: { robot: Robot; relay: OutboxRelay; files: Files; socketCount(): number },
): SystemParts {
  const { clock, database, sealer, trail } = foundation;
  return {
    version: VERSION,
    startedAt: clock.now(),
    socketCount: parts.socketCount,
    outbox: () => parts.relay.counts(),
    files: () => parts.files.checker.status(),
    robot: async () => ({ ...parts.robot.status() }),
    async audit() {
      const { size, sealedAt, isForked, waitingLaneCount } = sealer.status();
      return {
        size,
        lastSealAt: sealedAt?.toISOString() ?? null,
        isForked,
        waitingLaneCount,
        epoch: trail.epoch,
      };
    },
    async database() {
      const startedMs = performance.now();
      await database.read((session) => session.one(ALIVE, {}));
      const roundTripMs = Math.round((performance.now() - startedMs) * 10) / 10;
      return { kind: database.dialect.name, isReachable: true, roundTripMs };
    },
  };
}

/** What must hold before the server takes work: database, keys, audit, disk, clock. */
export function readinessOf(foundation: Foundation): ReadinessCheck[] {
  const { guard, crypto, clock, sealer, uow } = foundation;
  const fail = (reason: string) => {
    throw new Error(reason);
  };
  return [
    { name: 'database', check: async () => void (await uow.read((db) => db.one(ALIVE, {}))) },
    { name: 'keys', check: async () => void crypto.blindIndex('readiness', 'probe') },
    {
      name: 'audit',
      async check() {
        const { sealedAt, isForked } = sealer.status();
        if (isForked) fail('the trail is forked');
        if (sealedAt && clock.now().getTime() - sealedAt.getTime() > SEAL_AGE_MAX_MS)
          fail('no seal for long');
      },
    },
    {
      name: 'disk',
      async check() {
        await guard.look();
        if (!guard.hasRoom) fail('the disk is full');
      },
    },
    {
      name: 'clock',
      async check() {
        if (clock.now() < CLOCK_FLOOR) fail('the clock is wrong');
      },
    },
  ];
}

/** A number from 0 to 1, another each time. */
export function randomRatio(): number {
  return randomBytes(4).readUInt32BE() / 0xffffffff;
}

/** What the configuration says about looking at clear values. */
export function revealRules({ privacy }: Config) {
  const { revealsPerHour: perHourMax, revealBurst: burstCount, ...hours } = privacy;
  return { perHourMax, burstCount, ...hours };
}

/** The officer hears of unusual looks at clear values. */
export function revealAlarms(notifier: Notifier): RevealAlarms {
  const tell = (tx: Tx, kind: string, account: string, params: Record<string, number> = {}) =>
    notifier.send(tx, {
      ...{ kind, severity: 'alarm', to: { permission: 'audit:read' }, link: '/audit' },
      ...{ params: { account, ...params }, key: `${kind}/${account}` },
    });
  return {
    burst: (tx, { accountId, count, minutes }) =>
      tell(tx, 'alarm.reveal-burst', accountId, { count, minutes }),
    outOfHours: (tx, { accountId }) => tell(tx, 'alarm.reveal-out-of-hours', accountId),
  };
}

/** Tells the administrator that a job will not run again by itself. */
export function jobFailedNotice(id: string, job: string, code: string): Notice {
  const to = { permission: 'job:read' };
  const key = `job.failed/${job}`;
  return { kind: 'job.failed', severity: 'alarm', to, params: { id, job, code }, link: '/jobs', key };
}

/** What identity tells of; both are there before any request, but built after the accounts they write to. */
export function tellings(later: {
  notifier(): Notifier;
  alarms(): Alarms;
}): Required<Pick<IdentityDeps, 'onApprovalAsked' | 'onSignInFailed'>> {
  return {
    onApprovalAsked: (tx, asked) => later.notifier().send(tx, approvalNotice(asked)),
    onSignInFailed: (tx, lockedAccountId) => later.alarms().signInFailed(tx, lockedAccountId),
  };
}

/** Tells everybody who may decide that something waits for them. */
function approvalNotice({ id, kind, title, permission }: Parameters<OnAsked>[1]): Notice {
  const key = `approval.asked/${kind}`;
  const params = { id, kind, act: `${title.zh} / ${title.en}` };
  return { kind: 'approval.asked', severity: 'info', to: { permission }, params, link: '/approvals', key };
}

/** Files served as they are. The demonstration bank exists on an evaluation instance only. */
export function staticSites(isEvaluation: boolean): StaticSite[] {
  const sites: StaticSite[] = [
    {
      prefix: '/widget',
      folder: join(WEB_FOLDER, 'widget'),
      aliases: { '/widget.js': 'loader.js' },
      isEmbeddable: true,
    },
    { prefix: '/', folder: join(WEB_FOLDER, 'console'), fallbackFile: 'index.html' },
  ];
  if (isEvaluation) sites.unshift({ prefix: '/demo', folder: join(WEB_FOLDER, 'demo') });
  return sites;
}

/** What flows of the robot need of the rest: a ticket at their end, and today in the installation's zone. */
export function robotPorts(
  { tickets }: { tickets: Pick<TicketService, 'create'> },
  { zone }: { zone: Pick<TimeZone, 'wallAt'> },
  clock: Clock,
): { openTicket: OpenTicket; today(): string } {
  return {
    async openTicket(tx, ticket) {
      await tickets.create(tx, ticket, () => true);
    },
    today() {
      const { year, month, day } = zone.wallAt(clock.now().getTime());
      return [String(year), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
    },
  };
}
