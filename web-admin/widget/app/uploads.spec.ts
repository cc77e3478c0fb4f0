import { expect } from 'chai';
import type { ChatFile } from '../protocol/index.ts';
import type { KeptFile, KeptFiles } from './kept-files.ts';
import { FILE_BYTES_MAX, Uploader, type Upload, type UploadPort } from './uploads.ts';

type Answer = Awaited<ReturnType<UploadPort['call']>>;

/** A shelf that outlives a page. */
function shelf(): KeptFiles & { files: Map<string, KeptFile> } {
  const files = new Map<string, KeptFile>();
  return {
    files,
    all: async () => [...files.values()],
    put: async (file) => void files.set(file.id, file),
    remove: async (id) => void files.delete(id),
  };
}

/** A server that keeps what it gets; `faults` are answered first, one a call. */
function world(faults: (Answer | undefined)[] = []) {
  const received = new Map<string, Uint8Array[]>();
  const calls: string[] = [];
  const sizeOf = (id: string) => (received.get(id) ?? []).reduce((sum, part) => sum + part.length, 0);
  const call: UploadPort['call'] = async (method, path, body) => {
    const id = path.split('/')[2]?.split('?')[0] ?? (body as { id: string }).id;
    calls.push(`${method} ${path.replace(id, 'ID')}`);
    const fault = faults.shift();
    if (fault) return fault;
    if (method === 'POST' && path === 'visitor/uploads') {
      return { isOk: true, value: { received: sizeOf(id), state: 'receiving' } };
    }
    if (method === 'PUT') {
      const offset = Number(path.split('=')[1]);
      if (offset !== sizeOf(id)) {
        return { isOk: false, code: 'file.offset_wrong', isPassing: false, received: sizeOf(id) };
      }
      const part = new Uint8Array(await (body as Blob).arrayBuffer());
      received.set(id, [...(received.get(id) ?? []), part]);
      return { isOk: true, value: { received: sizeOf(id) } };
    }
    return { isOk: true, value: { id, name: 'a', size: sizeOf(id), state: 'waiting', hasThumbnail: false } };
  };
  return { call, calls, sizeOf };
}

/** Runs an uploader until it has nothing to do. */
async function settle(start: (uploader: Uploader) => unknown, port: UploadPort, files: KeptFiles) {
  const done: ChatFile[] = [];
  let uploads: Upload[] = [];
  await new Promise<void>((resolve, reject) => {
    let isStarted = false;
    const check = () => {
      if (isStarted && uploads.every(({ code }) => code !== undefined)) resolve();
    };
    const uploader = new Uploader({
      ...{ files, isReady: () => true, onDone: (file: ChatFile) => void done.push(file) },
      call: (...args) => port.call(...args),
      onChange: (next) => {
        uploads = next;
        check();
      },
    });
    Promise.resolve(start(uploader)).then(() => {
      isStarted = true;
      check();
    }, reject);
  });
  return { done, uploads };
}

const BYTES = 700_000;
const kept = (id: string, bytes = BYTES): KeptFile => ({
  id,
  name: 'a.txt',
  blob: new Blob(['x'.repeat(bytes)]),
});

describe('uploads of the widget', () => {
  it('sends a file in parts and hands it over once', async () => {
    const port = world();
    const files = shelf();
    const { done } = await settle((uploader) => uploader.add(kept('one')), port, files);
    expect(done.map(({ id, size }) => [id, size])).to.deep.equal([['one', BYTES]]);
    expect(port.calls).to.deep.equal([
      'POST visitor/uploads',
      'PUT visitor/uploads/ID?offset=0',
      'PUT visitor/uploads/ID?offset=262144',
      'PUT visitor/uploads/ID?offset=524288',
      'POST visitor/uploads/ID/finish',
    ]);
    expect(files.files.size).to.equal(0);
  });

  it('goes on after a reload where the server stands', async () => {
    const port = world();
    const files = shelf();
    await files.put(kept('one'));
    await port.call('PUT', 'visitor/uploads/one?offset=0', new Blob(['x'.repeat(262_144)]));
    const { done } = await settle(
      async (uploader) => {
        await uploader.restore();
        uploader.pump();
      },
      port,
      files,
    );
    expect(done).to.have.length(1);
    expect(port.calls[2]).to.equal('PUT visitor/uploads/ID?offset=262144');
  });

  it('takes its place from the server when it lost it', async () => {
    const port = world([
      undefined,
      { isOk: false, code: 'file.offset_wrong', isPassing: false, received: 0 },
    ]);
    const { done } = await settle((uploader) => uploader.add(kept('one')), port, shelf());
    expect(done).to.have.length(1);
    expect(port.sizeOf('one')).to.equal(BYTES);
  });

  it('shows what the server refuses for good, and keeps nothing of it from the next one', async () => {
    const port = world([{ isOk: false, code: 'file.limit', isPassing: false }]);
    const { done, uploads } = await settle(
      async (uploader) => {
        await uploader.add(kept('one'));
        await uploader.add(kept('two', 10));
      },
      port,
      shelf(),
    );
    expect(uploads.map(({ id, code }) => [id, code])).to.deep.equal([['one', 'file.limit']]);
    expect(done.map(({ id }) => id)).to.deep.equal(['two']);
  });

  it('asks the server about no file that it would refuse anyway', async () => {
    const port = world();
    const { uploads } = await settle(
      async (uploader) => {
        await uploader.add(kept('empty', 0));
        await uploader.add({ ...kept('big', 1), blob: { size: FILE_BYTES_MAX + 1 } as Blob });
      },
      port,
      shelf(),
    );
    expect(uploads.map(({ code }) => code)).to.deep.equal(['file.empty', 'file.too_large']);
    expect(port.calls).to.deep.equal([]);
  });
});
