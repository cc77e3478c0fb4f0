export { SYSTEM_ACTOR, ROBOT_ACTOR, scopeOf, type Actor, type ActorType } from './actor.ts';
export { createFakeClock, systemClock, type Clock, type FakeClock } from './clock.ts';
export { AppError, ERRORS, type ErrorCode, type ErrorDetails } from './errors.ts';
export type { DomainEvent, EventDraft, EventHandler } from './events.ts';
export { createIds, formatUuid, isUuid, type Ids, type RandomBytes } from './ids.ts';
export { beforeKey, beforeOf, fromKey, FROM_NEWEST, type Before } from './keyset.ts';
export { LIMITS } from './limits.ts';
export { decodeCursor, encodeCursor, toPage, type CursorKey, type Page } from './pages.ts';
export {
  RECORD_CLASSES,
  type RecordClass,
  type RecordCursor,
  type RecordSubject,
  type Thresholds,
} from './record-class.ts';
export { builtFile, IS_RELEASE } from './release.ts';
export {
  reaches,
  ROOT_UNIT_ID,
  SCOPE_ALL,
  SCOPE_KINDS,
  scopeOfNothing,
  wholeScope,
  type DataScope,
  type Placed,
  type ScopeKind,
} from './scope.ts';
export { presentStartError, StartError } from './start-error.ts';
export { followTimeZone, isTimeZone, openTimeZone, type TimeZone, type WallTime } from './time-zone.ts';
