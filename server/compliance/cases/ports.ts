import type { Before } from '../../kernel/index.ts';
import type { MadeFiles } from '../../platform/files/index.ts';
import type { Db } from '../../platform/persistence/index.ts';

/** By what a regulator names a person. */
export const CASE_KEYS = ['phone', 'idNumber', 'customerNumber'] as const;
/** One of them. */
export type CaseKey = (typeof CASE_KEYS)[number];

/** A person as officers see one: a reference, and masks to tell people apart. */
export interface CasePerson {
  id: string;
  nameMasked: string | null;
  phoneMasked: string | null;
  idNumberMasked: string | null;
  createdAt: Date;
}

/** Port: what the desk knows of a person. Nothing of it is shown to officers but masks; the rest goes into the file. */
export interface CaseRecords {
  lookUp(db: Db, key: CaseKey, value: string): Promise<CasePerson[]>;
  person(db: Db, id: string): Promise<CasePerson | undefined>;
  conversationsOf(
    db: Db,
    requesterId: string,
    page: Before & { limit: number },
  ): Promise<{ id: string; state: string; openedAt: Date; closedAt: Date | null }[]>;
  messagesOf(
    db: Db,
    conversationId: string,
    page: { afterSeq: number; limit: number; isUnmasked: boolean },
  ): Promise<
    {
      seq: number;
      at: Date;
      from: string;
      senderId: string;
      kind: string;
      text: string;
      fileName: string | null;
    }[]
  >;
}

/** Port: where case files lie, sealed. */
export type CaseStore = MadeFiles<'case'>;
