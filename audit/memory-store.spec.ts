import { createMemoryStore } from './test/memory-store.ts';
import { describeAuditStorage } from './test/storage-contract.ts';

describeAuditStorage('in memory', async () => {
  const store = createMemoryStore();
  return { storage: store, insertEpoch: store.insertEpoch, insertEvents: store.insertEvents };
});
