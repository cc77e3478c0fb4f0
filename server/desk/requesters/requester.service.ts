import {
  AppError,
  ROOT_UNIT_ID,
  SCOPE_ALL,
  scopeOf,
  type Clock,
  type DataScope,
  type Ids,
} from '../../kernel/index.ts';
import type { Crypto, Dek } from '../../platform/crypto/index.ts';
import {
  columnKinds,
  columnList,
  DEK_INSERT,
  insert,
  portable,
  SCOPE_PARAMS,
  scopeParams,
  select,
  update,
  type Db,
  type ScopeParams,
  type Tx,
} from '../../platform/persistence/index.ts';
import { requesterEntity, type RequesterRow } from './requester.entity.ts';
import { hashProfile, putNameTokens, type HashColumns } from './requester.hashes.ts';
import { withinScopeOfRequester } from './requester.scope.ts';
import { assertProfile, type PersonalField } from './requester.rules.ts';

const REQUESTER_INSERT = insert(requesterEntity);
const REQUESTER_WITHIN = portable<ScopeParams & { id: string }, RequesterRow>(
  'requester.within',
  `SELECT ${columnList(requesterEntity, 'r')} FROM requester r WHERE r.id = :id AND ${withinScopeOfRequester('r')}`,
  { params: { id: 'uuid', ...SCOPE_PARAMS }, result: columnKinds(requesterEntity) },
);
const REQUESTER_BY_EXTERNAL = select(requesterEntity, {
  name: 'requester.by_external',
  where: ['siteId', 'externalBix'],
});
const REQUESTER_UPDATE = update(requesterEntity, {
  name: 'requester.update',
  set: [
    'nameEnc',
    'nameBix',
    'namePrefixBix',
    'phoneEnc',
    'phoneBix',
    'phoneLast4Bix',
    'emailEnc',
    'emailBix',
    'idNumberEnc',
    'idNumberBix',
    'indexVersion',
    'updatedAt',
    'version',
  ],
  where: ['id', 'version'],
});

const REQUESTER_LOCK = portable<{ id: string }, { id: string }>(
  'requester.lock',
  'SELECT id FROM requester WHERE id = :id FOR UPDATE',
  { params: { id: 'uuid' }, result: { id: 'uuid' } },
);

/** Fields to change: null or an empty text removes one, an absent one stays. */
export type ProfileChange = Partial<Record<PersonalField, string | null>>;

/** The columns each field lives in. */
const COLUMNS_OF: Record<PersonalField, readonly (keyof ProfileColumns)[]> = {
  name: ['nameEnc', 'nameBix', 'namePrefixBix'],
  phone: ['phoneEnc', 'phoneBix', 'phoneLast4Bix'],
  email: ['emailEnc', 'emailBix'],
  idNumber: ['idNumberEnc', 'idNumberBix'],
};

/** The personal fields of a requester, in clear; only ever in memory. */
export interface RequesterProfile {
  /** The host application's own id of the customer. */
  external?: string;
  name?: string;
  phone?: string;
  email?: string;
  idNumber?: string;
}

/** A field of the profile. */
export type ProfileField = keyof RequesterProfile;

/** The sealed and indexed columns that hold a profile. */
export type ProfileColumns = HashColumns &
  Pick<RequesterRow, 'externalEnc' | 'nameEnc' | 'phoneEnc' | 'emailEnc' | 'idNumberEnc'>;

/** Column that holds each field's envelope, as it stands in the additional data. */
export const PROFILE_COLUMNS: Record<ProfileField, string> = {
  external: 'external_enc',
  name: 'name_enc',
  phone: 'phone_enc',
  email: 'email_enc',
  idNumber: 'id_number_enc',
};

interface RequesterDeps {
  crypto: Crypto;
  clock: Clock;
  ids: Ids;
}

/** Use cases of requesters: they are made with a data key of their own, also when nobody knows who they are. */
export class RequesterService {
  readonly #deps: RequesterDeps;

  constructor(deps: RequesterDeps) {
    this.#deps = deps;
  }

  /** The requester, if the scope reaches it; throws `request.not_found`. */
  async get(db: Db, id: string, scope: DataScope): Promise<RequesterRow> {
    const row = await this.find(db, id, scope);
    if (!row) throw new AppError('request.not_found');
    return row;
  }

  /** The requester, if there is one within the scope. */
  find(db: Db, id: string, scope: DataScope): Promise<RequesterRow | undefined> {
    return db.one(REQUESTER_WITHIN, { id, ...scopeParams(scope) });
  }

  /** The requester whom a site's host application knows by this id. */
  async findByExternal(db: Db, siteId: string, external: string): Promise<RequesterRow | undefined> {
    for (const externalBix of this.#deps.crypto.blindIndexes('requester.external', external)) {
      const found = await db.one(REQUESTER_BY_EXTERNAL, { siteId, externalBix });
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The key that seals what belongs to a requester. */
  async dekOf(db: Db, id: string): Promise<Dek> {
    return this.#deps.crypto.dek((await this.get(db, id, SCOPE_ALL)).dekId);
  }

  /**
   * The requester, kept from being removed until this unit of work ends: for whoever opens something new for a person
   * whose last record may be years old.
   */
  async claim(tx: Tx, id: string, scope: DataScope): Promise<RequesterRow | undefined> {
    const locked = await tx.one(REQUESTER_LOCK, { id });
    return locked && this.find(tx, id, scope);
  }

  /** Makes a requester and the key everything about this person will be sealed with. */
  async create(
    tx: Tx,
    input: { siteId: string | null; profile: RequesterProfile; isIdentified: boolean; unitId?: string },
  ): Promise<{ row: RequesterRow; dek: Dek }> {
    const id = this.#deps.ids.next();
    const { dek, row: dekRow } = await this.#deps.crypto.newDek('requester', id);
    const now = this.#deps.clock.now();
    const row: RequesterRow = {
      id,
      dekId: dek.id,
      siteId: input.siteId,
      unitId: input.unitId ?? ROOT_UNIT_ID,
      isIdentified: input.isIdentified,
      ...this.sealProfile(dek, id, input.profile),
      createdAt: now,
      updatedAt: now,
      version: 1,
    };
    tx.later(DEK_INSERT, { ...dekRow, writes: 0 });
    tx.later(REQUESTER_INSERT, row);
    const { name } = input.profile;
    if (name) await putNameTokens(tx, this.#deps.crypto, new Map([[id, name]]), true);
    tx.record({
      action: 'requester.create',
      outcome: 'ok',
      target: { type: 'requester', id },
      customer: id,
      fields: Object.keys(input.profile),
    });
    return { row, dek };
  }

  /**
   * Seals and indexes changed fields anew. Records `requester.update`. Throws `request.version_stale`,
   * `request.invalid` for a value that can't be kept, `crypto.key_missing` after an erasure.
   */
  async update(tx: Tx, id: string, version: number, change: ProfileChange): Promise<RequesterRow> {
    assertProfile(change);
    const row = await this.get(tx, id, scopeOf(tx.context.actor));
    if (row.version !== version) throw new AppError('request.version_stale');
    const dek = await this.#deps.crypto.dek(row.dekId);
    const fields = Object.keys(change) as PersonalField[];
    const given = fields.flatMap((field): [PersonalField, string][] => {
      const value = change[field];
      return value ? [[field, value]] : [];
    });
    const sealed = this.sealProfile(dek, id, Object.fromEntries(given));
    const columns = fields.flatMap((field) => COLUMNS_OF[field]);
    const changed = Object.fromEntries(columns.map((column) => [column, sealed[column]]));
    // Hashes of two versions in a row: the upkeep makes them of one again.
    const indexVersion = row.indexVersion === sealed.indexVersion ? row.indexVersion : 0;
    const updatedAt = this.#deps.clock.now();
    const next: RequesterRow = { ...row, ...changed, indexVersion, updatedAt, version: version + 1 };
    const count = await tx.run(REQUESTER_UPDATE, { ...next, whereId: id, whereVersion: version });
    if (count === 0) throw new AppError('request.version_stale');
    if (fields.includes('name')) {
      await putNameTokens(tx, this.#deps.crypto, new Map([[id, change.name ?? '']]));
    }
    const target = { type: 'requester', id };
    tx.record({ action: 'requester.update', outcome: 'ok', target, customer: id, fields });
    return next;
  }

  /** Seals a whole profile; fields that are absent become NULL. */
  sealProfile(dek: Dek, rowId: string, profile: RequesterProfile): ProfileColumns {
    const seal = (field: ProfileField) => {
      const value = profile[field];
      return value ? dek.seal({ table: 'requester', column: PROFILE_COLUMNS[field], rowId }, value) : null;
    };
    return {
      ...hashProfile(this.#deps.crypto, profile),
      externalEnc: seal('external'),
      nameEnc: seal('name'),
      phoneEnc: seal('phone'),
      emailEnc: seal('email'),
      idNumberEnc: seal('idNumber'),
    };
  }
}
