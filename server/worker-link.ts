import process from 'node:process';

/** Where a worker works; told by the primary over the channel between them, never by arguments or environment. */
export interface WorkerPlace {
  /** Name in the trail and among the processes. */
  node: string;
  databaseUrl: string;
  /** Where on the network the other servers reach it; undefined for nowhere. */
  listen?: string;
  dataDir: string | null;
  /** Makes what every installation has once. */
  isFirst: boolean;
}

/** What a worker tells its primary: it is there, it serves, its robot answers, it could not start. */
export type FromWorker =
  { t: 'hello' } | { t: 'ready'; url: string } | { t: 'learned' } | { t: 'failed'; fault: string };
/** What the primary tells a worker. */
export type ToWorker = { t: 'start'; place: WorkerPlace } | { t: 'stop' };

/** A worker's end of the channel. */
export interface WorkerLink {
  /** Resolves with the place to work at. */
  place(): Promise<WorkerPlace>;
  tell(message: FromWorker): Promise<void>;
  onStop(listener: () => void): void;
}

/** The channel of this process to the primary that started it. */
export function openWorkerLink(): WorkerLink {
  const tell = (message: FromWorker) =>
    new Promise<void>((resolve) => {
      if (process.send === undefined) return resolve();
      process.send(message, () => resolve());
    });
  return {
    tell,
    place() {
      const placed = new Promise<WorkerPlace>((resolve) => {
        process.on('message', (message: ToWorker) => {
          if (message.t === 'start') resolve(message.place);
        });
      });
      void tell({ t: 'hello' });
      return placed;
    },
    onStop(listener) {
      process.on('message', (message: ToWorker) => {
        if (message.t === 'stop') listener();
      });
    },
  };
}
