import { METADATA_BYTES_MAX, readIdpMetadata, SsoRefusal } from '../../../sso/index.ts';
import { AppError, SYSTEM_ACTOR, type Clock } from '../../kernel/index.ts';
import type { Egress } from '../../platform/egress/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import type { Tell } from './certificate-watch.ts';
import { certificateRows, distinctCertificates, partyOf, readSigners } from './idp.draft.ts';
import type { IdpService, KnownIdp } from './idp.service.ts';

/** What loading metadata needs. */
export interface IdpMetadataDeps {
  uow: UnitOfWork;
  clock: Clock;
  idps: IdpService;
  egress(): Pick<Egress, 'request'>;
  tell: Tell;
}

const LOAD_MS = 15_000;
const HOUR_MS = 3_600_000;

/** Metadata from where an identity provider publishes it, by the egress rules of `sso:ID` and in no other way. */
export class IdpMetadataService {
  readonly #deps: IdpMetadataDeps;

  constructor(deps: IdpMetadataDeps) {
    this.#deps = deps;
  }

  /** Loads a document. Never call it inside a unit of work. Throws `idp.invalid` and the codes of egress. */
  async load(idpId: string, url: string): Promise<string> {
    if (!URL.canParse(url) || new URL(url).protocol !== 'https:') throw invalid('address');
    const answer = await this.#deps
      .egress()
      .request(
        { owner: `sso:${idpId}`, protocol: 'https' },
        { method: 'GET', url, maxResponseBytes: METADATA_BYTES_MAX, timeoutMs: LOAD_MS },
      );
    if (answer.status !== 200) throw invalid(`status-${answer.status}`);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(answer.body);
    } catch (cause) {
      throw new AppError('idp.invalid', { details: { part: 'metadata', faults: 'utf-8' }, cause });
    }
  }

  /** Loads what is due by the hours of its map, which a job asks for every hour; one that fails is told of and keeps what it has. */
  async refreshDue(): Promise<{ loaded: number; changed: number; failed: number }> {
    const count = { loaded: 0, changed: 0, failed: 0 };
    const nowMs = this.#deps.clock.now().getTime();
    for (const known of await this.#deps.idps.list()) {
      const { metadataUrl, fetchedAt, state } = known.idp;
      const isDue = fetchedAt === null || nowMs - fetchedAt.getTime() >= known.map.refreshHours * HOUR_MS;
      if (metadataUrl === null || state === 'off' || !isDue) continue;
      const end = await this.refresh(known);
      count[end] += 1;
    }
    return count;
  }

  /**
   * Loads one anew. Signed metadata of the same entity is taken over; unsigned metadata never is by itself: a change of it
   * is told, and two people put it in.
   */
  async refresh(known: KnownIdp): Promise<'loaded' | 'changed' | 'failed'> {
    const { uow, idps, clock } = this.#deps;
    const { id, metadataUrl, metadataSigner, entityId } = known.idp;
    try {
      const text = await this.load(id, metadataUrl ?? '');
      const signers = metadataSigner === null ? {} : { signers: readSigners(metadataSigner) };
      const metadata = readIdpMetadata(text, { clock, ...signers });
      if (metadata.entityId !== entityId) throw new SsoRefusal('sso.metadata', 'another-entity');
      const party = partyOf(metadata, { metadataUrl: metadataUrl ?? '' });
      const certificates = distinctCertificates(metadata.certificates);
      const isSame =
        sameParty(known, party) &&
        printOf(certificates) === printOf(known.certificates.map(({ pem }) => pem));
      if (isSame) {
        await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
          await idps.noteFetch(tx, id, null);
          tx.record({ action: 'idp.refresh', outcome: 'ok', target: { type: 'idp', id } });
        });
        return 'loaded';
      }
      if (metadataSigner === null) throw new SsoRefusal('sso.metadata', 'changed-and-unsigned');
      await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        const draft = { id, party: { ...party, metadataSigner }, map: known.map, certificates };
        const isLive = known.idp.state === 'live';
        await idps.put(tx, draft, isLive ? 'live' : 'approved');
        tx.record({ action: 'idp.refresh', outcome: 'ok', target: { type: 'idp', id } });
      });
      return 'changed';
    } catch (error) {
      await this.#fail(id, faultOf(error));
      return 'failed';
    }
  }

  async #fail(id: string, fault: string): Promise<void> {
    const { uow, idps, tell } = this.#deps;
    await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      await idps.noteFetch(tx, id, fault);
      const target = { type: 'idp', id };
      tx.record({ action: 'idp.refresh', outcome: 'failed', reason: fault, target });
      await tell(tx, { kind: 'sso.metadata-failed', id, params: { idp: id, fault }, severity: 'warning' });
    });
  }
}

function sameParty({ idp }: KnownIdp, party: ReturnType<typeof partyOf>): boolean {
  const names = ['ssoUrl', 'ssoBinding', 'sloUrl', 'sloBinding', 'sloResponseUrl'] as const;
  return names.every((name) => idp[name] === party[name]);
}

function printOf(pems: readonly string[]): string {
  const rows = certificateRows('', pems, []);
  return rows
    .map(({ fingerprint }) => fingerprint)
    .sort()
    .join();
}

/** A refusal by the library, or a code of ours; anything else is a fault of the program and goes on. */
function faultOf(error: unknown): string {
  if (error instanceof SsoRefusal) return error.why;
  if (error instanceof AppError && error.status < 500) return String(error.details?.['faults'] ?? error.code);
  if (error instanceof AppError && error.code.startsWith('egress.')) return error.code;
  throw error;
}

function invalid(faults: string): AppError {
  return new AppError('idp.invalid', { details: { part: 'metadata', faults } });
}
