import { portable, type Tx } from '../../platform/persistence/index.ts';

type OfPerson = { requesterId: string };
const KINDS = { params: { requesterId: 'uuid' } } as const;

/** Statements by the table whose rows they clear: what is searchable, and what is sealed in the profile. */
const CLEAR = {
  requester: portable<OfPerson>(
    'erasure.requester',
    `UPDATE requester SET external_enc = NULL, external_bix = NULL, name_enc = NULL, name_bix = NULL,
        name_prefix_bix = NULL, phone_enc = NULL, phone_bix = NULL, phone_last4_bix = NULL, email_enc = NULL, email_bix = NULL,
        id_number_enc = NULL, id_number_bix = NULL, version = version + 1
      WHERE id = :requesterId AND (external_enc IS NOT NULL OR name_enc IS NOT NULL OR phone_enc IS NOT NULL
        OR email_enc IS NOT NULL OR id_number_enc IS NOT NULL)`,
    KINDS,
  ),
  requester_token: portable<OfPerson>(
    'erasure.requester_token',
    'DELETE FROM requester_token WHERE requester_id = :requesterId',
    KINDS,
  ),
  ticket_token: portable<OfPerson>(
    'erasure.ticket_token',
    `DELETE FROM ticket_token WHERE ticket_id IN
      (SELECT t.id FROM ticket t WHERE t.requester_id = :requesterId)`,
    KINDS,
  ),
  message_token: portable<OfPerson>(
    'erasure.message_token',
    `DELETE FROM message_token WHERE conversation_id IN
      (SELECT c.id FROM conversation c WHERE c.requester_id = :requesterId)`,
    KINDS,
  ),
  custom_value_token: portable<OfPerson>(
    'erasure.custom_value_token',
    `DELETE FROM custom_value_token WHERE value_id IN (SELECT v.id FROM custom_value v
      WHERE v.record_id = :requesterId
        OR v.record_id IN (SELECT t.id FROM ticket t WHERE t.requester_id = :requesterId)
        OR v.record_id IN (SELECT c.id FROM conversation c WHERE c.requester_id = :requesterId))`,
    KINDS,
  ),
  custom_value: portable<OfPerson>(
    'erasure.custom_value',
    `DELETE FROM custom_value WHERE record_id = :requesterId
        OR record_id IN (SELECT t.id FROM ticket t WHERE t.requester_id = :requesterId)
        OR record_id IN (SELECT c.id FROM conversation c WHERE c.requester_id = :requesterId)`,
    KINDS,
  ),
  requester_reveal: portable<OfPerson>(
    'erasure.requester_reveal',
    'DELETE FROM requester_reveal WHERE requester_id = :requesterId',
    KINDS,
  ),
};

/** What the desk does to the rows of a person who is erased; gives the rows by table. */
export async function eraseDeskRows(tx: Tx, requesterId: string): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const [table, statement] of Object.entries(CLEAR))
    rows[table] = await tx.run(statement, { requesterId });
  return rows;
}
