// Import boundaries of docs/architecture.md, checked by dependency-cruiser in `npm run check`; type imports count.
// Loosening a rule needs an ADR. server/test/boundaries.spec.ts plants a violation of each.
const lib = '^(audit|sso|migrations)/';
const mod = '^server/(identity|knowledge|desk|robot|qa|compliance|reports|channels|connectors|tailoring)/';
const test = '(\\.spec\\.tsx?$|/(test|e2e)/)';
const may = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });
module.exports = {
  forbidden: [
    may('no-circular', {}, { circular: true }, 'cycles hide ownership'),
    may(
      'kernel-is-pure',
      { path: '^server/kernel/', pathNot: test },
      { pathNot: '^server/kernel/' },
      'kernel imports nothing',
    ),
    may('libs-know-no-server', { path: lib }, { path: '^(server|installer|web-admin)/' }),
    may(
      'libs-are-independent',
      { path: '^(audit|sso|migrations)/' },
      { path: '^(audit|sso|migrations)/', pathNot: '^$1/' },
    ),
    may(
      'audit-has-few-deps',
      { path: '^audit/', pathNot: test },
      { dependencyTypes: ['npm', 'npm-dev'], pathNot: 'node_modules/node-forge/' },
    ),
    may('platform-knows-no-domain', { path: '^server/platform/' }, { path: mod }),
    may(
      'modules-through-index',
      { path: mod },
      {
        path: mod,
        pathNot: ['^server/$1/', '^server/[^/]+/index\\.ts$', '^server/connectors/connector\\.ts$'],
      },
    ),
    may(
      'platform-through-index',
      { path: '^server/', pathNot: '^server/platform/' },
      { path: '^server/platform/', pathNot: '^server/platform/[^/]+/index\\.ts$' },
    ),
    may(
      'libs-through-index',
      { path: '^(server|installer)/', pathNot: test },
      { path: lib, pathNot: '^(audit|sso|migrations)/index\\.ts$' },
    ),
    may(
      'lib-tests-through-test',
      { path: `^(server|installer)/.*${test}` },
      { path: lib, pathNot: '^(audit|sso|migrations)/(index\\.ts$|test/)' },
      'tests may use what a library builds its own fixtures with (ADR 0020)',
    ),
    may('identity-is-lowest', { path: '^server/identity/' }, { path: mod, pathNot: '^server/identity/' }),
    may(
      'knowledge-below-desk',
      { path: '^server/knowledge/' },
      { path: '^server/(desk|robot|qa|reports|channels|connectors)/' },
    ),
    may(
      'desk-knows-no-robot-qa-reports-channels',
      { path: '^server/desk/' },
      { path: '^server/(robot|qa|reports|channels)/' },
    ),
    may(
      'tailoring-only-identity',
      { path: '^server/tailoring/' },
      { path: mod, pathNot: '^server/(tailoring|identity)/' },
      'how others look is told to them by ports',
    ),
    may(
      'tailoring-through-ports',
      { path: mod, pathNot: '^server/tailoring/' },
      { path: '^server/tailoring/' },
      'compose hands what is set to whoever reads it',
    ),
    may('robot-beside-qa', { path: '^server/robot/' }, { path: '^server/(qa|reports|channels)/' }),
    may('qa-beside-robot', { path: '^server/qa/' }, { path: '^server/(robot|reports|channels)/' }),
    may('reports-read-only', { path: '^server/reports/' }, { path: mod, pathNot: ['^server/reports/'] }),
    may(
      'channels-only-desk',
      { path: '^server/channels/' },
      { path: mod, pathNot: '^server/(channels|desk|identity)/' },
    ),
    may(
      'connectors-only-kernel-http',
      { path: '^server/connectors/', pathNot: test },
      // Tables and routes are declared; what reaches out (egress, secrets, log, clock) is handed by the host.
      { path: '^server/', pathNot: '^server/(connectors|kernel|platform/(http|persistence))/' },
    ),
    may(
      'plugins-apart',
      { path: '^server/(channels|connectors)/([^/]+)/' },
      // What several connectors need is in their kit.
      {
        path: '^server/(channels|connectors)/[^/]+/.+',
        pathNot: ['^server/$1/$2/', '^server/connectors/kit/'],
      },
    ),
    may(
      'plugin-lists-only-in-compose',
      { path: '.', pathNot: ['^server/(compose|wiring-connectors)\\.ts$', test] },
      { path: '^server/(channels|connectors)/index\\.ts$' },
    ),
    may(
      'typeorm-in-repos',
      {
        path: '^server/',
        pathNot: ['^server/platform/persistence/', '\\.(repo|entity|view)\\.ts$', test, '^server/main\\.ts$'],
      },
      { path: 'node_modules/typeorm/' },
    ),
    may(
      'express-at-the-edge',
      { path: '^(server|sso|audit)/', pathNot: ['^server/platform/http/', '^server/app\\.ts$', test] },
      { path: 'node_modules/express/' },
    ),
    may(
      'crypto-in-few-places',
      {
        path: '.',
        pathNot: [
          '^server/platform/crypto/',
          '^audit/',
          '^sso/',
          '^migrations/',
          '^installer/',
          '^web-admin/build/',
          '^node_modules/',
          test,
        ],
      },
      { path: '^(crypto|node:crypto)$|node_modules/node-forge/' },
    ),
    may(
      'compose-is-the-top',
      // The evaluation instance and the command line start the program, as main.ts does on an installed server.
      { path: '.', pathNot: ['^server/main\\.ts$', '^server/evaluation/', '^server/cli/', test] },
      { path: '^server/(compose|main)\\.ts$' },
    ),
    may(
      'compliance-knows-no-business',
      { path: '^server/compliance/' },
      { path: '^server/(knowledge|desk|robot|qa|reports|channels|connectors)/' },
      'officers see the trail, not business data',
    ),
    may(
      'sockets-in-few-places',
      {
        path: '^(server|audit|sso|migrations)/',
        pathNot: [
          '^server/platform/(egress|database|http|realtime|config|log|crypto|cluster)/',
          '^server/main\\.ts$',
          '^server/evaluation/',
          test,
        ],
      },
      { path: '^(node:)?(net|tls|dgram|http2|dns)$' },
      'calling out goes through platform/egress',
    ),
    may(
      'web-clients-in-few-places',
      {
        path: '^(server|audit|sso|migrations)/',
        pathNot: [
          '^server/platform/(egress|http|realtime)/',
          '^sso/evaluation-idp/',
          '^server/main\\.ts$',
          '^server/evaluation/',
          test,
        ],
      },
      // The shapes of requests are used in many places; what opens a connection is no type.
      { path: '^(node:)?https?$|node_modules/undici/', dependencyTypesNot: ['type-only'] },
      'calling out goes through platform/egress',
    ),
    may(
      'installer-few',
      { path: '^installer/' },
      { path: '^server/', pathNot: '^server/(kernel|platform/(config|crypto))/' },
    ),
    may(
      'browser-apart',
      { path: '^web-admin/', pathNot: '^web-admin/e2e/' },
      { path: '^(server|audit|sso|migrations|installer)/' },
    ),
    may(
      'browser-tests-from-outside',
      { path: '^web-admin/e2e/' },
      { path: '^(server|audit|sso|migrations|installer)/', pathNot: '^server/test/support/instance\\.ts$' },
      'they start the product as a person does, and know nothing of its inside',
    ),
    may('widget-apart', { path: '^web-admin/widget/' }, { path: '^web-admin/src/' }),
    may(
      'features-apart',
      { path: '^web-admin/src/features/([^/]+)/' },
      { path: '^web-admin/src/features/', pathNot: '^web-admin/src/features/$1/' },
    ),
    may(
      'no-dev-dep',
      { path: '^(server|audit|sso|migrations|installer)/', pathNot: [test, '^sso/evaluation-idp/'] },
      { dependencyTypes: ['npm-dev'] },
    ),
    may('no-test-code', { path: '.', pathNot: test }, { path: test }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // What the build made of the sources.
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
