export { widgetPages } from './pages.ts';
export { SITE_UNIT_ROWS, SiteService, type SiteInput } from './site.service.ts';
export { visitorSessionKind } from './visitor.retention.ts';
export { VisitorService } from './visitor.service.ts';
export { createVisitorSockets, type VisitorSockets } from './visitor-sockets.ts';
export { eraseVisitorRows } from './web-widget.erasure.ts';
export { webWidgetRecords } from './web-widget.records.ts';
export { webWidgetRoutes, type LookPort } from './web-widget.routes.ts';
