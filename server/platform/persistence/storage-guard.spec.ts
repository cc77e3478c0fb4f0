import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import { createStorageGuard, FREE_BYTES_MIN } from './storage-guard.ts';

describe('the storage guard', () => {
  const buildGuard = (free: Record<string, number>) => {
    const time = { ms: 1_800_000_000_000 };
    const guard = createStorageGuard({
      folders: ['/home', '/data'],
      now: () => new Date(time.ms),
      freeBytes: async (folder) => {
        const bytes = free[folder];
        if (bytes === undefined) throw new Error('ENOENT');
        return bytes;
      },
    });
    after(() => guard.close());
    return { guard, time, free };
  };

  it('refuses changes below 64 MiB on any disk, and takes them again at 64 MiB', async () => {
    const { guard, free } = buildGuard({ '/home': FREE_BYTES_MIN, '/data': FREE_BYTES_MIN - 1 });
    guard.assertWritable();
    await guard.look();
    expect(guard.hasRoom).to.equal(false);
    expect(() => guard.assertWritable())
      .to.throw(AppError)
      .with.property('code', 'storage.full');
    free['/data'] = FREE_BYTES_MIN;
    await guard.look();
    guard.assertWritable();
    expect(guard.hasRoom).to.equal(true);
  });

  it('passes over a folder that cannot be asked', async () => {
    const { guard } = buildGuard({ '/home': FREE_BYTES_MIN });
    await guard.look();
    expect(guard.hasRoom).to.equal(true);
  });

  it('is not ready for five seconds after the database refused, but lets the next write try', () => {
    const { guard, time } = buildGuard({});
    guard.note(new AppError('storage.unavailable', { cause: new Error('gone') }));
    expect(guard.hasRoom).to.equal(true);
    guard.note(new AppError('storage.full', { cause: new Error('53100') }));
    expect(guard.hasRoom).to.equal(false);
    guard.assertWritable();
    time.ms += 5_001;
    expect(guard.hasRoom).to.equal(true);
  });
});
