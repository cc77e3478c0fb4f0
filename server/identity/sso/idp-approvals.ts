import { readCertificate, type IdpMap, type RoleRule } from '../../../sso/index.ts';
import { AppError } from '../../kernel/index.ts';
import type { Db, Json, Tx } from '../../platform/persistence/index.ts';
import type { ApprovalLine } from '../approvals/approval.entity.ts';
import type { Approvals } from '../approvals/approval.service.ts';
import { ADMINISTRATOR_ROLES, isRole } from '../permissions.ts';
import { sessionsOfIdp } from '../session.repo.ts';
import type { SessionService } from '../session.service.ts';
import { endSessions } from './end-sessions.ts';
import { draftJson, type IdpDraft, type IdpInput } from './idp.draft.ts';
import type { IdpService } from './idp.service.ts';
import { mapOf, type IdpState } from './sso.entity.ts';
import { findIdp, listIdps } from './sso.repo.ts';

/** What the acts on identity providers need. */
export interface IdpActDeps {
  idps: IdpService;
  approvals: Approvals;
  /** Absent on the command line, which holds no sessions in memory. */
  sessions?: Pick<SessionService, 'forgetAfter'>;
}

/** Kinds of acts that take two people. */
export const IDP_APPROVALS = { change: 'idp.change', switch: 'idp.switch', remove: 'idp.remove' } as const;

type ById = { id: string };
type Switch = { id: string; isOn: boolean };

/** Every change of an identity provider takes two people: who may come in is decided there. */
export class IdpActs {
  readonly #deps: IdpActDeps;

  constructor(deps: IdpActDeps) {
    this.#deps = deps;
    const permission = 'idp:approve';
    deps.approvals.register<Json>({
      ...{ kind: IDP_APPROVALS.change, permission },
      title: { zh: '添加或修改身份提供方', en: 'Add or change an identity provider' },
      describe: (db, params) => describeChange(db, params as unknown as IdpDraft),
      apply: (tx, params) => this.#apply(tx, params as unknown as IdpDraft),
    });
    deps.approvals.register<Switch>({
      ...{ kind: IDP_APPROVALS.switch, permission },
      title: { zh: '停用或重新启用身份提供方', en: 'Switch an identity provider off or on' },
      describe: (db, params) => describeSwitch(db, params),
      apply: (tx, params) => this.#switch(tx, params),
    });
    deps.approvals.register<ById>({
      ...{ kind: IDP_APPROVALS.remove, permission },
      title: { zh: '移除身份提供方', en: 'Remove an identity provider' },
      describe: async (db, { id }) => [{ label: 'idp.line.id', from: (await get(db, id)).id }],
      apply: (tx, { id }) => this.remove(tx, id),
    });
  }

  /** Asks for a new or changed identity provider; what is in force stays so until somebody else approves. */
  async askChange(tx: Tx, input: IdpInput, reason: string): Promise<{ id: string }> {
    const draft = await this.#deps.idps.draft(tx, input);
    return this.#deps.approvals.ask(tx, IDP_APPROVALS.change, draftJson(draft), { reason, key: input.id });
  }

  /** Asks to switch one off or on. Throws `idp.state_refused`. */
  async askSwitch(tx: Tx, params: Switch, reason: string): Promise<{ id: string }> {
    return this.#deps.approvals.ask(tx, IDP_APPROVALS.switch, params, { reason, key: params.id });
  }

  /** Asks to remove one. */
  async askRemove(tx: Tx, id: string, reason: string): Promise<{ id: string }> {
    return this.#deps.approvals.ask(tx, IDP_APPROVALS.remove, { id }, { reason, key: id });
  }

  async #apply(tx: Tx, draft: IdpDraft): Promise<void> {
    const known = (await listIdps(tx)).find(({ idp }) => idp.id === draft.id);
    await this.#deps.idps.put(tx, draft, stateAfter(draft, known));
  }

  async #switch(tx: Tx, { id, isOn }: Switch): Promise<void> {
    await this.#deps.idps.switch(tx, id, isOn);
    if (!isOn) await this.#endSessions(tx, id, 'identity-provider-off');
  }

  /** Removes one and ends the sessions it opened, at most 1,000; gives how many. */
  async remove(tx: Tx, id: string): Promise<void> {
    await this.#deps.idps.remove(tx, id);
    await this.#endSessions(tx, id, 'identity-provider-removed');
  }

  async #endSessions(tx: Tx, id: string, reason: string): Promise<void> {
    const rows = await sessionsOfIdp(tx, id);
    await endSessions(tx, rows, reason);
    for (const row of rows) this.#deps.sessions?.forgetAfter(tx, { sessionId: row.id });
  }
}

/**
 * What is live stays live when it is still the same identity provider under a certificate that was in force: so keys are
 * changed without a refused sign-in. Anything else is tested first.
 */
function stateAfter(
  draft: IdpDraft,
  known: Awaited<ReturnType<typeof listIdps>>[number] | undefined,
): IdpState {
  if (known === undefined) return 'approved';
  if (known.idp.state === 'off') return 'off';
  const { entityId, ssoUrl } = draft.party;
  const isSame = known.idp.entityId === entityId && known.idp.ssoUrl === ssoUrl;
  const isKept = known.certificates.some(({ pem }) => draft.certificates.includes(pem));
  return known.idp.state === 'live' && isSame && isKept ? 'live' : 'approved';
}

async function get(db: Db, id: string) {
  const row = await findIdp(db, id);
  if (row === undefined) throw new AppError('request.not_found');
  return row;
}

async function describeSwitch(db: Db, { id, isOn }: Switch): Promise<ApprovalLine[]> {
  const row = await get(db, id);
  if ((row.state === 'off') !== isOn) throw new AppError('idp.state_refused');
  return [
    { label: 'idp.line.id', to: id },
    { label: 'idp.line.state', from: row.state, to: isOn ? 'approved' : 'off' },
  ];
}

/** What changes from what to what; rules that make administrators stand first, so that no long list hides them. */
async function describeChange(db: Db, draft: IdpDraft): Promise<ApprovalLine[]> {
  const known = (await listIdps(db)).find(({ idp }) => idp.id === draft.id);
  const before = known && factsOf(known.idp, mapOf(known.idp));
  const lines: ApprovalLine[] = [{ label: 'idp.line.id', to: draft.id }];
  for (const [name, to] of Object.entries(factsOf(draft.party, draft.map))) {
    const from = before?.[name] ?? '';
    if (from !== to) lines.push({ label: `idp.line.${name}`, ...(from === '' ? {} : { from }), to });
  }
  const rules = differences(known === undefined ? [] : mapOf(known.idp).roles.map(ruleText), [
    ...[...draft.map.roles]
      .sort((a, b) => Number(isAdministrator(b)) - Number(isAdministrator(a)))
      .map(ruleText),
  ]);
  const prints = (pems: readonly string[]) => pems.map((pem) => readCertificate(pem).fingerprint);
  const standing = prints(known?.certificates.map(({ pem }) => pem) ?? []);
  const certificates = differences(standing, prints(draft.certificates));
  return [
    ...lines,
    ...certificates.map((change) => ({ label: 'idp.line.certificate', ...change })),
    ...rules.map((change) => ({ label: 'idp.line.rule', ...change })),
  ];
}

function differences(before: readonly string[], after: readonly string[]): { from?: string; to?: string }[] {
  const added = after.filter((text) => !before.includes(text));
  const gone = before.filter((text) => !after.includes(text));
  return [...added.map((to) => ({ to })), ...gone.map((from) => ({ from }))];
}

const isAdministrator = ({ role }: RoleRule) => isRole(role) && ADMINISTRATOR_ROLES.has(role);

/** Whether a map makes somebody an administrator. */
export function grantsAdministrator(map: Pick<IdpMap, 'roles'>): boolean {
  return map.roles.some(isAdministrator);
}

function ruleText({ group, role, unit, skillGroups = [] }: RoleRule): string {
  return [`${group} → ${role}`, unit, skillGroups.join(', ')].filter(Boolean).join(' · ');
}

function factsOf(party: Omit<IdpDraft['party'], 'metadataSigner'>, map: IdpMap): Record<string, string> {
  const weak = (['allowCbc', 'allow3des'] as const).filter((name) => map[name]);
  return {
    entity: party.entityId,
    address: party.ssoUrl,
    metadata: party.metadataUrl ?? '',
    attributes: Object.entries(map.attributes)
      .map(([name, source]) => `${name}: ${String(source)}`)
      .join(', '),
    jit: String(map.jit),
    signatures: map.signPolicy,
    ...(party.metadataUrl === null ? {} : { refresh: String(map.refreshHours) }),
    weak: weak.join(', '),
  };
}
