import { describe, expect, test } from 'vitest';
import { checkCitations } from '../../../../src/investigate/model/checkCitations.ts';
import { claimsOf } from '../../../../src/investigate/model/claims.ts';
import { hasNumber, valuesOf } from '../../../../src/investigate/model/numbers.ts';
import type { SubmittedHypothesis } from '../../../../src/investigate/model/submission.ts';
import { analysed, hypothesis } from './builders.ts';

interface Case {
  readonly name: string;
  readonly change: Partial<SubmittedHypothesis>;
  readonly want:
    | {
        readonly confidence?: number;
        readonly citations?: readonly string[];
        readonly object?: string | undefined;
        readonly dropped?: number;
        readonly lowered?: number;
      }
    | 'dropped';
}

const kept = { confidence: 45, citations: ['e2', 'e3'], object: 'Service/shop/orders-db', dropped: 0, lowered: 0 };
const cites = (evidenceId: string, quote = '') => [{ evidenceId, quote }];

describe('checking citations', () => {
  test.each<Case>([
    { name: 'keeps what the evidence shows, below what names a cause', change: {}, want: kept },
    { name: 'keeps a low confidence as it is', change: { confidence: 20 }, want: { ...kept, confidence: 20 } },
    { name: 'reads 0.3 as 30 %', change: { confidence: 0.3 }, want: { ...kept, confidence: 30 } },
    {
      name: 'does not mind case, space and kinds of quotes',
      change: { citations: cites('e3', 'Service  ‘orders-db’ HAS NO endpoints') },
      want: { ...kept, citations: ['e3'], confidence: 23, lowered: 1 },
    },
    {
      name: 'lets a quotation leave something out',
      change: { statement: 'It fails.', object: '', citations: cites('e2', 'dial tcp ... connection refused') },
      want: { ...kept, object: undefined, citations: ['e2'] },
    },
    {
      name: 'takes a finding for evidence',
      change: { statement: 'Container app exits with code 1.', object: '', citations: cites('f1') },
      want: { ...kept, object: undefined, citations: ['f1'] },
    },
    {
      name: 'drops evidence that does not exist, and lowers what is left',
      change: { citations: [...hypothesis().citations, ...cites('e99')] },
      want: { ...kept, confidence: 31, dropped: 1, lowered: 1 },
    },
    { name: 'drops a hypothesis that cites nothing', change: { citations: [] }, want: 'dropped' },
    { name: 'drops a hypothesis that cites only what does not exist', change: { citations: cites('e99') }, want: 'dropped' },
    { name: 'drops a quotation that nobody wrote', change: { citations: cites('e2', 'disk is full') }, want: 'dropped' },
    { name: 'drops a quotation of other evidence than it cites', change: { citations: cites('e2', 'has no endpoints') }, want: 'dropped' },
    {
      name: 'drops a hypothesis that quotes what nobody wrote',
      change: { statement: 'The log says "certificate has expired" at checkout.' },
      want: 'dropped',
    },
    {
      name: 'lowers a name that its evidence does not have',
      change: { statement: 'checkout cannot reach payments-db.' },
      want: { ...kept, confidence: 23, lowered: 1 },
    },
    {
      name: 'lowers a name that only other evidence has',
      change: { statement: 'orders-db has no endpoints, as checkout says.', citations: cites('e3') },
      want: { ...kept, citations: ['e3'], confidence: 23, lowered: 1 },
    },
    {
      name: 'lowers a number that its evidence does not have',
      change: { statement: 'checkout gave up after 45s.' },
      want: { ...kept, confidence: 23, lowered: 1 },
    },
    {
      name: 'knows a number in other units',
      change: { statement: 'The limit is 64 MiB.', object: '', citations: cites('e1') },
      want: { ...kept, object: undefined, citations: ['e1'] },
    },
    {
      name: 'lowers an object that nobody saw',
      change: { object: 'Deployment/shop/payments' },
      want: { ...kept, object: undefined, confidence: 23, lowered: 1 },
    },
    {
      name: 'lowers twice for two reasons',
      change: { statement: 'payments-db failed 99 times.' },
      want: { ...kept, confidence: 11, lowered: 1 },
    },
    {
      name: 'is not fooled by a part of a name',
      change: { statement: 'orders-d is down.' },
      want: { ...kept, confidence: 23, lowered: 1 },
    },
  ])('$name', ({ change, want }) => {
    const { kept: left, dropped, lowered, objections } = checkCitations([hypothesis(change)], analysed());
    if (want === 'dropped') {
      expect(left).toEqual([]);
      expect(dropped).toBeGreaterThan(0);
      expect(objections.at(-1)).toMatch(/is dropped/u);
    } else {
      const [{ confidence, citations, object } = { confidence: 0, citations: [], object: undefined }] = left;
      expect({ confidence, citations, object, dropped, lowered }).toEqual(want);
    }
  });

  test('never lets a model be as sure as a rule', () => {
    const { kept: left } = checkCitations([hypothesis({ confidence: 100 })], analysed());
    expect(left[0]?.confidence).toBeLessThan(50);
  });

  test('puts the surest first', () => {
    const { kept: left } = checkCitations([hypothesis({ confidence: 10 }), hypothesis({ confidence: 40 })], analysed());
    expect(left.map(({ confidence }) => confidence)).toEqual([40, 10]);
  });

  test('takes evidence of any text in linear time', () => {
    const hostile = ['"'.repeat(100_000), '1,'.repeat(50_000), 'a-'.repeat(50_000), '…'.repeat(50_000)];
    for (const content of hostile) {
      const world = analysed({ evidence: [{ id: 'e1', query: content, summary: '', content }] });
      checkCitations([hypothesis({ statement: content.slice(0, 2_000), citations: cites('e1', content.slice(0, 1_000)) })], world);
    }
  });
});

describe('claims of a statement', () => {
  test.each<{ statement: string; want: Partial<ReturnType<typeof claimsOf>> }>([
    { statement: 'Container app was OOMKilled at 64Mi [e1, f2].', want: { names: ['OOMKilled'], numbers: ['64Mi'] } },
    {
      statement: 'It read "no such file or directory" from `/etc/app/config.yaml`.',
      want: { quotations: ['no such file or directory'], names: ['/etc/app/config.yaml'] },
    },
    { statement: "The key 'DB_HOST' isn't set, so it can't connect.", want: { quotations: [], names: ['DB_HOST'] } },
    {
      statement: 'Image registry.example/shop/cart:v1.2.3 is missing.',
      want: { names: ['registry.example/shop/cart:v1.2.3'], numbers: [] },
    },
    { statement: 'A read-only, out-of-memory, self-signed, long-running deployment of a StatefulSet with HTTPS.', want: { names: [] } },
    {
      statement: 'It happened at 03:22:10 on 2026-11-21, 7 times, for 12.5 %.',
      want: { names: [], numbers: ['03:22:10', '2026-11-21', '7', '12.5%'] },
    },
    { statement: 'The known thing checkout fails and/or hangs.', want: { names: ['checkout'] } },
    { statement: 'ECONNREFUSED from db.shop.svc on node-7.', want: { names: ['ECONNREFUSED', 'db.shop.svc', 'node-7'], numbers: [] } },
  ])('$statement', ({ statement, want }) => {
    expect(claimsOf(statement, new Set(['checkout']))).toMatchObject(want);
  });
});

describe('numbers', () => {
  test.each<{ text: string; number: string; there: boolean }>([
    { text: '"memorybytes": 67108864', number: '64Mi', there: true },
    { text: 'limit 64mi', number: '64', there: true },
    { text: 'limit 64mi', number: '67108864', there: true },
    { text: 'timeout 300', number: '5minutes', there: true },
    { text: '1,024 files', number: '1024', there: true },
    { text: 'ratio 0.9', number: '90%', there: true },
    { text: 'exit 137', number: '13', there: false },
    { text: 'exit 137', number: '1', there: false },
    { text: 'no digits', number: '1', there: false },
  ])('$number in "$text": $there', ({ text, number, there }) => {
    expect(hasNumber(valuesOf(text), number)).toBe(there);
  });
});
