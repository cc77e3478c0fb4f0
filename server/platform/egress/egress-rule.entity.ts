import { col, defineEntity, type RowOf } from '../persistence/index.ts';

/** Places the server may call, each asked for by one administrator and approved by another. */
export const egressRuleEntity = defineEntity(
  'egress_rule',
  {
    id: col.uuid(),
    owner: col.text(100),
    protocol: col.text(10),
    host: col.text(253),
    port: col.int(),
    addresses: col.json<string[]>(),
    reason: col.text(500),
    state: col.text(10),
    askedById: col.text(64),
    askedAt: col.instant(),
    decidedById: col.text(64).optional(),
    decidedAt: col.instant().optional(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `egress_rule`. */
export type EgressRuleRow = RowOf<typeof egressRuleEntity>;
