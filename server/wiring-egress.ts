import { readFile } from 'node:fs/promises';
import type { Foundation } from './foundation.ts';
import type { Approvals } from './identity/index.ts';
import { StartError } from './kernel/index.ts';
import { sha256 } from './platform/crypto/index.ts';
import {
  createEgress,
  EGRESS_APPROVAL,
  egressRoutes,
  EgressRuleService,
  parseAllowLine,
  type Egress,
  type EgressAllowance,
  type EgressApproval,
} from './platform/egress/index.ts';
import type { AnyRoute, Metrics } from './platform/http/index.ts';

/** The way out with its rules, from the settings. */
export interface WayOut {
  egress: Egress;
  egressRules: EgressRuleService;
  routes: AnyRoute[];
}

/** Builds the way out; throws StartError `config.invalid` for lines and files that cannot be read. */
export async function openEgress(
  foundation: Foundation,
  { metrics, approvals }: { metrics: Metrics; approvals: Approvals },
): Promise<WayOut> {
  const { config, uow, clock, ids, log } = foundation;
  const configured = config.egress.allow.map(readAllowLine);
  const egressRules = new EgressRuleService({ uow, clock, ids, approvals, configured });
  approvals.register<EgressApproval>({
    kind: EGRESS_APPROVAL,
    title: { zh: '开放外联地址', en: 'Open a place to call' },
    permission: 'egress:approve',
    describe: (db, params) => egressRules.describe(db, params),
    apply: (tx, params, who) => egressRules.approve(tx, params, who),
    drop: (tx, params) => egressRules.reject(tx, params),
  });
  const egress = createEgress({
    ...{ rules: egressRules, uow, log, metrics, hash: sha256 },
    trusted: await readAuthorities(config.egress.caFile),
    proxy: readPlace(config.egress.proxy),
    directNetworks: config.egress.directNetworks,
  });
  return { egress, egressRules, routes: egressRoutes(egressRules) };
}

function readAllowLine(line: string): EgressAllowance {
  const allowance = parseAllowLine(line);
  if (allowance !== undefined) return allowance;
  throw new StartError({
    code: 'config.invalid',
    sentence: `"egress.allow" has the line ${JSON.stringify(line.slice(0, 200))}, whose place cannot be read.`,
    remedy: 'Write OWNER PROTOCOL HOST:PORT; docs/operations/egress.md lists protocols and spellings.',
  });
}

async function readAuthorities(file: string | undefined): Promise<string[]> {
  if (file === undefined) return [];
  try {
    return [await readFile(file, 'utf8')];
  } catch (cause) {
    throw new StartError({
      code: 'config.invalid',
      sentence: `The file of "egress.caFile" cannot be read.`,
      remedy: 'Name a PEM file that the account of the server may read.',
      cause,
    });
  }
}

function readPlace(text: string | undefined): { host: string; port: number } | undefined {
  if (text === undefined) return undefined;
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}
