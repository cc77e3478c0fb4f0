import { expect } from 'chai';
import { AppError, type Actor } from '../../kernel/index.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import { serveRoutes, type ServedRoutes } from '../../test/support/serve-routes.ts';
import type { ConversationRow } from '../conversations/conversation.entity.ts';
import type { StoredMessage } from '../conversations/append.ts';
import { buildDesk, PEOPLE, type Desk } from '../test/build-desk.ts';
import { presentForAgent, presentForRequester } from '../workbench/frames.ts';
import { createFileHandler } from './desk-file.handlers.ts';

const CONTENT = Buffer.from('卡号 6222021234567890123 的对账单\n');
const NAME = '身份证110101199003074477.txt';

describe('files of conversations and tickets', () => {
  let desk: Desk;
  let served: ServedRoutes<'lin' | 'chen' | 'song' | 'program'>;
  let row: ConversationRow;
  const pushed: StoredMessage[] = [];

  before(async () => {
    desk = await buildDesk();
    const agent = ['conversation:work', 'ticket:work'];
    const account = (id: string): Actor => ({ type: 'account', id });
    served = await serveRoutes(desk.core, desk.routes, {
      lin: { actor: account(PEOPLE.lin.id), permissions: agent },
      chen: { actor: account(PEOPLE.chen.id), permissions: agent },
      song: { actor: account(PEOPLE.song.id), permissions: ['conversation:read-any'] },
      program: { actor: { type: 'token', id: desk.core.ids.next() }, permissions: ['ticket:work'] },
    });
    desk.owners.onMessage((message) => void pushed.push(message));
    row = await desk.buildConversation({ texts: ['你好'] });
    await desk.service.take({ actor: account(PEOPLE.lin.id) }, row.id);
  });
  after(async () => {
    await desk.fileStore.checker.stop();
    await served.stop();
    await desk.close();
  });

  const requester = () => ({ actor: { type: 'requester' as const, id: row.requesterId } });
  const lin = { actor: { type: 'account' as const, id: PEOPLE.lin.id } };

  /** Uploads as an agent or a program does, over HTTP. */
  async function upload(who: 'lin' | 'chen' | 'program', into: string, name = NAME) {
    const id = desk.core.ids.next();
    const begun = await served.ask(who, `/api/v1/${into}/uploads`, {
      method: 'POST',
      body: { id, name, size: CONTENT.length },
    });
    if (begun.status !== 201) return { id, reply: begun };
    const headers = { 'Content-Type': 'application/octet-stream' };
    await served.ask(who, `/api/v1/uploads/${id}?offset=0`, { method: 'PUT', raw: CONTENT, headers });
    const sha = sha256(CONTENT).toString('hex');
    const reply = await served.ask(who, `/api/v1/uploads/${id}/finish`, {
      method: 'POST',
      body: { sha256: sha },
    });
    return { id, reply };
  }

  /** Puts a file of the requester into the store, as the visitor's routes do. */
  async function uploadAsRequester(conversation: ConversationRow): Promise<string> {
    const { store } = desk.files;
    const id = desk.core.ids.next();
    const actor = { type: 'requester' as const, id: conversation.requesterId };
    const owner = desk.files.ownerOfConversation(conversation);
    await desk.core.uow.run({ actor }, (tx) =>
      store.begin(tx, { ...owner, id, name: NAME, sizeBytes: CONTENT.length }),
    );
    await store.write(
      { id, by: actor.id },
      0,
      (async function* () {
        yield CONTENT;
      })(),
    );
    const told = await store.examine({ id, by: actor.id }, sha256(CONTENT).toString('hex'));
    await desk.core.uow.run({ actor }, (tx) => store.finish(tx, id, told));
    return id;
  }

  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof AppError ? error.code : String(error)),
    );

  async function sendAsRequester(fileId: string, id = desk.core.ids.next()) {
    const sent = { conversationId: row.id, fileId, senderId: row.requesterId };
    const file = await desk.files.forMessage(sent);
    const message = { conversationId: row.id, id, text: file.name, file };
    return { id, ...(await desk.service.receive(requester(), message)) };
  }

  describe('in messages', () => {
    it('puts a file into the conversation, with its name clear for its owner and masked for agents', async () => {
      const fileId = await uploadAsRequester(row);
      const { seq } = await sendAsRequester(fileId);
      await desk.fileStore.checker.drain();
      const stored = await desk.core.uow.read((db) => desk.service.history(db, row, seq - 1, 1));
      const [message] = stored as [StoredMessage];
      expect(presentForRequester(message)).to.deep.include({
        kind: 'file',
        text: NAME,
        file: {
          ...{ id: fileId, name: NAME, size: CONTENT.length },
          ...{ type: 'text/plain', state: 'ready', hasThumbnail: false },
        },
      });
      const shown = JSON.stringify(presentForAgent(message));
      expect(shown).to.contain('身份证').and.not.to.contain('110101199003074477');
      expect(pushed.at(-1)).to.deep.include({ seq, kind: 'file', text: NAME });
    });

    it('takes the same id with the same file once, and refuses it with another file of the same name', async () => {
      const [one, two] = [await uploadAsRequester(row), await uploadAsRequester(row)];
      const first = await sendAsRequester(one);
      const again = await sendAsRequester(one, first.id);
      expect([again.seq, again.isNew]).to.deep.equal([first.seq, false]);
      expect(await codeOf(sendAsRequester(two, first.id))).to.equal('message.id_reused');
    });

    it('refuses files of others, of other conversations, and unfinished ones', async () => {
      const other = await desk.buildConversation({ texts: ['在吗'] });
      const foreign = await uploadAsRequester(other);
      const own = await uploadAsRequester(row);
      const forMessage = (fileId: unknown, senderId = row.requesterId) =>
        codeOf(desk.files.forMessage({ conversationId: row.id, fileId, senderId }));
      expect(await forMessage(foreign)).to.equal('request.not_found');
      expect(await forMessage(own, PEOPLE.lin.id)).to.equal('request.not_found');
      expect(await forMessage(desk.core.ids.next())).to.equal('request.not_found');
      expect(await forMessage('no id')).to.equal('frame.malformed');
      expect(await forMessage(own)).to.equal('none');
    });

    it('tells open pages when a file has been checked, without its name', async () => {
      const fileId = await uploadAsRequester(row);
      await desk.fileStore.checker.drain();
      const told: [string, object][] = [];
      const { uow } = desk.core;
      const { store } = desk.files;
      const handler = createFileHandler({ store, uow, tell: (id, frame) => void told.push([id, frame]) });
      const event = { id: 'e', type: 'file.checked', key: row.id, at: new Date() };
      await handler.handle({ ...event, payload: { fileId, ownerType: 'conversation' } });
      await handler.handle({
        ...event,
        payload: { fileId: desk.core.ids.next(), ownerType: 'conversation' },
      });
      const file = { id: fileId, state: 'ready', type: 'text/plain', hasThumbnail: false };
      expect(told).to.deep.equal([[row.id, { t: 'file', conversation: row.id, file }]]);
    });

    it('shows a message whose file is gone as such', async () => {
      const fileId = await uploadAsRequester(row);
      const { seq } = await sendAsRequester(fileId);
      await desk.core.uow.run(lin, async (tx) => {
        expect(await desk.files.store.remove(tx, [fileId])).to.equal(1);
        tx.record({ action: 'file.remove', outcome: 'ok' });
      });
      const [message] = await desk.core.uow.read((db) => desk.service.history(db, row, seq - 1, 1));
      expect(message?.file).to.include({ id: fileId, state: 'removed', size: CONTENT.length });
    });
  });

  describe('for agents', () => {
    it('uploads only into conversations one has, and reads only what one may see', async () => {
      const { id, reply } = await upload('lin', `conversations/${row.id}`);
      expect([reply.status, reply.json.name]).to.deep.equal([200, '身份证110101********4477.txt']);
      expect((await upload('chen', `conversations/${row.id}`)).reply.status).to.equal(404);
      expect((await upload('program', `conversations/${row.id}`)).reply.status).to.equal(403);
      await desk.fileStore.checker.drain();
      expect((await served.ask('lin', `/api/v1/files/${id}`)).text).to.equal(CONTENT.toString());
      expect((await served.ask('song', `/api/v1/files/${id}`)).status).to.equal(200);
      expect((await served.ask('chen', `/api/v1/files/${id}`)).status).to.equal(404);
      expect((await served.ask('program', `/api/v1/files/${id}`)).status).to.equal(404);
      expect((await served.ask(undefined, `/api/v1/files/${id}`)).status).to.equal(401);
    });

    it('refuses files for closed conversations', async () => {
      const closed = await desk.buildConversation({ texts: ['a'] });
      await desk.service.take(lin, closed.id);
      await desk.service.close(lin, closed.id, false);
      expect((await upload('lin', `conversations/${closed.id}`)).reply.json.code).to.equal(
        'conversation.closed',
      );
    });
  });

  describe('of tickets', () => {
    async function buildTicket(): Promise<string> {
      const body = { subject: '卡片丢失', description: '请补办' };
      const made = await served.ask('lin', '/api/v1/tickets', { method: 'POST', body });
      return made.json.id as string;
    }

    it('keeps files of a ticket and hangs them on a comment', async () => {
      const ticketId = await buildTicket();
      const { id: loose } = await upload('lin', `tickets/${ticketId}`, 'a.txt');
      const { id: hung } = await upload('lin', `tickets/${ticketId}`, 'b.txt');
      const comment = await served.ask('lin', `/api/v1/tickets/${ticketId}/comments`, {
        method: 'POST',
        body: { text: '见附件', fileIds: [hung] },
      });
      expect(comment.status).to.equal(201);
      await desk.fileStore.checker.drain();
      const { json } = await served.ask('lin', `/api/v1/tickets/${ticketId}/files`);
      const shown = json.items as { id: string; name: string; commentId: string | null; state: string }[];
      expect(shown.map(({ id, commentId, state }) => [id, commentId, state])).to.deep.equal([
        [loose, null, 'ready'],
        [hung, comment.json.id, 'ready'],
      ]);
      expect((await served.ask('lin', `/api/v1/files/${hung}`)).status).to.equal(200);
    });

    it('writes no comment when one of its files is not the ticket’s or hangs elsewhere', async () => {
      const [ticketId, otherId] = [await buildTicket(), await buildTicket()];
      const { id: foreign } = await upload('lin', `tickets/${otherId}`, 'a.txt');
      const { id: own } = await upload('lin', `tickets/${ticketId}`, 'b.txt');
      const comment = (fileIds: string[]) =>
        served.ask('lin', `/api/v1/tickets/${ticketId}/comments`, {
          method: 'POST',
          body: { text: 'x', fileIds },
        });
      expect((await comment([own, foreign])).status).to.equal(404);
      expect((await comment([own])).status).to.equal(201);
      expect((await comment([own])).status).to.equal(404);
      const { json } = await served.ask('lin', `/api/v1/tickets/${ticketId}`);
      expect(json.comments).to.have.length(1);
    });

    it('lets a program with the right to tickets attach, and nobody without', async () => {
      const ticketId = await buildTicket();
      expect((await upload('program', `tickets/${ticketId}`, 'a.txt')).reply.status).to.equal(200);
      const refused = await served.ask('song', `/api/v1/tickets/${ticketId}/files`);
      expect(refused.status).to.equal(403);
    });
  });

  it('answers no fault of its own in all of this', () => {
    expect(served.faults).to.deep.equal([]);
  });
});
