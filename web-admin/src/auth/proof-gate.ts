import { createContext } from 'react';

/** Lets the page ask who sits there in the middle of a request, and the request wait for the answer. */
export interface ProofGate {
  /** Resolves with true once the person has shown who it is; false when nobody can or wants to. */
  ask(): Promise<boolean>;
  /** Hears of questions; whoever hears one settles it. Gives back how to stop. */
  onAsk(listener: (settle: (isProven: boolean) => void) => void): () => void;
}

/** Makes a gate. Requests that ask while a question is open wait for the same answer. */
export function createProofGate(): ProofGate {
  let listener: ((settle: (isProven: boolean) => void) => void) | undefined;
  let open: Promise<boolean> | undefined;
  return {
    ask() {
      const hear = listener;
      if (hear === undefined) return Promise.resolve(false);
      open ??= new Promise<boolean>((resolve) => hear(resolve)).finally(() => (open = undefined));
      return open;
    },
    onAsk(next) {
      listener = next;
      return () => {
        if (listener === next) listener = undefined;
      };
    },
  };
}

/** The gate of this page. */
export const ProofContext = createContext<ProofGate | null>(null);
