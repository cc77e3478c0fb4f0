import { AppError } from '../../kernel/index.ts';
import {
  PURPOSES,
  type AnyConnector,
  type LookupRequest,
  type Operation,
  type Titles,
} from '../connector.ts';
import { listCalls } from './call.repo.ts';
import type { ConnectorHost } from './host.ts';
import { CONNECTOR_LIMITS as LIMITS } from './limits.ts';
import type { HostPorts } from './ports.ts';
import { probe } from './probe.ts';
import { assertMappings } from './records.ts';
import type { OpenConnector } from './registry.ts';
import { createSchemaCheck } from './schema-check.ts';

/** What one case came to; `skipped` says in `reason` what it needs. */
export interface VerifyResult {
  id: string;
  title: Titles;
  result: 'ok' | 'failed' | 'skipped';
  reason: string | null;
  ms: number;
}

/** What operations are asked with: a record that is there, and one that is not. */
export type VerifyInputs = Readonly<
  Record<string, { input?: Readonly<Record<string, string>>; absent?: Readonly<Record<string, string>> }>
>;

interface VerifyDeps {
  host: ConnectorHost;
  ports: Pick<HostPorts, 'uow' | 'places' | 'clock'>;
}

interface Verify {
  deps: VerifyDeps;
  connector: OpenConnector;
  actor: { type: string; id: string };
  inputs: VerifyInputs;
  /** Calls that the trail must know of. */
  callCount: number;
}

/** One case: throws what is wrong, gives a text when it could not be tried. */
interface Case {
  id: string;
  title: Titles;
  run(): Promise<string | void>;
}

/** Answers may be this much later than their time. */
const LATE_RATIO = 1.1;
/** A name that no operation has and no input is called. */
const NOBODY = 'nobody';
const CALLS_READ_MAX = 500;

/**
 * The contract, case by case, against the system that the connector is set to. Reads with the purpose `verify`, so that
 * every value comes without its content; writes are checked and never sent. Throws `request.not_found`.
 */
export async function* verifyConnector(
  deps: VerifyDeps,
  request: { connectorId: string; actor: { type: string; id: string }; inputs: VerifyInputs },
): AsyncGenerator<VerifyResult> {
  deps.host.registry.forget();
  const connector = await deps.host.registry.get(request.connectorId);
  const { actor, inputs } = request;
  const verify: Verify = { deps, connector, actor, inputs, callCount: 0 };
  const since = (await callsOf(verify))[0]?.id ?? '';
  const cases = [
    ...settingsCases(verify),
    ...connectionCases(verify),
    ...[...connector.operations.values()].flatMap((operation) => operationCases(verify, operation)),
    trailCase(verify, since),
  ];
  for (const one of cases) yield runCase(one);
}

async function runCase({ id, title, run }: Case): Promise<VerifyResult> {
  const startedMs = performance.now();
  const ended = (result: VerifyResult['result'], reason: string | null): VerifyResult => {
    return { id, title, result, reason, ms: Math.round(performance.now() - startedMs) };
  };
  try {
    const skipped = await run();
    return typeof skipped === 'string' ? ended('skipped', skipped) : ended('ok', null);
  } catch (error) {
    return ended('failed', reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof AppError)) return error instanceof VerifyFault ? error.message : 'server.internal';
  const reason = error.details?.['reason'] ?? error.details?.['field'];
  return typeof reason === 'string' ? `${error.code} ${reason}` : error.code;
}

/** What the connector itself does wrong; the text holds no value of anybody. */
class VerifyFault extends Error {}

function demand(isSo: boolean, what: string): void {
  if (!isSo) throw new VerifyFault(what);
}

/** The work must be refused with this code. */
async function refusedWith(code: string, work: Promise<unknown>): Promise<void> {
  const found = await work.then(
    () => 'nothing',
    (error: unknown) => (error instanceof AppError ? error.code : 'server.internal'),
  );
  demand(found === code, `${code} expected, ${found} came`);
}

function settingsCases({ deps, connector: { row, module, operations } }: Verify): Case[] {
  const all = [...operations.values()];
  return [
    {
      id: 'settings.schema',
      title: { zh: '设置符合模块的结构', en: 'The settings fit the schema of their module' },
      async run() {
        createSchemaCheck()(module.manifest.id, module.configSchema, row.config);
        (module as AnyConnector).assertConfig(row.config);
      },
    },
    {
      id: 'settings.operations',
      title: { zh: '至少一项操作，用途均已知', en: 'There are operations, for known purposes' },
      async run() {
        demand(all.length > 0, 'no operation');
        const isKnown = (purpose: string) => (PURPOSES as readonly string[]).includes(purpose);
        demand(
          all.every(({ purposes }) => purposes.length > 0 && purposes.every(isKnown)),
          'purpose',
        );
      },
    },
    {
      id: 'settings.bounds',
      title: { zh: '时限有界，写操作不缓存', en: 'Times are bounded, answers of writes are not kept' },
      async run() {
        demand(
          all.every(({ timeoutMs }) => timeoutMs > 0 && timeoutMs <= LIMITS.batchMs),
          'timeoutMs',
        );
        demand(
          all.every(({ isReadOnly, cacheMs }) => isReadOnly || cacheMs === 0),
          'cacheMs',
        );
        demand(
          all.every(({ isReadOnly, idempotency }) => !isReadOnly || idempotency === 'natural'),
          'idempotency',
        );
      },
    },
    {
      id: 'settings.mappings',
      title: { zh: '字段映射可读', en: 'Mappings can be read' },
      run: async () => all.forEach(assertMappings),
    },
    {
      id: 'settings.certificate',
      title: { zh: '客户端证书 30 天内不过期', en: 'The client certificate does not end within 30 days' },
      async run() {
        if (row.certificateEndsAt === null) return 'certificate';
        const endsMs = row.certificateEndsAt.getTime() - deps.ports.clock.now().getTime();
        demand(endsMs > LIMITS.certificateNoticeMs, 'ends');
        return undefined;
      },
    },
    ...module.places(row.config).map((place) => ({
      id: `egress.${place.protocol}-${place.host}-${place.port}`,
      title: { zh: '地址已由安全管理员放行', en: 'The place is opened by a rule' },
      run: async () => demand(await deps.ports.places.isOpen(row.id, place), 'egress.refused'),
    })),
  ];
}

function connectionCases(verify: Verify): Case[] {
  const { deps, connector, actor } = verify;
  return [
    {
      id: 'connection.test',
      title: { zh: '连接测试：地址、证书、凭据', en: 'The connection: place, certificate, credentials' },
      async run() {
        const { uow, clock } = deps.ports;
        const found = await probe({ host: deps.host, uow, now: () => clock.now() }, connector.row.id, actor);
        demand(found.outcome === 'ok', [found.outcome, found.code, found.reason].filter(Boolean).join(' '));
        demand(found.ms <= LIMITS.interactiveMs * LATE_RATIO, 'late');
      },
    },
    {
      id: 'connection.switched-on',
      title: { zh: '连接器已启用', en: 'The connector is switched on' },
      run: async () => demand(['live', 'record'].includes(connector.row.state), 'connector.off'),
    },
    {
      id: 'operation.unknown',
      title: { zh: '拒绝未声明的操作', en: 'An operation that was not declared is refused' },
      run: () => refusedWith('connector.operation_unknown', ask(verify, NOBODY, {})),
    },
  ];
}

function ask(
  verify: Verify,
  operation: string,
  input: LookupRequest['input'],
  more: Partial<LookupRequest> = {},
) {
  const { deps, connector, actor } = verify;
  verify.callCount += 1;
  return deps.host.lookup({
    ...{ connectorId: connector.row.id, operation, input, actor, purpose: 'verify' },
    ...more,
  });
}

/** Cases of one operation: what it must refuse before it asks, and, for reads, what it answers. */
function operationCases(verify: Verify, operation: Operation): Case[] {
  const { name, title, isReadOnly } = operation;
  const named = (id: string, zh: string, en: string, run: Case['run']): Case => ({
    id: `${name}.${id}`,
    title: { zh: `${title.zh}：${zh}`, en: `${title.en}: ${en}` },
    run,
  });
  const tried = (input: LookupRequest['input'], more?: Partial<LookupRequest>) =>
    isReadOnly ? ask(verify, name, input, more) : dryRun(verify, name, input, more);
  const other = PURPOSES.find((purpose) => !operation.purposes.includes(purpose));
  const required = Object.entries(operation.input).find(([, field]) => field.isRequired === true)?.[0];
  const purpose = operation.purposes[0] ?? 'verify';
  const refusals = [
    named('purpose', '拒绝未允许的用途', 'another purpose is refused', async () => {
      if (other === undefined) return 'every purpose is allowed';
      return refusedWith('connector.purpose_refused', tried({}, { purpose: other }));
    }),
    named('input-unknown', '拒绝未声明的输入', 'an unknown input is refused', () =>
      refusedWith('connector.input_invalid', tried({ [NOBODY]: 'x' }, { purpose })),
    ),
    named('input-missing', '拒绝缺少的输入', 'a missing input is refused', async () => {
      if (required === undefined) return 'no input is required';
      return refusedWith('connector.input_invalid', tried({}, { purpose }));
    }),
    named('input-control', '拒绝控制字符', 'a control character is refused', async () => {
      const [field] = Object.keys(operation.input);
      if (field === undefined) return 'there is no input';
      return refusedWith('connector.input_invalid', tried({ [field]: 'a\u0000' }, { purpose }));
    }),
  ];
  return isReadOnly ? [...refusals, ...answerCases(verify, operation, named)] : refusals;
}

/** Checks a write as far as nothing leaves. */
function dryRun(
  verify: Verify,
  operation: string,
  input: LookupRequest['input'],
  more: Partial<LookupRequest> = {},
) {
  const { deps, connector, actor } = verify;
  return deps.host.dryRun({
    ...{ connectorId: connector.row.id, operation, input, actor, purpose: 'verify' },
    ...more,
  });
}

type Named = (id: string, zh: string, en: string, run: Case['run']) => Case;
type Input = LookupRequest['input'];

function answerCases(verify: Verify, operation: Operation, named: Named): Case[] {
  const { name } = operation;
  const { input, absent } = verify.inputs[name] ?? {};
  const isAllowed = operation.purposes.includes('verify');
  const asked = (values: Input | undefined, work: (values: Input) => Promise<void>) => async () => {
    if (!isAllowed) return 'the purpose verify is not allowed';
    return values === undefined ? 'no input was given' : work(values);
  };
  return [
    named(
      'answers',
      '在时限内作答',
      'it answers within its time',
      asked(input, async (values) => {
        const startedMs = performance.now();
        const { records } = await ask(verify, name, values);
        demand(performance.now() - startedMs <= LIMITS.interactiveMs * LATE_RATIO, 'late');
        demand(records.length > 0, 'no record');
      }),
    ),
    ...formCases(verify, operation).map(([id, zh, en, work]) => named(id, zh, en, asked(input, work))),
    named(
      'again',
      '再次查询结果一致',
      'asked again it says the same',
      asked(input, async (values) => {
        const [first, second] = [await ask(verify, name, values), await ask(verify, name, values)];
        demand(first.records.length === second.records.length, 'another number of records');
        demand(first.correlationId !== second.correlationId, 'correlationId');
      }),
    ),
    named(
      'absent',
      '查无记录是结果而非错误',
      'none is a result, no error',
      asked(absent, async (values) => {
        const { records } = await ask(verify, name, values);
        demand(records.length === 0, 'a record');
      }),
    ),
  ];
}

/** What every record of an answer must be like. */
function formCases(
  verify: Verify,
  { name, output }: Operation,
): [id: string, zh: string, en: string, work: (values: Input) => Promise<void>][] {
  const fields = Object.keys(output).filter((field) => output[field]?.class !== 'C3');
  return [
    [
      'fields',
      '只返回声明的字段，且不含 C3',
      'it gives declared fields alone, no C3',
      async (values) => {
        const { records } = await ask(verify, name, values);
        for (const record of records) demand(Object.keys(record).join() === fields.join(), 'fields');
      },
    ],
    [
      'form',
      '字段格式与约定一致',
      'its answers have the agreed form',
      async (values) => {
        await ask(verify, name, values);
        verify.deps.host.registry.forget();
        const { row } = await verify.deps.host.registry.get(verify.connector.row.id);
        const drift = row.drift.filter((one) => one.startsWith(`${name}: `));
        demand(drift.length === 0, drift.join(', '));
      },
    ],
    [
      'blank',
      '验证时不显示内容',
      'verifying shows no content',
      async (values) => {
        const { records } = await ask(verify, name, values);
        const texts = records.flatMap((record) => Object.values(record)).filter((text) => text !== null);
        demand(
          texts.every((text) => !/[1-9A-WYZa-wyz]/.test(text)),
          'content',
        );
      },
    ],
  ];
}

/** Every call of the cases before stands in the log, with what the trail says of it. */
function trailCase(verify: Verify, since: string): Case {
  return {
    id: 'trail.calls',
    title: { zh: '每次调用都有记录，拒绝的也有', en: 'Every call was recorded, refused ones too' },
    async run() {
      const calls = (await callsOf(verify)).filter(({ id }) => id > since);
      const isWhole = calls.length >= Math.min(verify.callCount, CALLS_READ_MAX);
      demand(isWhole, `${calls.length} of ${verify.callCount}`);
      demand(new Set(calls.map(({ correlationId }) => correlationId)).size === calls.length, 'correlationId');
    },
  };
}

/** The newest first. */
function callsOf({ deps, connector }: Pick<Verify, 'deps' | 'connector'>) {
  const page = { limit: CALLS_READ_MAX, after: undefined };
  return deps.ports.uow.read((db) => listCalls(db, connector.row.id, page));
}
