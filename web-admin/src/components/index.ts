export { CopyButton } from './copy-button.tsx';
export {
  CreateTicketDialog,
  TICKET_PRIORITIES,
  type CreatedTicket,
  type TicketPriority,
} from './create-ticket-dialog.tsx';
export { ErrorBoundary } from './error-boundary.tsx';
export { EvaluationBanner } from './evaluation-banner.tsx';
export { EmptyFace, ErrorFace, LoadingFace, NoPermissionFace, NotFoundFace, ProblemText } from './faces.tsx';
export { LoadMore } from './load-more.tsx';
export { Page, usePageTitle } from './page.tsx';
export { ScreenWatermark } from './screen-watermark.tsx';
export { LanguageSwitch, ThemeSwitch } from './switches.tsx';
export { useProblemToast } from './problem-toast.tsx';
