import { sha256, type Crypto } from '../crypto/index.ts';
import type { AnswerSeal } from './ports.ts';

/** Seals stored answers under the installation's key. */
export function createAnswerSeal(crypto: Crypto): AnswerSeal {
  const cell = (rowId: string) => ({ table: 'idempotency_record', column: 'answer_enc', rowId });
  return {
    hash: sha256,
    seal: (rowId, text) => crypto.installation.seal(cell(rowId), text),
    open: (rowId, envelope) => crypto.open(cell(rowId), envelope),
  };
}
