import { entrySentence } from './sentence.ts';
import type { EventRow } from './storage.ts';

/** Forms in which entries go out to systems that watch: the whole is the body, these are mappings of it. */
export const OUTLET_FORMS = ['rfc5424', 'cef', 'ocsf'] as const;

/** One of the forms. */
export type OutletForm = (typeof OUTLET_FORMS)[number];

/** Who sends. */
export interface OutletSender {
  hostname: string;
  version: string;
}

/** Facility `log audit` (RFC 5424 §6.2.1). */
const FACILITY = 13;
const SEVERITY: Readonly<Record<string, number>> = { ok: 6, refused: 5, failed: 4 };
const CEF_SEVERITY: Readonly<Record<string, number>> = { ok: 2, refused: 5, failed: 6 };
/** Private enterprise number for examples (RFC 5612): there is none of our own. */
const ELEMENT = 'vaultdesk@32473';
const OCSF_VERSION = '1.3.0';

interface Body {
  actor: { name?: string; ip?: string; session?: string; roles?: string[] };
  fields?: string[];
  reason?: string;
  ticket?: string;
  request?: { id?: string; route?: string };
}

/** An entry as one line of syslog (RFC 5424), without framing; `form` says what stands in its message. */
export function outletLine(row: EventRow, form: OutletForm, sender: OutletSender): string {
  const body = JSON.parse(row.body) as Body;
  const host = sender.hostname.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 255) || '-';
  const priority = FACILITY * 8 + (SEVERITY[row.outcome] ?? 6);
  const head = `<${priority}>1 ${row.at.toISOString()} ${host} vaultdesk - ${row.action.slice(0, 32)}`;
  if (form === 'cef') return `${head} - \ufeff${cef(row, body, sender)}`;
  if (form === 'ocsf') return `${head} - \ufeff${jsonLine(ocsf(row, body, sender))}`;
  return `${head} [${ELEMENT} ${structured(row, body)}] \ufeff${visible(entrySentence(row, body).en)}`;
}

/** A head for a syslog server that serves as an anchor: the signed note in base64, so that it can be had back whole. */
export function outletHead(
  head: { sealNo: number; size: number; at: Date; checkpoint: string },
  sender: OutletSender,
): string {
  const host = sender.hostname.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 255) || '-';
  const note = Buffer.from(head.checkpoint).toString('base64');
  const data = `[${ELEMENT} seal="${head.sealNo}" size="${head.size}"]`;
  return `<${FACILITY * 8 + 6}>1 ${head.at.toISOString()} ${host} vaultdesk - audit.head ${data} ${note}`;
}

/** A line in the framing of syslog over TLS: its octets, a blank, itself (RFC 6587 §3.4.1). */
export function frameLine(line: string): Buffer {
  const bytes = Buffer.from(line);
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}

function placeOf({ node, epoch, lane, n }: EventRow): string {
  return `${node}/${epoch}/${lane}/${n}`;
}

/** What both text forms say, in one order; absent values are left out. */
function factsOf(row: EventRow, body: Body): [string, string][] {
  const facts: [string, string | null | undefined][] = [
    ['id', row.id],
    ['seq', placeOf(row)],
    ['class', row.class],
    ['outcome', row.outcome],
    ['actorType', row.actorType],
    ['actor', row.actorId],
    ['actorName', body.actor.name],
    ['ip', body.actor.ip],
    ['session', body.actor.session],
    ['targetType', row.targetType],
    ['target', row.targetId],
    ['customer', row.customerRef],
    ['fields', body.fields?.join(' ')],
    ['reason', body.reason],
    ['ticket', body.ticket],
    ['request', body.request?.id],
    ['leaf', row.leaf.toString('hex')],
  ];
  return facts.filter((fact): fact is [string, string] => typeof fact[1] === 'string' && fact[1] !== '');
}

function structured(row: EventRow, body: Body): string {
  return factsOf(row, body)
    .map(([name, value]) => `${name}="${visible(value).replaceAll(/["\\\]]/g, '\\$&')}"`)
    .join(' ');
}

/** Common event format, version 0. */
function cef(row: EventRow, body: Body, sender: OutletSender): string {
  const header = ['CEF:0', 'Vaultdesk', 'Vaultdesk', sender.version, row.action, entrySentence(row, body).en];
  const head = header.map((part) => visible(part).replaceAll(/[\\|]/g, '\\$&')).join('|');
  const names: Readonly<Record<string, string>> = {
    ...{
      id: 'externalId',
      actor: 'suid',
      actorName: 'suser',
      ip: 'src',
      outcome: 'outcome',
      reason: 'reason',
    },
    ...{ target: 'duid', targetType: 'destinationServiceName', class: 'cat', session: 'sproc' },
  };
  const custom: Readonly<Record<string, string>> = {
    customer: 'cs1',
    ticket: 'cs2',
    seq: 'cs3',
    fields: 'cs4',
    leaf: 'cs5',
  };
  const extension = factsOf(row, body).flatMap(([name, value]) => {
    const text = visible(value).replaceAll(/[\\=]/g, '\\$&');
    if (names[name] !== undefined) return [`${names[name]}=${text}`];
    const slot = custom[name];
    return slot === undefined ? [] : [`${slot}Label=${name}`, `${slot}=${text}`];
  });
  return `${head}|${CEF_SEVERITY[row.outcome] ?? 2}|rt=${row.at.getTime()} act=${row.action} ${extension.join(' ')}`;
}

/** Classes of the schema: authentication, user access management, or, for everything else, activity on the interface. */
function ocsfClass(row: EventRow): { category: number; kind: number; activity: number } {
  if (row.action === 'session.open') return { category: 3, kind: 3002, activity: 1 };
  if (row.action === 'session.close') return { category: 3, kind: 3002, activity: 2 };
  if (row.class === 'access') return { category: 3, kind: 3002, activity: 99 };
  if (/^(account|role|placement)\./.test(row.action)) return { category: 3, kind: 3005, activity: 99 };
  const verbs: Readonly<Record<string, number>> = {
    create: 1,
    view: 2,
    read: 2,
    list: 2,
    update: 3,
    delete: 4,
    remove: 4,
  };
  return { category: 6, kind: 6003, activity: verbs[row.action.split('.')[1] ?? ''] ?? 99 };
}

function ocsf(row: EventRow, body: Body, sender: OutletSender): object {
  const { category, kind, activity } = ocsfClass(row);
  const { name, ip, session } = body.actor;
  return {
    activity_id: activity,
    actor: {
      ...(session === undefined ? {} : { session: { uid: session } }),
      user: { ...(name === undefined ? {} : { name }), type: row.actorType, uid: row.actorId },
    },
    api: { operation: row.action, ...(body.request?.id ? { request: { uid: body.request.id } } : {}) },
    category_uid: category,
    class_uid: kind,
    message: entrySentence(row, body).en,
    metadata: {
      log_name: 'audit',
      product: { name: 'Vaultdesk', vendor_name: 'Vaultdesk', version: sender.version },
      uid: row.id,
      version: OCSF_VERSION,
    },
    ...(row.targetId === null ? {} : { resources: [{ type: row.targetType, uid: row.targetId }] }),
    severity_id: row.outcome === 'ok' ? 1 : 2,
    ...(ip === undefined ? {} : { src_endpoint: { ip } }),
    status_id: row.outcome === 'ok' ? 1 : 2,
    ...(body.reason === undefined ? {} : { status_detail: body.reason }),
    time: row.at.getTime(),
    type_uid: kind * 100 + activity,
    unmapped: {
      ...{ class: row.class, leaf: row.leaf.toString('hex'), seq: placeOf(row) },
      ...(row.customerRef === null ? {} : { customer: row.customerRef }),
      ...(body.fields === undefined ? {} : { fields: body.fields }),
      ...(body.ticket === undefined ? {} : { ticket: body.ticket }),
    },
  };
}

/** JSON in which direction marks are escaped as well; what JSON.stringify leaves as it is. */
function jsonLine(value: object): string {
  const unit = (one: string) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (one) => one.replace(/[^]/g, unit));
}

/** Control and direction characters written out: nothing in a value may break a line or turn the reader's screen. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`);
}
