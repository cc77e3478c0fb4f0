/** What routing knows of an agent who could take a conversation. */
export interface Candidate {
  agentId: string;
  /** Conversations the agent has now. */
  load: number;
  /** When the agent last got one; the longest idle goes first among equals. */
  lastAssignedAtMs: number;
}

/** Conversations one agent handles at a time, unless a site says otherwise. */
export const AGENT_CAPACITY_DEFAULT = 8;

/** The least-loaded agent with room, the longest idle among equals; none when all are full. */
export function chooseAgent(candidates: readonly Candidate[], capacity: number): string | undefined {
  const free = candidates.filter(({ load }) => load < capacity);
  free.sort(
    (a, b) => a.load - b.load || a.lastAssignedAtMs - b.lastAssignedAtMs || (a.agentId < b.agentId ? -1 : 1),
  );
  return free[0]?.agentId;
}
