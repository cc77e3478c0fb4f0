import { expect } from 'chai';
import type { IncomingMessage } from 'node:http';
import { ROBOT_ACTOR } from '../../kernel/index.ts';
import { createAudience, type SocketConnection } from '../../platform/realtime/index.ts';
import { createAgentSocket, type ConversationItem } from '../index.ts';
import { buildDesk, contextOf, GROUPS, PEOPLE, type Desk, type Person } from '../test/build-desk.ts';

type Frame = Record<string, unknown>;
const PHONE = '13812345678';
const CSRF = 'csrf-of-the-spec';

/** What an encoded frame of up to 64 KiB says. */
function jsonOf(frame: Buffer): Frame {
  const headerBytes = frame[1] === 126 ? 4 : 2;
  return JSON.parse(frame.toString('utf8', headerBytes)) as Frame;
}

describe('the agents’ socket', () => {
  let desk: Desk;
  let endpoint: ReturnType<typeof createAgentSocket>;
  const people = new Map<IncomingMessage, Person>();
  const benches: { leave(): void }[] = [];
  /** Who hears that rights have changed. */
  const forgotten = new Set<() => void>();
  before(async () => {
    desk = await buildDesk();
    const { owners, service: conversations, routing, notes, view, staff, core, files } = desk;
    endpoint = createAgentSocket({
      sessions: {
        async ofRequest(request) {
          const { actor, permissions, scopeFor } = contextOf(people.get(request) as Person);
          const onForgotten = (listener: () => void) => {
            forgotten.add(listener);
            return () => void forgotten.delete(listener);
          };
          return { actor, permissions, scopeFor, onForgotten, sessionId: 'spec', csrfToken: CSRF };
        },
        isAlive: async () => true,
        touch: () => undefined,
      },
      audience: createAudience(),
      owners,
      conversations,
      routing,
      staff,
      files,
      uow: core.uow,
      ancestorsOf: async (unitId) => [unitId],
      presentItem: (id) => core.uow.read((db) => view.find(db, id)),
      addNote: (context, id, note) =>
        core.uow.run(context, async (tx) => notes.add(tx, await conversations.get(id), note)),
      onNote: (listener) => notes.onNote(listener),
      onGap: () => undefined,
      onFault: (error) => expect.fail(String(error)),
    });
  });
  afterEach(() => benches.splice(0).forEach((bench) => bench.leave()));
  after(() => desk.close());

  /** A workbench that has said hello, and what it heard. */
  async function open(person: Person) {
    const heard: Frame[] = [];
    const connection = {
      ip: '127.0.0.1',
      isOpen: true,
      markReady: () => undefined,
      send: (frame: Frame) => heard.push(frame),
      sendEncoded: (frame: Buffer) => heard.push(jsonOf(frame)),
      close: (code: number) => heard.push({ t: 'closed', code }),
    } as unknown as SocketConnection;
    const request = {} as IncomingMessage;
    people.set(request, person);
    await endpoint.accept(request);
    const handlers = endpoint.open(connection, request);
    await handlers.onFrame({ t: 'hello', csrf: CSRF, after: {} }, () => undefined);
    benches.push({ leave: () => handlers.onClose() });
    return { heard, say: (frame: Frame) => handlers.onFrame(frame, () => undefined) };
  }
  it('is closed at once when the rights of its account change, and hears nothing of that after it left', async () => {
    const bench = await open('lin');
    for (const listener of [...forgotten]) listener();
    expect(bench.heard.filter(({ t }) => t === 'closed')).to.deep.equal([{ t: 'closed', code: 4410 }]);
    benches.splice(0).forEach((each) => each.leave());
    expect(forgotten.size).to.equal(0);
  });

  /** Waits for a frame that a push brings after the commit; mocha's time limit ends a wait in vain. */
  async function until(bench: { heard: Frame[] }, isIt: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const found = bench.heard.find(isIt);
      if (found) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('writes an internal message as a note that the requester never sees', async () => {
    const row = await desk.buildConversation({ texts: ['你好'] });
    await desk.service.take({ actor: { type: 'account', id: PEOPLE.lin.id } }, row.id);
    const lin = await open('lin');
    const frame = { t: 'send', conversation: row.id, id: desk.core.ids.next(), kind: 'text', internal: true };
    await lin.say({ ...frame, text: `回电${PHONE}` });
    expect(await until(lin, ({ t }) => t === 'ack')).to.deep.include({
      id: frame.id,
      seq: 1,
      internal: true,
    });
    expect(await until(lin, ({ internal, t }) => internal === true && t === 'message')).to.include({
      text: '回电138****5678',
      agentId: PEOPLE.lin.id,
    });
    expect((await desk.service.get(row.id)).lastSeq).to.equal(2);
  });

  it('refuses notes, watching, and accepting to whom the conversation is not shown', async () => {
    const row = await desk.buildConversation({ skillGroupId: GROUPS.cards.id });
    await desk.service.requestHandover({ actor: ROBOT_ACTOR }, row.id, 'unsure');
    const chen = await open('chen');
    const send = { t: 'send', id: desk.core.ids.next(), kind: 'text', text: 'x', internal: true };
    for (const frame of [send, { t: 'watch' }, { t: 'accept' }]) {
      await chen.say({ ...frame, conversation: row.id });
      expect(chen.heard.at(-1)).to.include({ t: 'error', code: 'request.not_found' });
    }
  });

  it('gives the words of a queued conversation to its group and to supervisors alone', async () => {
    const [lin, chen, zhao] = [await open('lin'), await open('chen'), await open('zhao')];
    const row = await desk.buildConversation({ skillGroupId: GROUPS.cards.id, profile: { name: '王小明' } });
    await desk.service.requestHandover({ actor: ROBOT_ACTOR }, row.id, 'unsure');
    const itemOf = ({ t, conversation }: Frame) =>
      t === 'conversation' ? (conversation as ConversationItem) : undefined;
    const isNamed = (frame: Frame) =>
      itemOf(frame)?.id === row.id && itemOf(frame)?.requester.nameMasked === '王*明';
    await until(lin, isNamed);
    await until(zhao, isNamed);
    const shown = chen.heard.map(itemOf).filter((item) => item?.id === row.id);
    expect(shown.map((item) => [item?.state, item?.requester.nameMasked, item?.lastText])).to.deep.equal([
      ['queued', null, null],
    ]);
  });
});
