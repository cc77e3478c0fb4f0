import type { AuditClass } from '../../audit/index.ts';
import { AppError } from '../kernel/index.ts';

/** Every class of acts. */
export const AUDIT_CLASSES = [
  ...(['access', 'administration', 'personal-data', 'business', 'knowledge'] as const),
  ...(['system', 'audit'] as const),
] satisfies AuditClass[];

/** What the audit administrator sees: what administrators did, and the trail itself; nothing about customers. */
export const ADMINISTRATION_CLASSES: ReadonlySet<string> = new Set<AuditClass>([
  'administration',
  'access',
  'system',
  'audit',
]);

/** How much of the trail somebody may read. */
export type TrailScope = 'all' | 'administration';

/** The scope that permissions give; throws `access.refused` when they give none. */
export function scopeOf(permissions: ReadonlySet<string>): TrailScope {
  if (permissions.has('audit:read')) return 'all';
  if (permissions.has('audit:read-admin')) return 'administration';
  throw new AppError('access.refused');
}

/** Whether an entry of this class may be read in a scope. */
export function isVisible(scope: TrailScope, entryClass: string): boolean {
  return scope === 'all' || ADMINISTRATION_CLASSES.has(entryClass);
}
