import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** Texts of a site's widget that the customer's bank writes itself. */
export interface SiteTexts {
  title: string;
  welcome: string;
  offline: string;
}

/** A web page or app that the widget stands on. */
export const siteEntity = defineEntity(
  'site',
  {
    id: col.text(40),
    name: col.text(200),
    origins: col.json<string[]>(),
    publicKeyPem: col.clob().optional(),
    skillGroupId: col.uuid().optional(),
    /** The unit whose work its conversations are. */
    unitId: col.uuid(),
    locale: col.text(10),
    texts: col.json<SiteTexts>(),
    isActive: col.flag(),
    createdAt: col.instant(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `site`. */
export type SiteRow = RowOf<typeof siteEntity>;

/** A visitor's right to one conversation. Tokens are kept as SHA-256 only. */
export const visitorSessionEntity = defineEntity(
  'visitor_session',
  {
    id: col.uuid(),
    tokenHash: col.bytes(32),
    resumeHash: col.bytes(32),
    requesterId: col.uuid(),
    conversationId: col.uuid(),
    siteId: col.text(40),
    createdAt: col.instant(),
    expiresAt: col.instant(),
  },
  { primaryKey: ['id'] },
);

/** Row of `visitor_session`. */
export type VisitorSessionRow = RowOf<typeof visitorSessionEntity>;
