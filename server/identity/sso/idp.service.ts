import {
  CERTIFICATES_MAX,
  readCertificate,
  readIdpMetadata,
  readMap,
  SsoRefusal,
  type IdpMap,
  type IdpParty,
  type IdpMetadata,
} from '../../../sso/index.ts';
import { AppError, type Clock } from '../../kernel/index.ts';
import { DatabaseConflict, type Json, type Tx, type UnitOfWork } from '../../platform/persistence/index.ts';
import { isRoleId } from '../roles/role.rules.ts';
import { mapOf, type IdpCertificateRow, type IdpRow } from './sso.entity.ts';
import { findIdp, IDPS_MAX, insertIdp, listIdps, removeIdp, setIdpState, updateIdp } from './sso.repo.ts';

/** What identity providers need. */
export interface IdpDeps {
  uow: UnitOfWork;
  clock: Clock;
  /** On an evaluation instance one is live at once. */
  isEvaluation: boolean;
}

/** An identity provider as it is asked for: metadata and map, both as texts say. */
export interface IdpInput {
  id: string;
  metadata: string;
  map: unknown;
}

/** An identity provider with its certificates. */
export interface KnownIdp {
  idp: IdpRow;
  map: IdpMap;
  certificates: readonly IdpCertificateRow[];
}

/** An id stands in addresses that the identity provider stores. */
export const IDP_ID_PATTERN = '^[a-z0-9][a-z0-9-]{0,39}$';
/** Changes of other processes are seen after that long; certificates and maps change rarely. */
const CACHE_MS = 2_000;

/** Identity providers: read from metadata and map, approved by a second person, tested, live. */
export class IdpService {
  readonly #deps: IdpDeps;
  #cache: { atMs: number; idps: readonly KnownIdp[] } | undefined;

  constructor(deps: IdpDeps) {
    this.#deps = deps;
  }

  /** All of them, at most two seconds old. */
  async list(): Promise<readonly KnownIdp[]> {
    const nowMs = this.#deps.clock.now().getTime();
    if (this.#cache !== undefined && Math.abs(nowMs - this.#cache.atMs) < CACHE_MS) return this.#cache.idps;
    const rows = await this.#deps.uow.read(listIdps);
    const idps = rows.map(({ idp, certificates }) => ({ idp, map: mapOf(idp), certificates }));
    this.#cache = { atMs: nowMs, idps };
    return idps;
  }

  /** One of them, whatever its state. */
  async find(id: string): Promise<KnownIdp | undefined> {
    return (await this.list()).find(({ idp }) => idp.id === id);
  }

  /** How the library knows one. Certificates that ended are left out. */
  partyOf({ idp, map, certificates }: KnownIdp): IdpParty {
    const nowMs = this.#deps.clock.now().getTime();
    const inForce = certificates.filter(({ notAfter }) => notAfter.getTime() > nowMs);
    return {
      entityId: idp.entityId,
      ssoUrl: idp.ssoUrl,
      ssoBinding: idp.ssoBinding as IdpParty['ssoBinding'],
      ...(idp.sloUrl === null ? {} : { sloUrl: idp.sloUrl }),
      ...(idp.sloBinding === null ? {} : { sloBinding: idp.sloBinding as IdpParty['ssoBinding'] }),
      ...(idp.sloResponseUrl === null ? {} : { sloResponseUrl: idp.sloResponseUrl }),
      certificates: inForce.map(({ pem }) => pem),
      signPolicy: map.signPolicy,
      allowCbc: map.allowCbc,
      allow3des: map.allow3des,
      requireEncrypted: map.requireEncrypted,
    };
  }

  /**
   * Makes or replaces one. What was live waits for the second person again, but on an evaluation instance. Throws
   * `idp.invalid`, `idp.entity_taken`, `idp.limit`.
   */
  async put(tx: Tx, input: IdpInput): Promise<IdpRow> {
    const { metadata, map } = this.#read(input);
    const known = await findIdp(tx, input.id);
    const others = await listIdps(tx);
    if (known === undefined && others.length >= IDPS_MAX) throw new AppError('idp.limit');
    const now = this.#deps.clock.now();
    const { entityId, ssoUrl, ssoBinding, certificates } = metadata;
    const row: IdpRow = {
      ...{ id: input.id, entityId, ssoUrl, ssoBinding },
      sloUrl: metadata.sloUrl ?? null,
      sloBinding: metadata.sloBinding ?? null,
      sloResponseUrl: metadata.sloResponseUrl ?? null,
      mapJson: map as unknown as Json,
      state: this.#deps.isEvaluation ? 'live' : 'waiting',
      createdAt: known?.createdAt ?? now,
      changedAt: now,
      changedById: tx.context.actor.id,
      version: known?.version ?? 1,
    };
    const rows = certificateRows(input.id, [...certificates, ...map.certificates]);
    await orEntityTaken(async () => {
      if (known === undefined) await insertIdp(tx, row, rows);
      else if (!(await updateIdp(tx, row, rows))) throw new AppError('request.version_stale');
    });
    this.#forget(tx);
    const target = { type: 'idp', id: input.id };
    const details = { roles: [...new Set(map.roles.map(({ role }) => role))].sort(), jit: map.jit };
    tx.record({ action: known === undefined ? 'idp.add' : 'idp.update', outcome: 'ok', target, details });
    return row;
  }

  #read(input: IdpInput): { metadata: IdpMetadata; map: IdpMap } {
    const map = readMap(input.map, isRoleId);
    if (!map.ok) {
      const faults = map.faults.map(({ path, problem }) => `${path}: ${problem}`);
      throw new AppError('idp.invalid', { details: { part: 'map', faults: faults.slice(0, 20).join('; ') } });
    }
    try {
      const metadata = readIdpMetadata(input.metadata, { clock: this.#deps.clock });
      for (const pem of map.map.certificates) readCertificate(pem);
      return { metadata, map: map.map };
    } catch (error) {
      if (!(error instanceof SsoRefusal)) throw error;
      throw new AppError('idp.invalid', { details: { part: 'metadata', faults: error.why }, cause: error });
    }
  }

  /** The second person agrees; who changed it last cannot. Throws `approval.second_person`, `idp.state_refused`. */
  async approve(tx: Tx, id: string, version: number): Promise<IdpRow> {
    const row = await findIdp(tx, id);
    if (row === undefined) throw new AppError('request.not_found');
    if (row.changedById === tx.context.actor.id) throw new AppError('approval.second_person');
    if (row.state !== 'waiting') throw new AppError('idp.state_refused');
    if (row.version !== version) throw new AppError('request.version_stale');
    await this.#move(tx, row, 'approved');
    tx.record({ action: 'idp.approve', outcome: 'ok', target: { type: 'idp', id } });
    return { ...row, state: 'approved', version: row.version + 1 };
  }

  /** A sign-in through it was tested and went well: it is live. Does nothing unless it was approved. */
  async noteTested(tx: Tx, id: string): Promise<void> {
    const row = await findIdp(tx, id);
    if (row?.state !== 'approved') return;
    await this.#move(tx, row, 'live');
    tx.record({ action: 'idp.live', outcome: 'ok', target: { type: 'idp', id } });
  }

  async #move(tx: Tx, row: IdpRow, state: string): Promise<void> {
    const isDone = await setIdpState(tx, row, state, this.#deps.clock.now());
    if (!isDone) throw new AppError('request.version_stale');
    this.#forget(tx);
  }

  /** Removes one; the caller ends the sessions it opened. */
  async remove(tx: Tx, id: string): Promise<void> {
    if ((await findIdp(tx, id)) === undefined) throw new AppError('request.not_found');
    await removeIdp(tx, id);
    this.#forget(tx);
    tx.record({ action: 'idp.remove', outcome: 'ok', target: { type: 'idp', id } });
  }

  #forget(tx: Tx): void {
    tx.afterCommit(() => {
      this.#cache = undefined;
    });
  }
}

function certificateRows(idpId: string, pems: readonly string[]): IdpCertificateRow[] {
  const read = pems.map((pem) => readCertificate(pem));
  const distinct = new Map(read.map((certificate) => [certificate.fingerprint, certificate]));
  if (distinct.size > CERTIFICATES_MAX) {
    throw new AppError('idp.invalid', { details: { part: 'metadata', faults: 'certificates' } });
  }
  return [...distinct.values()].map(({ pem, fingerprint, notBefore, notAfter }) => ({
    ...{ idpId, fingerprint, pem, notBefore, notAfter, warnedDays: null },
  }));
}

/** Two identity providers of one name could not be told apart. */
async function orEntityTaken(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DatabaseConflict && error.constraint === 'ux_sso_idp_entity') {
      throw new AppError('idp.entity_taken', { cause: error });
    }
    throw error;
  }
}
