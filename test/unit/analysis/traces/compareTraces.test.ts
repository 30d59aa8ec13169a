import { describe, expect, test } from 'vitest';
import { type CompareOptions, compareTraces, type EdgeChange } from '../../../../src/analysis/traces/compareTraces.ts';
import type { Span } from '../../../../src/analysis/traces/selfTime.ts';

/** A call, what it does itself, and then its callees one after the other. */
interface Call {
  readonly of: `${string}/${string}`;
  readonly selfMs: number;
  readonly error?: boolean;
  readonly calls?: readonly Call[];
  readonly skewMs?: number;
  readonly peer?: string;
}

function traces(count: number, call: (trace: number) => Call): Span[] {
  return Array.from({ length: count }, (_, trace) =>
    spansOf(call(trace), { traceId: `t${trace}`, path: 'r', startMs: trace * 10_000 }),
  ).flat();
}

function spansOf(call: Call, at: { traceId: string; path: string; startMs: number; parentId?: string }): Span[] {
  const [service = '', name = ''] = call.of.split('/');
  const startMs = at.startMs + (call.skewMs ?? 0);
  let end = startMs + call.selfMs;
  const callees = (call.calls ?? []).flatMap((callee, index) => {
    const spans = spansOf(callee, { traceId: at.traceId, path: `${at.path}.${index}`, startMs: end, parentId: at.path });
    end += spans[0]?.durationMs ?? 0;
    return spans;
  });
  const parent = at.parentId === undefined ? {} : { parentId: at.parentId };
  const peer = call.peer === undefined ? {} : { peer: call.peer, kind: 'client' as const };
  return [
    {
      traceId: at.traceId,
      spanId: at.path,
      ...parent,
      ...peer,
      service,
      name,
      startMs,
      durationMs: end - startMs,
      error: call.error ?? false,
    },
    ...callees,
  ];
}

/** front calls cart and pay; pay calls the bank. */
interface Shop {
  readonly bankMs?: number;
  readonly payMs?: number;
  readonly failing?: boolean;
  readonly bank?: boolean;
  readonly mail?: boolean;
  readonly skewMs?: number;
}
function shop({ bankMs = 20, payMs = 10, failing = false, bank = true, mail = false, skewMs = 0 }: Shop = {}): Call {
  const theBank: Call = { of: 'bank/charge', selfMs: bankMs, error: failing, skewMs };
  const calls = [...(bank ? [theBank] : []), ...(mail ? [{ of: 'mail/send', selfMs: 5 } as const] : [])];
  return {
    of: 'front/checkout',
    selfMs: 5,
    error: failing,
    calls: [
      { of: 'cart/get', selfMs: 8 },
      { of: 'pay/pay', selfMs: payMs, error: failing, calls },
    ],
  };
}

const healthy = traces(50, () => shop());
interface Case {
  readonly name: string;
  readonly now: readonly Span[];
  readonly baseline?: readonly Span[];
  readonly options?: CompareOptions;
  readonly suspects?: readonly string[];
  readonly waiting?: readonly string[];
  readonly edges?: readonly `${string}>${string} ${EdgeChange['kind']}`[];
}

describe('compareTraces', () => {
  test.each<Case>([
    { name: 'finds nothing in what is as it was', now: traces(50, () => shop()) },
    {
      name: 'suspects the operation whose own time grew, not its callers that wait',
      now: traces(50, () => shop({ bankMs: 200 })),
      suspects: ['slower bank/charge 1.00'],
      waiting: ['front/checkout', 'pay/pay'],
      edges: ['front>pay slower', 'pay>bank slower'],
    },
    {
      name: 'ranks by the share of the extra time',
      now: traces(50, () => shop({ bankMs: 100, payMs: 330 })),
      suspects: ['slower pay/pay 0.80', 'slower bank/charge 0.20'],
      waiting: ['front/checkout'],
      edges: ['front>pay slower', 'pay>bank slower'],
    },
    { name: 'does not mind what is slower by less than half', now: traces(50, () => shop({ bankMs: 29 })) },
    { name: 'does not mind what is slower by a few milliseconds', now: traces(50, () => shop({ payMs: 18 })), options: { leastMs: 20 } },
    {
      name: 'sees the slow tail of an operation',
      now: traces(50, (trace) => shop({ bankMs: trace % 10 === 0 ? 500 : 20 })),
      suspects: ['slower bank/charge 1.00'],
      waiting: ['front/checkout', 'pay/pay'],
      edges: ['front>pay slower', 'pay>bank slower'],
    },
    {
      name: 'suspects the same under a clock that is 3 seconds ahead',
      now: traces(50, () => shop({ bankMs: 200, skewMs: 3000 })),
      suspects: ['slower bank/charge 1.00'],
      waiting: ['front/checkout', 'pay/pay'],
      edges: ['front>pay slower', 'pay>bank slower'],
    },
    {
      name: 'suspects where errors begin, not those that pass them on',
      now: traces(50, (trace) => shop({ failing: trace % 2 === 0 })),
      suspects: ['failing bank/charge 1.00'],
      edges: ['front>pay failing', 'pay>bank failing'],
    },
    {
      name: 'does not mind an error rate that was there before',
      now: traces(50, (t) => shop({ failing: t % 4 === 0 })),
      baseline: traces(50, (t) => shop({ failing: t % 4 === 1 })),
    },
    { name: 'does not mind one error, which is chance', now: traces(50, (trace) => shop({ failing: trace === 7 })) },
    {
      name: 'blames the caller of what sends no spans, and names the edge by its peer',
      now: traces(50, (trace) => ({ of: 'pay/query', selfMs: 5, error: trace % 2 === 0, peer: 'postgres' })),
      baseline: traces(50, () => ({ of: 'pay/query', selfMs: 5, peer: 'postgres' })),
      suspects: ['failing pay/query 1.00'],
      edges: ['pay>postgres failing'],
    },
    { name: 'sees an edge go', now: traces(50, () => shop({ bank: false })), edges: ['pay>bank missing'] },
    { name: 'sees an edge come', now: traces(50, () => shop({ mail: true })), edges: ['pay>mail new'] },
    {
      name: 'misses no edge of a caller that is hardly at work',
      now: [...traces(50, () => ({ of: 'front/home', selfMs: 5 })), ...traces(3, () => ({ of: 'pay/pay', selfMs: 5 }))],
      edges: ['front>cart missing', 'front>pay missing'],
    },
    {
      name: 'compares no operation that was seen too rarely',
      now: [...healthy, ...traces(5, () => ({ of: 'front/rare', selfMs: 900 }))],
      baseline: [...healthy, ...traces(50, () => ({ of: 'front/rare', selfMs: 1 }))],
    },
  ])('$name', ({ now, baseline = healthy, options, suspects = [], waiting = [], edges = [] }) => {
    const compared = compareTraces(now, baseline, options);
    if (compared.kind !== 'compared') throw new Error(compared.kind);
    expect({
      suspects: compared.suspects.map(({ kind, service, name, share }) => `${kind} ${service}/${name} ${share.toFixed(2)}`),
      waiting: compared.waiting.map(({ service, name }) => `${service}/${name}`).toSorted(),
      edges: compared.edges.map(({ caller, callee, kind }) => `${caller}>${callee} ${kind}`),
    }).toEqual({ suspects, waiting, edges });
  });

  test('says that there are too few traces', () => {
    expect(
      compareTraces(
        traces(3, () => shop()),
        healthy,
      ),
    ).toEqual({ kind: 'not enough traces', traces: { now: 3, baseline: 50 }, need: 10 });
    expect(compareTraces([], [])).toMatchObject({ kind: 'not enough traces' });
  });
});
