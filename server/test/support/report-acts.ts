import { insertRating } from '../../channels/web-widget/rating.repo.ts';
import { deskRecords, deskUnitRows, type ConversationRow } from '../../desk/index.ts';
import { GROUPS, PEOPLE, type Desk } from '../../desk/test/build-desk.ts';
import type { Actor } from '../../kernel/index.ts';
import type { Tx } from '../../platform/persistence/index.ts';
import type { EvaluationRow } from '../../qa/evaluations/evaluation.entity.ts';
import { insertEvaluation, rescoreEvaluation } from '../../qa/evaluations/evaluation.repo.ts';
import { evaluationUnitRows, qaRecords } from '../../qa/index.ts';
import { robotRecords } from '../../robot/index.ts';
import { insertTurn } from '../../robot/answering/robot-turn.entity.ts';
import { webWidgetRecords } from '../../channels/web-widget/index.ts';

const CARD_ID = '01900000-0000-7000-8000-00000000ca4d';
const ROBOT_OUTCOMES = ['answer', 'answer', 'clarify', 'fallback', 'handoff'] as const;

/**
 * What may happen to conversations and what belongs to them, each act on one at random: through the services of the product,
 * and refused as the product refuses it. `units`: the third is the one that closes, in favour of the second.
 */
export function actsOn(
  desk: Desk,
  { random, units, actor }: { random: () => number; units: readonly string[]; actor: Actor },
): Record<string, () => Promise<void>> {
  const { core, service } = desk;
  const { ids, clock, uow } = core;
  const alive: string[] = [];
  const evaluations = new Map<string, EvaluationRow>();
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  /** Mostly one of the last few, so that much happens to some. */
  const any = () => pick(random() < 0.7 ? alive.slice(-8) : alive);
  const by = { actor };
  const unit = <T>(work: (tx: Tx) => Promise<T>) =>
    uow.run({ actor }, async (tx) => {
      const value = await work(tx);
      tx.record({ action: 'report.view', outcome: 'ok', details: { report: 'spec' } });
      return value;
    });
  const attempt = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      () => undefined,
    );
  const [unitConversations] = deskUnitRows({ owners: desk.owners, ids, tellOthers: () => undefined });
  const stores = [
    ...[robotRecords({ ids }), webWidgetRecords({ ids }), qaRecords({ ids })],
    ...deskRecords({ ids, forget: (gone) => desk.owners.forget(gone) }).filter(
      ({ name }) => name === 'desk.conversation',
    ),
  ];
  return {
    async open() {
      const row = await unit(async (tx) => {
        const made = await desk.requesters.create(tx, { siteId: 'demo', profile: {}, isIdentified: false });
        const of = { requesterId: made.row.id, dek: made.dek, siteId: 'demo', channel: 'web' };
        return service.open(tx, { ...of, skillGroupId: null, unitId: pick(units) });
      });
      alive.push(row.id);
    },
    /** The same message twice, at once: one of them is a repetition. */
    async say() {
      const message = { conversationId: any(), id: ids.next(), text: '年费怎么减免' };
      await Promise.all([attempt(service.receive(by, message)), attempt(service.receive(by, message))]);
    },
    queue: () => attempt(service.requestHandover(by, any(), 'requested')),
    take: () => attempt(service.take(by, any())),
    answer: () => attempt(service.send(by, { conversationId: any(), id: ids.next(), text: '您好' })),
    /** Back to a queue, from whose time on the wait counts: a first answer may then lie before it. */
    giveBack: () => attempt(service.handOver(by, any(), { skillGroupId: GROUPS.loans.id })),
    giveTo: () => attempt(service.handOver(by, any(), { agentId: PEOPLE.chen.id })),
    transferTalk: () => attempt(service.transfer(by, any(), { unitId: pick(units), mayAny: true })),
    close: () => attempt(service.close(by, any(), true)),
    /** Closing and passing on at once: whichever lane takes first decides. */
    async clash() {
      const id = any();
      const moves = [
        service.close(by, id, true),
        service.transfer(by, id, { unitId: pick(units), mayAny: true }),
        service.take(by, id),
      ];
      await Promise.all(moves.map(attempt));
    },
    /** A second rating of one conversation is refused, and counts nothing. */
    async rate() {
      const conversation = (await service.get(any())) as ConversationRow;
      const score = 1 + Math.floor(random() * 5);
      const row = { conversationId: conversation.id, score, commentEnc: null, at: clock.now() };
      await attempt(unit((tx) => insertRating(tx, ids, { row, conversation })));
    },
    /** What the robot decided; told twice, it is kept once. */
    async turn() {
      const { id: conversationId, firstUnitId } = await service.get(any());
      const turn = {
        ...{ id: ids.next(), conversationId, messageSeq: 1, messageId: ids.next(), locale: 'zh' },
        ...{ outcome: pick(ROBOT_OUTCOMES), reason: 'r', confidencePpm: 1, candidates: [], articleId: null },
        ...{ articleVersion: null, modelHash: 'h', tookMs: 1, at: clock.now() },
      };
      await unit((tx) => insertTurn(tx, ids, { turn, firstUnitId }));
      await attempt(unit((tx) => insertTurn(tx, ids, { turn, firstUnitId })));
    },
    async evaluate() {
      const { id: conversationId, unitId, assigneeId: agentId } = await service.get(any());
      await core.sql(
        `INSERT INTO score_card (id, version, name, state, criteria, created_by, created_at)
          SELECT $1, 1, 'c', 'active', '[]', 'system', $2 FROM org_unit WHERE depth = 0
            AND NOT EXISTS (SELECT 1 FROM score_card WHERE id = $1)`,
        [CARD_ID, clock.now()],
      );
      const row: EvaluationRow = {
        ...{ id: ids.next(), conversationId, agentId, unitId, scoreCardId: CARD_ID, scoreCardVersion: 1 },
        ...{ score: random() < 0.2 ? null : Math.floor(random() * 101), state: 'automatic', isFatal: false },
        ...{ findingsCount: 0, evaluatedAt: clock.now(), rescoredBy: null, rescoredAt: null },
        ...{ reasonEnc: null, version: 1 },
      };
      await unit((tx) => insertEvaluation(tx, ids, { row, criteria: [] })).then(
        () => evaluations.set(conversationId, row),
        () => undefined,
      );
    },
    /** By the version read; one whose unit changed since is scored by nobody. */
    async rescore() {
      const before = pick([...evaluations.values()]);
      if (before === undefined) return;
      const score = random() < 0.2 ? null : Math.floor(random() * 101);
      const row = { ...before, score, version: before.version + 1 };
      const isWritten = await unit((tx) => rescoreEvaluation(tx, ids, { before, row, criteria: [] }));
      if (isWritten) evaluations.set(row.conversationId, row);
    },
    /** A unit is closed while somebody writes: its lane may have the old unit in flight. */
    async handOverTalks() {
      const [, to, from] = units as [string, string, string];
      const message = { conversationId: any(), id: ids.next(), text: '还在吗' };
      await Promise.all([
        unit(async (tx) => void (await unitConversations?.handOver(tx, from, to, 3))),
        attempt(service.receive(by, message)),
      ]);
    },
    async handOverEvaluations() {
      await unit((tx) => evaluationUnitRows({ ids }).handOver(tx, pick(units), pick(units), 2));
    },
    async retainTalks() {
      if (alive.length < 10) return;
      const gone = alive.splice(Math.floor(random() * (alive.length - 1)), 1);
      await unit(async (tx) => {
        for (const { rows } of stores) for (const table of rows) await table.remove(tx, gone);
      });
      for (const id of gone) evaluations.delete(id);
    },
  };
}
