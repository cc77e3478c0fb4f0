import type { LifecycleNotices } from './compliance/index.ts';
import type { Foundation } from './foundation.ts';
import { registerTemplates, type Notice, type Notifier } from './platform/notify/index.ts';

registerTemplates({
  'retention.clock-jumped': {
    zh: {
      title: '系统时间跳变，到期清理已停止',
      body: '应为 {expected}（UTC），实为 {seen}。请检查服务器时间；若时间无误，须由两人在“记录”页面确认。',
    },
    en: {
      title: 'The clock has jumped; retention sweeps have stopped',
      body:
        'It should be {expected} (UTC) and shows {seen}. Check the time of the server; if it is right, two people ' +
        'confirm it on the page Records.',
    },
  },
  'retention.clock-back': {
    zh: {
      title: '系统时间被调回',
      body: '应为 {expected}（UTC），实为 {seen}。到期清理按较晚的时间计算，不会提前删除；请检查服务器时间。',
    },
    en: {
      title: 'The clock was set back',
      body:
        'It should be {expected} (UTC) and shows {seen}. Retention sweeps go by the later instant and remove nothing ' +
        'early; check the time of the server.',
    },
  },
  'retention.sweep-failed': {
    zh: {
      title: '到期记录清理失败',
      body: '清理 {runId} 因 {code} 停止；未归档的记录没有删除。原因排除后，下次清理从停止处继续。',
    },
    en: {
      title: 'A retention sweep has failed',
      body:
        'Sweep {runId} stopped with {code}; nothing was deleted that is not in the archive. When the cause is gone, ' +
        'the next sweep goes on from there.',
    },
  },
});

registerTemplates({
  'hold.due-ended': {
    zh: {
      title: '法律保全已到计划结束日',
      body: '保全 {hold} 继续有效，不会自行结束。请在“记录保存”页面复核：延长，或申请解除并由第二人批准。',
    },
    en: {
      title: 'The planned end of a legal hold has come',
      body:
        'Hold {hold} goes on: nothing ends it by itself. Review it on the page Records: prolong it, or ask for its ' +
        'release, which a second person approves.',
    },
  },
  'hold.due-unconfirmed': {
    zh: {
      title: '法律保全尚无第二人确认',
      body: '保全 {hold} 已生效，但一天以来无人确认。请在“审批”页面由第二人确认或驳回。',
    },
    en: {
      title: 'Nobody has confirmed a legal hold',
      body: 'Hold {hold} is in force, but has waited more than a day for a second person: see the page Approvals.',
    },
  },
});

/** Officers can act on records, administrators on the server. */
const TO = { permission: ['record:manage', 'record:approve', 'system:read'] };

function notice(kind: string, params: Notice['params']): Notice {
  return { kind, severity: 'alarm', to: TO, params, link: '/records', key: kind };
}

/** An instant to the minute, in UTC. */
function toMinute(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}

/** Tells officers and administrators why sweeps stand still, in the unit of work that found it; the log says it too. */
export function lifecycleNotices(deps: {
  notifier: Pick<Notifier, 'send'>;
  log: Pick<Foundation['log'], 'error'>;
}): LifecycleNotices {
  const { notifier, log } = deps;
  return {
    async clockJumped(tx, { expected, seen }) {
      log.error('retention.clock_jumped');
      const params = { expected: toMinute(expected), seen: toMinute(seen) };
      await notifier.send(tx, notice('retention.clock-jumped', params));
    },
    async clockBack(tx, { expected, seen }) {
      log.error('retention.clock_back');
      const params = { expected: toMinute(expected), seen: toMinute(seen) };
      await notifier.send(tx, { ...notice('retention.clock-back', params), severity: 'warning' });
    },
    async holdDue(tx, { holdId, due }) {
      const kind = `hold.due-${due}`;
      const to = { permission: ['record:manage', 'record:approve'] };
      const params = { hold: holdId };
      const key = `${kind}/${holdId}`;
      await notifier.send(tx, { kind, severity: 'warning', to, params, link: '/records', key });
    },
    async sweepFailed(tx, { runId, code }) {
      log.error('retention.sweep_failed', { code });
      await notifier.send(tx, notice('retention.sweep-failed', { runId, code }));
    },
  };
}
