export { createHttpApp, type HttpApp, type HttpDeps } from './app.ts';
export { createAnswerSeal } from './answer-seal.ts';
export {
  clientAddress,
  createNetworkList,
  isAddress,
  isLoopback,
  type NetworkList,
} from './client-address.ts';
export { authenticate, isSameSecret, readCookie, readCredentials, SESSION_COOKIE } from './credentials.ts';
export { purgeIdempotencyRecords } from './idempotency.repo.ts';
export { createMetrics, SECONDS_BUCKETS, type Counter, type Histogram, type Metrics } from './metrics.ts';
export { describeApi } from './openapi.ts';
export type { Page, PageView } from './pages.ts';
export type {
  AddressGuard,
  AnswerSeal,
  Authenticator,
  Credentials,
  HttpConfig,
  HttpLog,
  LogFields,
  Principal,
  ReadinessCheck,
} from './ports.ts';
export { dispositionOf, sendDownload, type Download } from './download.ts';
export type { ByteRange } from './range.ts';
export { createRateLimiter, type RateLimiter } from './rate-limit.ts';
export {
  defineRoute,
  refuse,
  Refusal,
  type AnyRoute,
  type RequestContext,
  type Route,
  type RouteInput,
  type RouteLimit,
  type Schema,
} from './route.ts';
export { createSchemaCompiler, type Validator } from './schemas.ts';
export { allowedOrigins, knownHost } from './security.ts';
export { createRedirectServer } from './redirect.ts';
export { configureServer, SERVER_OPTIONS, type ServerRules } from './server.ts';
export { Rendered } from './rendered.ts';
export { Streamed } from './streamed.ts';
export type { StaticSite } from './static-files.ts';
