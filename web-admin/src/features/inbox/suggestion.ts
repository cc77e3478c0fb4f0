/** How a suggestion was used, measured for the adoption rate. */
export function suggestionOutcome(answer: string, sent: string): 'used' | 'edited' {
  return answer.trim() === sent.trim() ? 'used' : 'edited';
}
