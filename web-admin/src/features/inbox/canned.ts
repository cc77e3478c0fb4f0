/** A saved reply text. */
export interface CannedResponse {
  id: string;
  title: string;
  text: string;
  category: string;
}

const SHOWN_MAX = 8;

/** What stands after the `/` that opens the canned responses; undefined while the text is an ordinary reply. */
export function cannedQuery(text: string): string | undefined {
  return text.startsWith('/') && !text.includes('\n') ? text.slice(1).trim().toLowerCase() : undefined;
}

/** Canned responses for a query: title first, then category, then text; at most eight. */
export function findCanned(responses: readonly CannedResponse[], query: string): CannedResponse[] {
  const rank = (response: CannedResponse) => {
    const fields = [response.title, response.category, response.text];
    const at = fields.findIndex((field) => field.toLowerCase().includes(query));
    return at < 0 ? Number.POSITIVE_INFINITY : at;
  };
  return responses
    .map((response) => ({ response, rank: rank(response) }))
    .filter((row) => Number.isFinite(row.rank))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, SHOWN_MAX)
    .map((row) => row.response);
}
