export type { DiffLine } from './diff.ts';
export {
  defineSection,
  settingsFault,
  type AnySection,
  type SectionDefinition,
  type SettingCheck,
} from './section.ts';
export {
  Settings,
  SETTINGS_APPROVAL,
  SETTINGS_POLL_MS,
  type ApprovalDesk,
  type ChangeOutcome,
  type PendingChange,
  type SettingChange,
} from './settings.ts';
