import type { Db, Tx, UnitContext } from '../persistence/index.ts';
import type { FileOwnerType } from './stored-file.entity.ts';

/** Files that the server makes itself, of one kind of owner; the store is it for every kind. */
export interface MadeFiles<Type extends FileOwnerType> {
  create(
    context: UnitContext,
    file: {
      owner: { type: Type; id: string };
      requester: null;
      recordClass: 'export';
      name: string;
      type: string;
    },
  ): Promise<{
    write(bytes: Buffer): Promise<void>;
    close(): Promise<{ id: string; sizeBytes: number }>;
    abort(): Promise<void>;
  }>;
  content(
    db: Db,
    id: string,
  ): Promise<{
    info: { name: string; sizeBytes: number };
    source: { pass(range: { first: number; last: number }): AsyncIterable<Buffer> };
  }>;
  ofOwner(db: Db, owner: { type: Type; id: string }): Promise<{ id: string }[]>;
  remove(tx: Tx, ids: readonly string[]): Promise<number>;
}
