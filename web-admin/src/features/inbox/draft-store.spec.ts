import { expect } from 'chai';
import { createDraftStore, type DraftStorage } from './draft-store.ts';

function buildStorage(): DraftStorage & { dump(): string } {
  const held = new Map<string, string>();
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
    key: (index) => [...held.keys()][index] ?? null,
    get length() {
      return held.size;
    },
    dump: () => JSON.stringify([...held]),
  };
}

describe('drafts', () => {
  it('survive a reload and a new session of the same account', async () => {
    const storage = buildStorage();
    const before = createDraftStore(storage, 'secret');
    before.set('c1', '您的卡号 6222 已挂失');
    await before.settled();
    const after = createDraftStore(storage, 'secret');
    await after.ready;
    expect(after.get('c1')).to.equal('您的卡号 6222 已挂失');
  });

  it('leave nothing readable in the storage', async () => {
    const storage = buildStorage();
    const drafts = createDraftStore(storage, 'secret');
    drafts.set('c1', 'MARK-4711 张三');
    await drafts.settled();
    expect(storage.dump()).to.include('c1').and.not.include('MARK-4711').and.not.include('张三');
  });

  it('cannot be read by another account and are taken away there', async () => {
    const storage = buildStorage();
    const before = createDraftStore(storage, 'secret');
    before.set('c1', 'text');
    await before.settled();
    const other = createDraftStore(storage, 'another secret');
    await other.ready;
    expect(other.get('c1')).to.equal('');
    expect(storage.length).to.equal(0);
  });

  it('cannot be moved to another conversation', async () => {
    const storage = buildStorage();
    const before = createDraftStore(storage, 'secret');
    before.set('c1', 'text');
    await before.settled();
    storage.setItem('vaultdesk.draft.c2', storage.getItem('vaultdesk.draft.c1') ?? '');
    const after = createDraftStore(storage, 'secret');
    await after.ready;
    expect([after.get('c1'), after.get('c2')]).to.deep.equal(['text', '']);
  });

  it('are forgotten when they are emptied, also while an older text is being sealed', async () => {
    const storage = buildStorage();
    const drafts = createDraftStore(storage, 'secret');
    drafts.set('c1', 'text');
    drafts.set('c1', '');
    await drafts.settled();
    expect(storage.length).to.equal(0);
  });

  it('leave foreign and damaged entries without harm', async () => {
    const storage = buildStorage();
    storage.setItem('vaultdesk.theme', 'dark');
    storage.setItem('vaultdesk.draft.c1', 'not base64 !');
    const drafts = createDraftStore(storage, 'secret');
    await drafts.ready;
    expect(drafts.get('c1')).to.equal('');
    expect(storage.getItem('vaultdesk.theme')).to.equal('dark');
  });

  it('stay in memory when the storage is full', async () => {
    const storage = {
      ...buildStorage(),
      setItem: () => {
        throw new Error('full');
      },
    };
    const drafts = createDraftStore(storage, 'secret');
    drafts.set('c1', 'text');
    await drafts.settled();
    expect(drafts.get('c1')).to.equal('text');
  });
});
