export { knownParam, withParam } from './address-filters.ts';
export { BrandMark } from './brand-mark.tsx';
export { ConfirmDialog } from './confirm-dialog.tsx';
export { CopyButton } from './copy-button.tsx';
export {
  CreateTicketDialog,
  TICKET_PRIORITIES,
  type CreatedTicket,
  type TicketPriority,
} from './create-ticket-dialog.tsx';
export { ErrorBoundary } from './error-boundary.tsx';
export { EvaluationBanner } from './evaluation-banner.tsx';
export {
  EmptyFace,
  ErrorFace,
  LoadingFace,
  ModuleOffFace,
  NoPermissionFace,
  NotFoundFace,
  ProblemText,
} from './faces.tsx';
export { FormDialog } from './form-dialog.tsx';
export { LoadMore } from './load-more.tsx';
export { Meter } from './meter.tsx';
export { moved, OrderedList, type OrderedItem } from './ordered-list.tsx';
export { Page, usePageTitle } from './page.tsx';
export { ReasonDialog } from './reason-dialog.tsx';
export { ScreenWatermark } from './screen-watermark.tsx';
export { SealedText } from './sealed-text.tsx';
export { SecretDialog, SecretLine } from './secret-dialog.tsx';
export { LanguageSwitch, ThemeSwitch } from './switches.tsx';
export { totpSecretText, totpUri } from './totp.ts';
export { ROOT_UNIT_ID, UnitPicker } from './unit-picker.tsx';
export { useProblemToast } from './problem-toast.tsx';
