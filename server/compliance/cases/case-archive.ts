import { readFile } from 'node:fs/promises';
import { proveEntry, writeProof, type EventRow, type ProofSource } from '../../../audit/index.ts';
import { AppError, FROM_NEWEST } from '../../kernel/index.ts';
import { createSha256 } from '../../platform/crypto/index.ts';
import { createZip } from '../../platform/documents/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import { VERIFIER_PATH } from '../checks/verifier-process.ts';
import type { SignNote } from '../signing/signed-pdf.ts';
import type { CaseFileRow } from './case.entity.ts';
import { listEventsOf, listHoldsOf } from './case.repo.ts';
import { CASE_LIMITS } from './case.rules.ts';
import type { CaseRecords } from './ports.ts';
import { README } from './readme.ts';

/** What an archive is made from. */
export interface ArchiveDeps {
  uow: UnitOfWork;
  records: CaseRecords;
  trail: ProofSource;
  auditKeys: string;
  signNote: SignNote;
  /** Display names of accounts. */
  accountNames(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** What the case file is about, in clear, for its first page. */
export interface CaseFacts {
  caseNumber: string;
  authority: string;
  reason: string;
}

/** What went into an archive. */
export interface ArchiveCounts {
  conversations: number;
  messages: number;
  entries: number;
  holds: number;
}

const EARLIEST = new Date(0);
const LATEST = new Date('9999-12-31T23:59:59.999Z');
const PAGE = 200;
const MANIFEST_HEADER = 'vaultdesk case file v1';

/**
 * Writes the folder of a case as one archive: facts, conversations, the trail with a proof of each sealed entry, holds,
 * public keys, the verifier, and a manifest with the SHA-256 of every file, signed by the key that seals the trail.
 * Throws `case.too_large`.
 */
export class CaseArchive {
  readonly #deps: ArchiveDeps;
  readonly #row: CaseFileRow;
  readonly #put: (bytes: Buffer) => Promise<void>;
  readonly #zip: ReturnType<typeof createZip>;
  readonly #files: { name: string; bytes: number; sha256: string }[] = [];
  readonly #counts: ArchiveCounts = { conversations: 0, messages: 0, entries: 0, holds: 0 };

  constructor(deps: ArchiveDeps, row: CaseFileRow, put: (bytes: Buffer) => Promise<void>) {
    this.#deps = deps;
    this.#row = row;
    this.#put = put;
    this.#zip = createZip(row.secondAt ?? row.askedAt);
  }

  /** Writes everything; `onStep` hears after each part and may throw to end it. */
  async write(
    facts: CaseFacts,
    onStep: (done: number, total: number) => Promise<void>,
  ): Promise<ArchiveCounts> {
    const steps = [
      () => this.#text('README.txt', README),
      () => this.#facts(facts),
      () => this.#transcripts(),
      () => this.#trail(),
      () => this.#holds(),
      () => this.#text('keys/audit.keys', this.#deps.auditKeys),
      async () => this.#text('audit-verify.mjs', await readFile(VERIFIER_PATH, 'utf8')),
    ];
    for (const [index, step] of steps.entries()) {
      await step();
      await onStep(index + 1, steps.length);
    }
    await this.#manifest();
    await this.#put(this.#zip.close());
    return this.#counts;
  }

  async #facts({ caseNumber, authority, reason }: CaseFacts): Promise<void> {
    const row = this.#row;
    const people = [row.askedBy, row.firstBy, row.secondBy].filter((id) => id !== null);
    const names = await this.#deps.accountNames(people);
    const person = (id: string | null, at: Date | null) =>
      id === null ? null : { id, name: names.get(id) ?? id, at: at?.toISOString() ?? null };
    const facts = {
      ...{ id: row.id, caseNumber, authority, reason, requester: row.requesterId },
      period: { from: row.fromAt?.toISOString() ?? null, to: row.toAt?.toISOString() ?? null },
      values: row.isUnmasked ? 'plain' : 'masked',
      askedBy: person(row.askedBy, row.askedAt),
      approvedBy: [person(row.firstBy, row.firstAt), person(row.secondBy, row.secondAt)],
    };
    await this.#text('case.json', json(facts));
  }

  async #transcripts(): Promise<void> {
    const { uow, records } = this.#deps;
    const { requesterId, isUnmasked } = this.#row;
    const list: { id: string; state: string; openedAt: Date; closedAt: Date | null }[] = [];
    for (let before = FROM_NEWEST; ;) {
      const page = await uow.read((db) =>
        records.conversationsOf(db, requesterId, { ...before, limit: PAGE }),
      );
      list.push(...page.filter((one) => this.#isWithin(one)));
      if (list.length > CASE_LIMITS.conversationsMax)
        throw tooLarge('conversations', CASE_LIMITS.conversationsMax);
      const last = page.at(-1);
      if (page.length < PAGE || last === undefined) break;
      before = { beforeAt: last.openedAt, beforeId: last.id };
    }
    this.#counts.conversations = list.length;
    await this.#text('conversations.json', json(list));
    for (const { id } of list) {
      await this.#begin(`conversations/${id}.jsonl`, async (write) => {
        for (let afterSeq = 0; ;) {
          const query = { afterSeq, limit: PAGE, isUnmasked };
          const page = await uow.read((db) => records.messagesOf(db, id, query));
          this.#counts.messages += page.length;
          if (this.#counts.messages > CASE_LIMITS.messagesMax)
            throw tooLarge('messages', CASE_LIMITS.messagesMax);
          await write(page.map((message) => `${JSON.stringify(message)}\n`).join(''));
          const last = page.at(-1);
          if (page.length < PAGE || last === undefined) return;
          afterSeq = last.seq;
        }
      });
    }
  }

  #isWithin({ openedAt, closedAt }: { openedAt: Date; closedAt: Date | null }): boolean {
    const { fromAt, toAt } = this.#row;
    // A conversation that has not ended lives on, whatever the period's start.
    return (toAt === null || openedAt < toAt) && (fromAt === null || closedAt === null || closedAt >= fromAt);
  }

  async #trail(): Promise<void> {
    const { uow, trail } = this.#deps;
    const { requesterId: customer, fromAt, toAt } = this.#row;
    const period = { customer, fromAt: fromAt ?? EARLIEST, toAt: toAt ?? LATEST };
    const rows: EventRow[] = [];
    for (let before = FROM_NEWEST; ;) {
      const page = await uow.read((db) => listEventsOf(db, { ...period, ...before, limit: PAGE }));
      rows.push(...page);
      if (rows.length > CASE_LIMITS.entriesMax) throw tooLarge('entries', CASE_LIMITS.entriesMax);
      const last = page.at(-1);
      if (page.length < PAGE || last === undefined) break;
      before = { beforeAt: last.at, beforeId: last.id };
    }
    this.#counts.entries = rows.length;
    await this.#text('trail.jsonl', rows.map(({ body }) => `${body}\n`).join(''));
    const unsealed: string[] = [];
    for (const row of rows) {
      const proof = await proveEntry(trail, row);
      if (proof === undefined) unsealed.push(row.id);
      else await this.#text(`proofs/${row.id}.tlog-proof`, writeProof(proof, row.body));
    }
    if (unsealed.length > 0) await this.#text('proofs/not-sealed-yet.json', json(unsealed));
  }

  async #holds(): Promise<void> {
    const rows = await this.#deps.uow.read((db) => listHoldsOf(db, this.#row.requesterId));
    this.#counts.holds = rows.length;
    const holds = rows.map(
      ({ id, isActive, placedBy, placedAt, releasedBy, approvedBy, releasedAt, ...scope }) => ({
        ...{ id, isActive, placedBy, placedAt, releasedBy, approvedBy, releasedAt },
        ...{ accountId: scope.accountId, ticketId: scope.ticketId, recordClass: scope.recordClass },
        ...{ fromAt: scope.fromAt, toAt: scope.toAt, endsAt: scope.endsAt, ending: scope.ending },
        ...{ confirmedBy: scope.confirmedBy, confirmedAt: scope.confirmedAt },
      }),
    );
    await this.#text('holds.json', json(holds));
  }

  async #manifest(): Promise<void> {
    const manifest = json({ v: 1, case: this.#row.id, counts: this.#counts, files: this.#files });
    const digest = createSha256();
    digest.update(Buffer.from(manifest));
    const statement = `${MANIFEST_HEADER}\ncase ${this.#row.id}\nmanifest sha256:${digest.digest().toString('hex')}\n`;
    await this.#text('manifest.json', manifest);
    await this.#text('manifest.note', this.#deps.signNote(statement));
  }

  #text(name: string, text: string): Promise<void> {
    return this.#begin(name, (write) => write(text));
  }

  async #begin(name: string, fill: (write: (text: string) => Promise<void>) => Promise<void>): Promise<void> {
    await this.#put(this.#zip.begin(name));
    const digest = createSha256();
    let sizeBytes = 0;
    await fill(async (text) => {
      const bytes = Buffer.from(text);
      digest.update(bytes);
      sizeBytes += bytes.length;
      await this.#put(this.#zip.write(bytes));
    });
    this.#files.push({ name, bytes: sizeBytes, sha256: digest.digest().toString('hex') });
  }
}

function tooLarge(what: string, limit: number): AppError {
  return new AppError('case.too_large', { details: { what, limit } });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
