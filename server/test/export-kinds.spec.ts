import { expect } from 'chai';
import { createFakeClock } from '../kernel/index.ts';
import { accountExport, unitExport } from '../identity/index.ts';
import { articleExport } from '../knowledge/index.ts';
import { eventExport, personExport } from '../compliance/index.ts';
import { evaluationExport } from '../qa/index.ts';
import { overviewExport } from '../reports/index.ts';
import { ticketExport, transcriptExport } from '../desk/index.ts';
import type { ExportKind } from '../platform/documents/index.ts';
import { createSchemaCompiler, type Validator } from '../platform/http/index.ts';
import { exportAsked } from '../reports/exports/export.schema.ts';

const clock = createFakeClock();
const accountNames = async () => new Map<string, string>();
const nothing = undefined as never;
const ID = '01900000-0000-7000-8000-0000000000a1';
/** Every kind the product composes; reading rows is tested in their modules. */
const KINDS: ExportKind[] = [
  ticketExport({ view: nothing, staff: nothing }),
  transcriptExport({ conversations: nothing, staff: nothing }),
  evaluationExport({ accountNames }),
  overviewExport({ clock }),
  eventExport({ accountNames }),
  personExport({ crypto: nothing, stores: [], filesOf: nothing }),
  accountExport({ clock }),
  unitExport(),
  articleExport(),
];

describe('the kinds of exports', () => {
  let body: Validator;
  before(() => {
    const route = { method: 'POST', path: '/spec', body: exportAsked(KINDS), response: {} };
    body = createSchemaCompiler()(route as never).body;
  });

  const refuses = (kind: string, params: object) => {
    try {
      body({ kind, format: 'csv', lang: 'en', offsetMinutes: 0, params });
      KINDS.find((known) => known.kind === kind)?.assertParams?.(params as never);
      return false;
    } catch {
      return true;
    }
  };

  it('have names, columns, and notes in both languages that no two share', () => {
    expect(new Set(KINDS.map(({ kind }) => kind)).size).to.equal(KINDS.length);
    for (const { kind, title, columns } of KINDS) {
      expect(title.zh && title.en, kind).to.not.equal('');
      expect(new Set(columns.map(({ key }) => key)).size, kind).to.equal(columns.length);
    }
  });

  const TAKEN: [string, object][] = [
    ['ticket.list', { state: 'open', assignee: 'me', q: '挂失' }],
    ['ticket.list', { field: 'branch', value: '东城' }],
    ['conversation.transcript', { ids: [ID] }],
    ['qa.evaluations', { state: 'manual', scoreBelow: 60, agent: ID }],
    ['report.overview', { days: 7, offsetMinutes: 480 }],
    ['audit.events', { actor: ID, outcome: 'ok', from: '2026-01-01T00:00:00.000Z' }],
    ['account.list', { state: 'active' }],
    ['unit.list', {}],
    ['knowledge.articles', { state: 'published', locale: 'zh-CN', q: '卡' }],
  ];
  for (const [kind, params] of TAKEN) {
    it(`take ${kind} by ${Object.keys(params).join(', ')}`, () =>
      expect(refuses(kind, params)).to.equal(false));
  }

  const REFUSED: [string, object][] = [
    ['ticket.list', { q: '挂失', field: 'branch', value: '东城' }],
    ['ticket.list', { field: 'branch' }],
    ['ticket.list', { state: 'gone' }],
    ['conversation.transcript', { ids: [] }],
    ['conversation.transcript', { ids: [ID, ID] }],
    ['conversation.transcript', {}],
    ['report.overview', { days: 0, offsetMinutes: 480 }],
    ['audit.events', { from: 'yesterday' }],
    ['account.list', { q: 'x' }],
    ['unit.list', { q: 'x' }],
    ['unknown.kind', {}],
  ];
  for (const [kind, params] of REFUSED) {
    it(`refuse ${kind} with ${JSON.stringify(params)}`, () => expect(refuses(kind, params)).to.equal(true));
  }
});
