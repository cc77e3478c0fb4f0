import { expect } from 'chai';
import { SiteService, VisitorService } from '../channels/web-widget/index.ts';
import { buildDesk, type Desk } from '../desk/test/build-desk.ts';
import { AppError, createFakeClock, SYSTEM_ACTOR, type FakeClock } from '../kernel/index.ts';

const OPEN_MAX = 4;
const PER_HOUR_MAX = 6;
const HOUR_MS = 3_600_000;
const SITE = 'limits';

describe('conversations without end', () => {
  let desk: Desk;
  let clock: FakeClock;
  let visitors: VisitorService;
  let sites: SiteService;

  before(async () => {
    desk = await buildDesk();
    const { uow, ids } = desk.core;
    clock = createFakeClock(desk.core.clock.now());
    sites = new SiteService({ uow, clock });
    const input = {
      ...{ name: '测试', origins: [], locale: 'zh-CN' as const, isActive: true },
      texts: { title: '客服', welcome: '您好', offline: '请留言' },
    };
    await uow.run({ actor: SYSTEM_ACTOR }, (tx) => sites.create(tx, SITE, input));
    visitors = new VisitorService({
      ...{ uow, clock, ids, sites, requesters: desk.requesters, conversations: desk.service },
      ...{ openMax: OPEN_MAX, openingsPerHourMax: PER_HOUR_MAX, isLimited: (ip) => ip !== '127.0.0.1' },
    });
  });
  after(() => desk.close());

  const start = (ip: string, more: { resumeToken?: string; fresh?: boolean } = {}) =>
    desk.core.uow.run({ actor: SYSTEM_ACTOR }, (tx) => visitors.start(tx, { site: SITE, ...more }, ip));
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'begun',
      (error: unknown) => (error instanceof AppError ? error.code : String(error)),
    );
  const countOf = async () =>
    Number(Object.values((await desk.core.sql('SELECT COUNT(*) FROM conversation'))[0] ?? {})[0]);

  it('are refused to one visitor beyond those that may be open, also when all come at once', async () => {
    const { resumeToken } = await start('127.0.0.1');
    const before = await countOf();
    const codes = await Promise.all(
      Array.from({ length: 20 }, () => codeOf(start('127.0.0.1', { resumeToken, fresh: true }))),
    );
    expect(codes.filter((code) => code === 'begun')).to.have.length(OPEN_MAX - 1);
    expect(new Set(codes)).to.deep.equal(new Set(['begun', 'visitor.conversations_limit']));
    expect(await countOf()).to.equal(before + OPEN_MAX - 1);
  });

  it('go on for a visitor who has too many open, and begin again when one is closed', async () => {
    const { resumeToken, conversationId } = await start('127.0.0.1');
    for (let more = 1; more < OPEN_MAX; more += 1) await start('127.0.0.1', { resumeToken, fresh: true });
    expect(await codeOf(start('127.0.0.1', { resumeToken, fresh: true }))).to.equal(
      'visitor.conversations_limit',
    );
    expect((await start('127.0.0.1', { resumeToken })).resumeToken).to.equal(resumeToken);
    await desk.service.close({ actor: SYSTEM_ACTOR }, conversationId, true);
    expect(await codeOf(start('127.0.0.1', { resumeToken, fresh: true }))).to.equal('begun');
  });

  it('are refused to one address beyond its hour, and to no other address', async () => {
    const before = await countOf();
    const codes: string[] = [];
    for (let n = 0; n < PER_HOUR_MAX + 3; n += 1) codes.push(await codeOf(start('203.0.113.7')));
    expect(codes.filter((code) => code === 'begun')).to.have.length(PER_HOUR_MAX);
    expect(codes.slice(PER_HOUR_MAX)).to.deep.equal(Array(3).fill('visitor.conversations_limit'));
    expect(await countOf()).to.equal(before + PER_HOUR_MAX);
    expect(await codeOf(start('203.0.113.8'))).to.equal('begun');
    clock.advance(HOUR_MS);
    expect(await codeOf(start('203.0.113.7'))).to.equal('begun');
  });

  it('of one address are counted in every process, whichever opened them', async () => {
    const { uow, ids } = desk.core;
    const processes: VisitorService[] = [0, 1, 2].map(
      (own) =>
        new VisitorService({
          ...{ uow, clock, ids, sites, requesters: desk.requesters, conversations: desk.service },
          ...{ openMax: OPEN_MAX, openingsPerHourMax: PER_HOUR_MAX, isLimited: () => true },
          tellOpening: (ip) => {
            for (const [other, service] of processes.entries()) if (other !== own) service.noteOpening(ip);
          },
        }),
    );
    const codes: string[] = [];
    for (let n = 0; n < PER_HOUR_MAX * 3; n += 1) {
      const visitor = processes[n % 3] as VisitorService;
      const begun = uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
        visitor.start(tx, { site: SITE }, '203.0.113.9'),
      );
      codes.push(await codeOf(begun));
    }
    expect(codes.filter((code) => code === 'begun')).to.have.length(PER_HOUR_MAX);
    clock.advance(HOUR_MS);
    for (const visitor of processes) {
      const begun = uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
        visitor.start(tx, { site: SITE }, '203.0.113.9'),
      );
      expect(await codeOf(begun)).to.equal('begun');
    }
  });
});
