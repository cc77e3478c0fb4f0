export { NOTIFY_LIMITS, type Notice, type Severity } from './notice.rules.ts';
export { createNotify, type Notifier, type Notify, type NotifyDeps, type NotifyPorts } from './notify.ts';
export { noticeRetentionKind } from './retention.ts';
export { registerTemplates, renderNotice, type NoticeTemplate } from './templates.ts';
