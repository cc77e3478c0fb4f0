import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import {
  col,
  defineEntity,
  insert,
  remove,
  select,
  update,
  type Db,
  type RowOf,
  type Tx,
} from '../../platform/persistence/index.ts';

/** Saved reply texts of the house. They name no customer, so they are not sealed. */
const cannedResponseEntity = defineEntity(
  'canned_response',
  {
    id: col.uuid(),
    title: col.text(200),
    category: col.text(60),
    body: col.clob(),
    createdBy: col.uuid(),
    updatedAt: col.instant(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);
/** Row of `canned_response`. */
export type CannedResponseRow = RowOf<typeof cannedResponseEntity>;

/** What people enter. */
export interface CannedResponseInput {
  title: string;
  category: string;
  text: string;
}

const INSERT = insert(cannedResponseEntity);
const BY_ID = select(cannedResponseEntity, { name: 'canned_response.by_id', where: ['id'] });
const LIST = select(cannedResponseEntity, {
  name: 'canned_response.list',
  orderBy: [
    ['category', 'asc'],
    ['title', 'asc'],
    ['id', 'asc'],
  ],
  keyset: true,
  limit: true,
});
const UPDATE = update(cannedResponseEntity, {
  name: 'canned_response.update',
  set: ['title', 'category', 'body', 'updatedAt', 'version'],
  where: ['id', 'version'],
});
const REMOVE = remove(cannedResponseEntity, { name: 'canned_response.remove', where: ['id'] });

/** Canned responses: every agent uses them, supervisors and editors keep them. */
export class CannedResponseService {
  readonly #deps: { clock: Clock; ids: Ids };

  constructor(deps: { clock: Clock; ids: Ids }) {
    this.#deps = deps;
  }

  /** By category and title; `after` is category, title, and id of the last row seen. */
  list(db: Db, limit: number, after?: readonly unknown[]): Promise<CannedResponseRow[]> {
    return db.all(LIST, { limit, after });
  }

  /** Records `canned.create`. */
  async create(tx: Tx, input: CannedResponseInput): Promise<CannedResponseRow> {
    const row: CannedResponseRow = {
      id: this.#deps.ids.next(),
      title: input.title,
      category: input.category,
      body: input.text,
      createdBy: tx.context.actor.id,
      updatedAt: this.#deps.clock.now(),
      version: 1,
    };
    await tx.run(INSERT, row);
    record(tx, 'canned.create', row.id);
    return row;
  }

  /** Records `canned.update`. Throws `request.version_stale`, `request.not_found`. */
  async update(tx: Tx, id: string, version: number, input: CannedResponseInput): Promise<CannedResponseRow> {
    const row = await tx.one(BY_ID, { id });
    if (!row) throw new AppError('request.not_found');
    const { title, category, text: body } = input;
    const updatedAt = this.#deps.clock.now();
    const next = { ...row, title, category, body, updatedAt, version: version + 1 };
    const count = await tx.run(UPDATE, { ...next, whereId: id, whereVersion: version });
    if (count === 0) throw new AppError('request.version_stale');
    record(tx, 'canned.update', id);
    return next;
  }

  /** Records `canned.delete`. Throws `request.not_found`. */
  async remove(tx: Tx, id: string): Promise<void> {
    if ((await tx.run(REMOVE, { id })) === 0) throw new AppError('request.not_found');
    record(tx, 'canned.delete', id);
  }
}

function record(tx: Tx, action: 'canned.create' | 'canned.update' | 'canned.delete', id: string): void {
  tx.record({ action, outcome: 'ok', target: { type: 'canned-response', id } });
}
