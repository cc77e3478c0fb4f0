import { ERRORS, type ErrorCode } from '../../kernel/index.ts';
import type { AnyRoute, Schema } from './route.ts';

const GENERAL_ERRORS: readonly ErrorCode[] = [
  'request.invalid',
  'request.rate_limited',
  'server.internal',
  'server.busy',
];

const PROBLEM_SCHEMA: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(ERRORS) },
    detail: { type: 'string' },
    requestId: { type: 'string' },
    details: { type: 'object' },
  },
};

/** Describes the table as an OpenAPI 3.1 document; internal routes are left out. */
export function describeApi(routes: readonly AnyRoute[], version: string): Schema {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of routes) {
    if (route.isInternal === true) continue;
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = describeRoute(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vaultdesk',
      version,
      description: 'The API of the service desk, made from its route table.',
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Problem: PROBLEM_SCHEMA },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: '__Host-vaultdesk' },
        token: { type: 'http', scheme: 'bearer' },
        visitor: { type: 'http', scheme: 'bearer', description: 'Token of a visitor session.' },
      },
    },
  };
}

function describeRoute(route: AnyRoute): Schema {
  const tag = route.path.split('/')[3] ?? 'general';
  const described: Record<string, unknown> = {
    operationId: operationId(route),
    summary: route.summary,
    tags: [tag],
    security: securityOf(route),
    'x-permission': route.permission,
    parameters: parametersOf(route),
    responses: responsesOf(route),
  };
  if (typeof route.audit === 'string') described['x-audit'] = route.audit;
  if (route.rawBody !== undefined) {
    const schema = { type: 'string', format: 'binary', maxLength: route.rawBody.bytesMax };
    described['requestBody'] = { required: true, content: { 'application/octet-stream': { schema } } };
  } else if (route.body !== undefined) {
    described['requestBody'] = { required: true, content: { 'application/json': { schema: route.body } } };
  }
  return described;
}

function operationId(route: AnyRoute): string {
  const words = route.path.split(/[/:.-]+/).slice(3);
  return (
    route.method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  );
}

function securityOf(route: AnyRoute): Schema[] {
  if (route.permission === 'public') return [];
  if (route.permission === 'visitor') return [{ visitor: [] }];
  return [{ session: [] }, { token: [] }];
}

function parametersOf(route: AnyRoute): Schema[] {
  const parameters: Schema[] = [...route.path.matchAll(/:(\w+)/g)].map((match) => {
    const name = match[1] as string;
    return {
      name,
      in: 'path',
      required: true,
      schema: propertiesOf(route.params)[name] ?? { type: 'string' },
    };
  });
  const required = (route.query?.['required'] ?? []) as string[];
  for (const [name, schema] of Object.entries(propertiesOf(route.query))) {
    parameters.push({ name, in: 'query', required: required.includes(name), schema });
  }
  const header = (name: string, isRequired: boolean) =>
    parameters.push({ name, in: 'header', required: isRequired, schema: { type: 'string' } });
  if (route.ifMatch === true) header('If-Match', true);
  if (route.idempotent === true) header('Idempotency-Key', false);
  if (route.method !== 'GET' && securityOf(route).length === 2) header('X-CSRF-Token', false);
  return parameters;
}

function propertiesOf(schema: Schema | undefined): Record<string, Schema> {
  return (schema?.['properties'] ?? {}) as Record<string, Schema>;
}

function responsesOf(route: AnyRoute): Record<string, Schema> {
  const status = route.status ?? 200;
  const responses: Record<string, Schema> = {
    [status]: status === 204 ? { description: 'Done.' } : { description: 'Done.', content: contentOf(route) },
  };
  if (route.streams !== undefined) responses[206] = { description: 'A part.', content: contentOf(route) };
  const codesByStatus = new Map<number, ErrorCode[]>();
  for (const code of errorsOf(route)) {
    const [errorStatus] = ERRORS[code];
    codesByStatus.set(errorStatus, [...(codesByStatus.get(errorStatus) ?? []), code]);
  }
  for (const [errorStatus, codes] of codesByStatus) {
    responses[errorStatus] = {
      description: codes.join(', '),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return responses;
}

function contentOf(route: AnyRoute): Schema {
  return route.streams === undefined
    ? { 'application/json': { schema: route.response } }
    : { [route.streams]: { schema: { type: 'string', format: 'binary' } } };
}

function errorsOf(route: AnyRoute): ErrorCode[] {
  const codes: ErrorCode[] = [...GENERAL_ERRORS, ...(route.errors ?? [])];
  if (route.permission === 'visitor') codes.push('visitor.token_invalid');
  else if (route.permission !== 'public') codes.push('access.unauthenticated', 'access.refused');
  if (route.path.includes(':')) codes.push('request.not_found');
  if (route.streams !== undefined) codes.push('request.range_unsatisfiable');
  if (route.body !== undefined || route.rawBody !== undefined)
    codes.push('request.too_large', 'request.media_type');
  if (route.ifMatch === true) codes.push('request.if_match_required', 'request.version_stale');
  if (route.idempotent === true) codes.push('idempotency.mismatch', 'idempotency.in_progress');
  return [...new Set(codes)];
}
