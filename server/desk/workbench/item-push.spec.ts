import { expect } from 'chai';
import type { Audience } from '../../platform/realtime/index.ts';
import type { ConversationItem } from '../conversations/conversation.view.ts';
import { itemTopics, placeOf, pushItem, topics } from './item-push.ts';

const AGENT = '01900000-0000-7000-8000-0000000000a1';
const BRANCH = '01900000-0000-7000-8000-00000000e001';
const OUTLET = '01900000-0000-7000-8000-00000000e002';
const OTHER = '01900000-0000-7000-8000-00000000e003';
const GROUP = '01900000-0000-7000-8000-00000000f001';
const ITEM: ConversationItem = {
  id: '01900000-0000-7000-8000-000000000009',
  siteId: 'demo',
  unitId: OUTLET,
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

const ABOVE: Record<string, string[]> = { [OUTLET]: [OUTLET, BRANCH], [OTHER]: [OTHER, BRANCH] };

describe('pushing a conversation to workbenches', () => {
  const places = ['everywhere', `tree:${OUTLET}`, `tree:${BRANCH}`, `unit:${OUTLET}`];
  const own = `own:${OUTLET}`;
  const supervisors = places.map(topics.supervisors);
  const queue = (groupId: string | null) => [...places, own].map((place) => topics.queue(groupId, place));
  const cases: [string, Partial<ConversationItem>, string[]][] = [
    ['with the robot: supervisors of its unit and above', {}, [...supervisors, topics.supervisors(own)]],
    [
      'queued: its skill group, where the scope reaches the unit',
      { state: 'queued' },
      [...supervisors, topics.supervisors(own), ...queue(GROUP)],
    ],
    [
      'queued for all',
      { state: 'queued', skillGroup: null },
      [...supervisors, topics.supervisors(own), ...queue(null)],
    ],
    [
      'assigned: the assignee, and nobody who sees the own work alone',
      { state: 'assigned', assignee: { id: AGENT, displayName: '' } },
      [...supervisors, topics.agent(AGENT)],
    ],
  ];
  for (const [name, change, expected] of cases) {
    it(`${name} may read its words`, () => {
      expect(itemTopics({ ...ITEM, ...change }, [OUTLET, BRANCH])).to.deep.equal(expected);
    });
  }

  it('meets each scope that reaches the unit, and no other', () => {
    const heard = itemTopics(ITEM, [OUTLET, BRANCH]);
    const of = (kind: 'own' | 'unit' | 'subtree', unitId: string) =>
      topics.supervisors(placeOf({ kind, unitId, accountId: AGENT }));
    expect(heard).to.include.members([of('subtree', BRANCH), of('subtree', OUTLET), of('unit', OUTLET)]);
    for (const other of [of('unit', BRANCH), of('subtree', OTHER), of('unit', OTHER), of('own', OTHER)]) {
      expect(heard).to.not.include(other);
    }
  });

  it('tells the rest of its units where it stands, without words, and the units it left', async () => {
    const published: [string, object][] = [];
    const audience = { publish: (topic: string, frame: object) => published.push([topic, frame]) };
    const presentItem = async () => ITEM;
    const ancestorsOf = async (unitId: string) => ABOVE[unitId] ?? [unitId];
    const onFault = (error: unknown) => {
      throw error;
    };
    const deps = { audience: audience as unknown as Audience, presentItem, ancestorsOf, onFault };
    pushItem(deps, ITEM.id, OTHER);
    await new Promise((resolve) => setImmediate(resolve));
    const wordless = published.filter(([topic]) => topic.startsWith('reach:'));
    expect(wordless.map(([topic]) => topic)).to.include.members([
      topics.reach(`tree:${BRANCH}`),
      topics.reach(`unit:${OUTLET}`),
      topics.reach(`unit:${OTHER}`),
    ]);
    expect(JSON.stringify(wordless)).to.not.include('你好').and.not.include('王');
    const worded = published.filter(([topic]) => !topic.startsWith('reach:'));
    expect(worded.map(([topic]) => topic)).to.not.include(topics.supervisors(`unit:${OTHER}`));
    expect(worded[0]?.[1]).to.deep.equal({ t: 'conversation', conversation: ITEM });
  });
});
