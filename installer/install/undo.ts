import process from 'node:process';
import { InstallFault } from '../fault.ts';

/** What was done so far, and how to take it back. */
export interface UndoList {
  /** Says how to take back what is done next; called before it, so that half of a step goes as well. */
  add(name: string, undo: () => void): void;
  /** Throws `install.interrupted` when a signal came. */
  checkpoint(): void;
  /** The same between steps, after what came meanwhile was heard: most steps leave no time for that. */
  breathe(): Promise<void>;
  /** Takes everything back, last first; gives the names of what could not be. */
  undoAll(): string[];
  /** Listens for signals no longer. */
  close(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** An empty list. Signals no longer end the process; the next checkpoint does. */
export function openUndo(): UndoList {
  const steps: { name: string; undo: () => void }[] = [];
  let signal: string | undefined;
  const hear = (heard: NodeJS.Signals) => void (signal = heard);
  for (const each of SIGNALS) process.on(each, hear);
  const checkpoint = () => {
    if (signal !== undefined) throw new InstallFault('install.interrupted', signal);
  };
  return {
    add: (name, undo) => void steps.push({ name, undo }),
    checkpoint,
    async breathe() {
      await new Promise((done) => setImmediate(done));
      checkpoint();
    },
    undoAll() {
      const left: string[] = [];
      for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
        try {
          step.undo();
        } catch (error) {
          left.push(`${step.name} (${(error as Error).message})`);
        }
      }
      return left;
    },
    close() {
      for (const each of SIGNALS) process.off(each, hear);
    },
  };
}
