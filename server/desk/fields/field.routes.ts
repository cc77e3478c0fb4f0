import type { AuditAction } from '../../../audit/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import { defineRoute, type AnyRoute, type RequestContext } from '../../platform/http/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { assertPurpose } from '../requesters/requester.rules.ts';
import type { RevealService } from '../reveals/reveal.service.ts';
import { matchesOf } from './field-index.ts';
import { isFilterable, type FieldValues } from './field.rules.ts';
import * as schemas from './field.schema.ts';
import { RECORD_TYPES, type RecordType } from './field.section.ts';
import type { FieldService } from './field.service.ts';

/** A record somebody may see, and whose key seals its values. */
export interface FieldRecord {
  requesterId: string;
  dekId: number;
}

/** How the routes come to a record: the owner of the type decides who may see it. */
export interface RecordFace {
  type: RecordType;
  /** `/api/v1/tickets`. */
  path: string;
  readPermission: string;
  writePermission: string;
  viewAction: AuditAction;
  updateAction: AuditAction;
  /** Throws `request.not_found` for what the caller may not see. */
  find(db: Db, id: string, context: RequestContext): Promise<FieldRecord>;
}

interface FieldRouteDeps {
  fields: FieldService;
  faces: readonly RecordFace[];
  crypto: Crypto;
  reveals: RevealService;
}

type ById = { id: string };
const VALUE_ERRORS = ['field.unknown', 'field.required', 'field.value_invalid'] as const;

/** Routes of the fields: what there is, and the values of a record. */
export function fieldRoutes(deps: FieldRouteDeps): AnyRoute[] {
  return [
    definitionsRoute(deps),
    ...deps.faces.flatMap((face) => [...valueRoutes(deps, face), revealRoute(deps, face)]),
  ];
}

function definitionsRoute({ fields }: FieldRouteDeps): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/fields',
    summary: 'Fields of the installation’s own, by type of record, in the order of the forms.',
    permission: 'signed-in',
    audit: { none: 'names of fields, no values' },
    response: schemas.fieldDefinitions,
    handler: async () =>
      Object.fromEntries(
        RECORD_TYPES.map((type) => [
          type,
          fields.definitions(type).map((field) => ({
            ...field,
            isFilterable: isFilterable(field),
            matches: matchesOf(field),
          })),
        ]),
      ),
  });
}

function valueRoutes({ fields, crypto }: FieldRouteDeps, face: RecordFace): AnyRoute[] {
  const { type } = face;
  const refOf = (recordId: string) => ({ recordType: type, recordId });
  return [
    defineRoute<ById>({
      method: 'GET',
      path: `${face.path}/:id/fields`,
      summary: `Own fields of a ${type}, masked by their class.`,
      permission: face.readPermission,
      audit: face.viewAction,
      response: schemas.recordFields,
      async handler(tx, { params: { id } }, context) {
        const record = await face.find(tx, id, context);
        recordAct(tx, face, { action: face.viewAction, id, record });
        return fields.read(tx, refOf(id));
      },
    }),
    defineRoute<ById, unknown, { values: FieldValues }>({
      method: 'PUT',
      path: `${face.path}/:id/fields`,
      summary: `Changes own fields of a ${type}; absent ones stay, null takes one away. The version is that of the fields.`,
      permission: face.writePermission,
      audit: face.updateAction,
      body: schemas.fieldsChange,
      response: schemas.recordFields,
      ifMatch: true,
      errors: VALUE_ERRORS,
      async handler(tx, { params: { id }, body, version }, context) {
        const record = await face.find(tx, id, context);
        const dek = await crypto.dek(record.dekId);
        const keys = await fields.change(tx, refOf(id), { version, given: body.values, dek });
        recordAct(tx, face, { action: face.updateAction, id, record, keys });
        return fields.read(tx, refOf(id));
      },
    }),
  ];
}

function revealRoute({ fields, reveals }: FieldRouteDeps, face: RecordFace): AnyRoute {
  return defineRoute<ById, unknown, { fields: string[]; purpose: string; ticketId?: string }>({
    method: 'POST',
    path: `${face.path}/:id/fields/reveal`,
    summary: `Shows named fields of a ${face.type} in clear for a minute, for a stated purpose.`,
    permission: 'requester:reveal',
    audit: 'requester.reveal',
    body: schemas.fieldsReveal,
    response: schemas.fieldsRevealed,
    errors: ['requester.reveal_purpose', 'requester.reveal_limit', 'field.unknown'],
    async handler(tx, { params: { id }, body }, context) {
      const reason = assertPurpose(body.purpose);
      const record = await face.find(tx, id, context);
      const { type } = face;
      const look = {
        ...{ requesterId: record.requesterId, target: { type, id }, fields: body.fields, reason },
        ticketId: body.ticketId ?? (type === 'ticket' ? id : undefined),
      };
      return reveals.look(tx, look, () => fields.reveal(tx, { recordType: type, recordId: id }, body.fields));
    },
  });
}

function recordAct(
  tx: Tx,
  face: RecordFace,
  act: { action: AuditAction; id: string; record: FieldRecord; keys?: readonly string[] },
): void {
  tx.record({
    action: act.action,
    outcome: 'ok',
    target: { type: face.type, id: act.id },
    customer: act.record.requesterId,
    ...(act.keys === undefined ? {} : { fields: act.keys.map((key) => `fields.${key}`) }),
  });
}
