import {
  CERTIFICATES_MAX,
  readCertificate,
  readIdpMetadata,
  readMap,
  SsoRefusal,
  type IdpMap,
  type IdpMetadata,
  type SsoClock,
} from '../../../sso/index.ts';
import { AppError } from '../../kernel/index.ts';
import type { Json } from '../../platform/persistence/index.ts';
import { isRoleId } from '../roles/role.rules.ts';
import type { IdpCertificateRow, IdpRow } from './sso.entity.ts';

/** An identity provider as it is asked for: metadata and map, both as texts say. */
export interface IdpInput {
  id: string;
  /** The document; absent: what is known stays. */
  metadata?: string;
  /** Where it was loaded from and is loaded anew. */
  metadataUrl?: string;
  /** PEM of the certificate that signs the document; two one after the other while that changes. */
  metadataSigner?: string;
  map: unknown;
}

/** An identity provider read strictly and not yet in force; plain data, so that it can wait for a second person. */
export interface IdpDraft {
  id: string;
  party: Pick<
    IdpRow,
    'entityId' | 'ssoUrl' | 'ssoBinding' | 'sloUrl' | 'sloBinding' | 'sloResponseUrl' | 'metadataUrl'
  > & { metadataSigner: string | null };
  map: IdpMap;
  /** PEM, at most four. */
  certificates: string[];
}

/** Text of a draft as it waits. */
export const draftJson = (draft: IdpDraft) => draft as unknown as Json;

/** An identity provider that is known already. */
export interface KnownParty {
  idp: IdpRow;
  certificates: readonly IdpCertificateRow[];
}

/** Reads what was asked for. Throws `idp.invalid`; its details hold every fault of the map, or of the metadata. */
export function readDraft(input: IdpInput, known: KnownParty | undefined, clock: SsoClock): IdpDraft {
  const read = readMap(input.map, isRoleId);
  if (!read.ok) {
    const faults = read.faults.map(({ path, problem }) => `${path}: ${problem}`);
    throw invalid('map', faults.slice(0, 20).join('; '));
  }
  return orInvalid(() => {
    const found = input.metadata === undefined ? undefined : readMetadata(input, clock);
    if (found === undefined && known === undefined) throw invalid('metadata', 'missing');
    const { certificates: own, ...map } = read.map;
    const party = found === undefined ? partyOfRow((known as KnownParty).idp) : partyOf(found, input);
    const standing = found?.certificates ?? (known as KnownParty).certificates.map(({ pem }) => pem);
    return {
      ...{ id: input.id, party, map: { ...map, certificates: [] } },
      certificates: distinctCertificates([...standing, ...own]),
    };
  });
}

function readMetadata({ metadata = '', metadataSigner }: IdpInput, clock: SsoClock): IdpMetadata {
  const signers = metadataSigner === undefined ? {} : { signers: readSigners(metadataSigner) };
  return readIdpMetadata(metadata, { clock, ...signers });
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** One in force and the next. */
const SIGNERS_MAX = 2;

/** The certificates that may sign a document, at most two. Throws `idp.invalid`, and `SsoRefusal` for a weak one. */
export function readSigners(text: string): string[] {
  const pems = text.match(PEM) ?? [];
  if (pems.length === 0 || pems.length > SIGNERS_MAX) throw invalid('metadata', 'signer-certificates');
  return pems.map((pem) => readCertificate(pem).pem);
}

/** What of metadata stands in the row. */
export function partyOf(
  metadata: IdpMetadata,
  { metadataUrl, metadataSigner }: Pick<IdpInput, 'metadataUrl' | 'metadataSigner'>,
): IdpDraft['party'] {
  const { entityId, ssoUrl, ssoBinding, sloUrl, sloBinding, sloResponseUrl } = metadata;
  return {
    ...{ entityId, ssoUrl, ssoBinding },
    ...{ sloUrl: sloUrl ?? null, sloBinding: sloBinding ?? null, sloResponseUrl: sloResponseUrl ?? null },
    ...{ metadataUrl: metadataUrl ?? null, metadataSigner: metadataSigner ?? null },
  };
}

function partyOfRow(row: IdpRow): IdpDraft['party'] {
  const { entityId, ssoUrl, ssoBinding, sloUrl, sloBinding, sloResponseUrl } = row;
  const { metadataUrl, metadataSigner } = row;
  return {
    ...{ entityId, ssoUrl, ssoBinding, sloUrl, sloBinding, sloResponseUrl },
    ...{ metadataUrl, metadataSigner },
  };
}

/** Each certificate once; throws `idp.invalid` when there are more than four. */
export function distinctCertificates(pems: readonly string[]): string[] {
  const distinct = new Map(pems.map((pem) => [readCertificate(pem).fingerprint, readCertificate(pem).pem]));
  if (distinct.size > CERTIFICATES_MAX) throw invalid('metadata', 'certificates');
  return [...distinct.values()];
}

/** Rows of certificates; one that is known keeps what people were told of its end. */
export function certificateRows(
  idpId: string,
  pems: readonly string[],
  known: readonly IdpCertificateRow[],
): IdpCertificateRow[] {
  return pems.map((text) => {
    const { pem, fingerprint, notBefore, notAfter } = readCertificate(text);
    const warnedDays = known.find((row) => row.fingerprint === fingerprint)?.warnedDays ?? null;
    return { idpId, fingerprint, pem, notBefore, notAfter, warnedDays };
  });
}

function invalid(part: 'map' | 'metadata', faults: string): AppError {
  return new AppError('idp.invalid', { details: { part, faults } });
}

/** Makes a refusal of the library one that the console can show. */
export function orInvalid<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SsoRefusal)) throw error;
    throw new AppError('idp.invalid', { details: { part: 'metadata', faults: error.why }, cause: error });
  }
}
