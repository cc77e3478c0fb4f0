import { expect } from 'chai';
import type { Audience } from '../../platform/realtime/index.ts';
import type { ConversationItem } from '../conversations/conversation.view.ts';
import { itemTopics, pushItem, topics } from './item-push.ts';

const AGENT = '01900000-0000-7000-8000-0000000000a1';
const GROUP = '01900000-0000-7000-8000-00000000f001';
const ITEM: ConversationItem = {
  id: '01900000-0000-7000-8000-000000000009',
  siteId: 'demo',
  channel: 'web',
  state: 'robot',
  requester: { id: '01900000-0000-7000-8000-000000000008', nameMasked: '王*明', isIdentified: true },
  assignee: null,
  skillGroup: { id: GROUP, name: '信用卡组' },
  lastText: '你好',
  lastFrom: 'requester',
  lastAt: '2026-01-05T01:00:00.000Z',
  lastSeq: 1,
  unread: 1,
  openedAt: '2026-01-05T01:00:00.000Z',
  version: 2,
};

describe('pushing a conversation to workbenches', () => {
  const cases: [string, Partial<ConversationItem>, string[]][] = [
    ['with the robot: supervisors', {}, [topics.supervisors]],
    ['queued: its skill group', { state: 'queued' }, [topics.supervisors, topics.group(GROUP)]],
    ['queued for all', { state: 'queued', skillGroup: null }, [topics.supervisors, topics.everybody]],
    [
      'assigned: the assignee',
      { state: 'assigned', assignee: { id: AGENT, displayName: '' } },
      [topics.supervisors, topics.agent(AGENT)],
    ],
  ];
  for (const [name, change, expected] of cases) {
    it(`${name} may read its words`, () => {
      expect(itemTopics({ ...ITEM, ...change })).to.deep.equal(expected);
    });
  }

  it('tells everybody else where it stands, without words', async () => {
    const published: [string, object][] = [];
    const audience = { publish: (topic: string, frame: object) => published.push([topic, frame]) };
    const presentItem = async () => ITEM;
    const onFault = (error: unknown) => {
      throw error;
    };
    pushItem({ audience: audience as unknown as Audience, presentItem, onFault }, ITEM.id);
    await new Promise((resolve) => setImmediate(resolve));
    const [first, second] = published;
    expect(first?.[0]).to.equal(topics.everybody);
    expect(JSON.stringify(first?.[1])).to.not.include('你好').and.not.include('王');
    expect(second).to.deep.equal([topics.supervisors, { t: 'conversation', conversation: ITEM }]);
  });
});
