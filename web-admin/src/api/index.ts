export { ApiError, toApiError } from './api-error.ts';
export { ApiContext, useApi } from './api-context.ts';
export { createApiClient, type ApiClient, type Query, type RequestOptions } from './client.ts';
export { usePageList, type Page, type PageList } from './page-list.ts';
export { createUuid } from './uuid.ts';
