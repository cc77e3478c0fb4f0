/** One answer of an agent to somebody who was waiting. */
export interface Response {
  /** The agent's message; when no agent ever answered, the last message of the conversation. */
  replySeq: number;
  seconds: number;
}

/** What response times are counted from. */
export interface TimedMessage {
  seq: number;
  from: 'requester' | 'agent' | 'robot' | 'system';
  at: Date;
  /** For system messages: the state the conversation came to. */
  state?: string;
}

/**
 * How long the requester waited for each answer of an agent, in seconds. The wait begins with the first message that
 * no agent has answered, or with the wish for a person. Time with the robot is not waiting. A last message that asks
 * for no answer ("thank you") is not counted; but an assigned conversation that no agent ever answered counts once,
 * until its end.
 */
export function responsesOf(conversation: readonly TimedMessage[]): Response[] {
  const responses: Response[] = [];
  let isWithPeople = false;
  let wasAssigned = false;
  let waitingSince: Date | undefined;
  for (const message of conversation) {
    if (message.from === 'system') {
      if (message.state === 'robot') isWithPeople = false;
      if (message.state === 'queued' || message.state === 'assigned') {
        // A transfer between agents begins a wait of its own only while the requester is owed an answer.
        if (!isWithPeople) waitingSince ??= message.at;
        isWithPeople = true;
      }
      wasAssigned ||= message.state === 'assigned';
    }
    if (message.from === 'requester' && isWithPeople) waitingSince ??= message.at;
    if (message.from === 'agent') {
      if (waitingSince !== undefined) responses.push(responseOf(message.seq, waitingSince, message.at));
      waitingSince = undefined;
      isWithPeople = true;
    }
  }
  const last = conversation.at(-1);
  const wasAnswered = conversation.some(({ from }) => from === 'agent');
  if (wasAssigned && !wasAnswered && last !== undefined && waitingSince !== undefined) {
    responses.push(responseOf(last.seq, waitingSince, last.at));
  }
  return responses;
}

function responseOf(replySeq: number, since: Date, at: Date): Response {
  // A clock that was set back gives no negative wait.
  return { replySeq, seconds: Math.max(0, at.getTime() - since.getTime()) / 1_000 };
}
