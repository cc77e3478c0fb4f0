import { figure, isFull, isQuick, percentile, type Figure } from './figure.ts';
import { openManyEntries, RARE_REASON, type ManyEntries } from './load/many-entries.ts';

const SIZE = isQuick() ? 100_000 : 1_000_000;
const COUNT = isFull() ? 500 : 100;
const WARM_COUNT = 10;
const MUST = { indexedMs: 50, textMs: 500, chartMs: 500 };
const DAY_MS = 86_400_000;

type Question = (index: number) => string;

/** Officers' searches over HTTP at a year's entries: by columns, by words, and by both. */
export async function* run(): AsyncGenerator<Figure> {
  const many = await openManyEntries(SIZE);
  try {
    const ms = await many.growTo(SIZE);
    yield figure('audit-search.index', (SIZE * 1_000) / ms, 'entries/s', 1);
    const counted = await many.count();
    yield figure('audit-search.count', (counted.entries * 1_000) / counted.ms, 'entries/s', 1);
    for (const [name, question] of Object.entries(charts(many)))
      yield figure(`audit-search.chart_${name}_p95`, await timedChart(many, question), 'ms', MUST.chartMs);
    const { rows, bytes } = await many.sizeOfWords();
    yield figure('audit-search.words', rows / SIZE, 'rows an entry', 1);
    yield figure('audit-search.words_bytes', bytes / SIZE, 'bytes an entry', 1);
    // What any request costs at this moment, whatever it asks: the machine may be busy.
    const floorMs = await timedPath(many, () => '/api/v1/audit/actions');
    yield figure('audit-search.floor_p95', floorMs, 'ms', MUST.indexedMs);
    for (const [name, question] of Object.entries(columnQuestions(many)))
      yield figure(`audit-search.${name}_p95`, await timed(many, question), 'ms', MUST.indexedMs);
    for (const [name, question] of Object.entries(wordFilters(many)))
      yield figure(`audit-search.${name}_p95`, await timed(many, question), 'ms', MUST.indexedMs);
    for (const [name, question] of Object.entries(texts(many)))
      yield figure(`audit-search.${name}_p95`, await timed(many, question), 'ms', MUST.textMs);
  } finally {
    await many.close();
  }
}

function columnQuestions({ accounts, customers, tickets }: ManyEntries): Record<string, Question> {
  const account = (i: number) => accounts[(i * 7) % accounts.length] as string;
  const customer = (i: number) => customers[(i * 31) % customers.length] as string;
  const month = (i: number) => {
    const to = Date.now() - (i % 11) * 30 * DAY_MS;
    return `from=${new Date(to - 30 * DAY_MS).toISOString()}&to=${new Date(to).toISOString()}`;
  };
  return {
    newest: () => '',
    customer: (i) => `customer=${customer(i)}`,
    who_looked: (i) => `customer=${customer(i)}&class=personal-data`,
    account: (i) => `actor=${account(i)}`,
    what_seen: (i) => `actor=${account(i)}&class=personal-data`,
    account_act: (i) => `actor=${account(i)}&action=requester.reveal`,
    account_refused: (i) => `actor=${account(i)}&outcome=refused`,
    record: (i) => `target=${tickets[(i * 17) % tickets.length] as string}`,
    act_month: (i) => `action=access.refuse&${month(i)}`,
    month: (i) => month(i),
  };
}

function charts({ accounts, customers }: ManyEntries): Record<string, Question> {
  const since = (days: number) => `from=${new Date(Date.now() - days * DAY_MS).toISOString()}`;
  const account = (i: number) => accounts[(i * 7) % accounts.length] as string;
  return {
    hours: () => `by=class&${since(2)}`,
    month: (i) => `by=${i % 2 === 0 ? 'class' : 'outcome'}`,
    year: (i) => `by=${i % 2 === 0 ? 'class' : 'outcome'}&${since(366)}`,
    accounts: () => 'by=account',
    accounts_two_months: () => `by=account&${since(62)}`,
    account_year: (i) => `by=outcome&actor=${account(i)}&${since(366)}`,
    customer_year: (i) =>
      `by=account&customer=${customers[(i * 31) % customers.length] as string}&${since(366)}`,
    act_of_account: (i) => `by=outcome&actor=${account(i)}&action=message.send&${since(366)}`,
  };
}

function timedChart(many: ManyEntries, question: Question): Promise<number> {
  return timedPath(many, (i) => `/api/v1/audit/timeline?${question(i)}`);
}

function wordFilters({ addresses, tickets, accounts }: ManyEntries): Record<string, Question> {
  return {
    address: (i) => `address=${addresses[(i * 7) % addresses.length] as string}`,
    ticket: (i) => `ticket=${tickets[(i * 17) % tickets.length] as string}`,
    address_act: (i) => `address=${addresses[(i * 7) % addresses.length] as string}&action=session.open`,
    ticket_account: (i) =>
      `ticket=${tickets[(i * 17) % tickets.length] as string}&actor=${accounts[i % accounts.length] as string}`,
  };
}

function texts({ tickets, customers }: ManyEntries): Record<string, Question> {
  const q = (text: string) => `q=${encodeURIComponent(text)}`;
  return {
    text_rare: () => q(RARE_REASON),
    text_frequent: (i) => q(['fraud', 'complaint', 'phone'][i % 3] as string),
    text_two: (i) => q(`fraud-check ${tickets[(i * 17) % tickets.length] as string}`),
    text_id: (i) => q(customers[(i * 31) % customers.length] as string),
    text_none: (i) => q(`nothing-like-${i}`),
    // Both stand in nearly every block, and never in one entry.
    text_apart: () => q('session.open conversation'),
  };
}

function timed(many: ManyEntries, question: Question): Promise<number> {
  return timedPath(many, (i) => {
    const query = question(i);
    return `/api/v1/audit/events?limit=50${query && `&${query}`}`;
  });
}

async function timedPath(many: ManyEntries, pathOf: Question): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < COUNT + WARM_COUNT; i += 1) {
    const path = pathOf(i);
    const startedMs = performance.now();
    const { status } = await many.served.ask('officer', path);
    if (status !== 200) throw new Error(`${path} was answered with ${status}`);
    if (i >= WARM_COUNT) times.push(performance.now() - startedMs);
  }
  return percentile(times, 0.95);
}
