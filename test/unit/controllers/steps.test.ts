import { describe, expect, test } from 'vitest';
import {
  bounded,
  conditionOf,
  declare,
  end,
  next,
  runSteps,
  type StatusDraft,
  type Step,
  stalled,
  wait,
} from '../../../src/controllers/steps.ts';
import { summarise, summariseFailure } from '../../../src/controllers/summarise.ts';
import { explain } from '../../../src/telemetry/explain.ts';

const T0 = Date.parse('2026-01-01T00:00:00Z');

describe('steps', () => {
  test('run in order until one does not continue', async () => {
    const ran: string[] = [];
    const step = (name: string, result = next): readonly [string, Step<undefined>] => [name, () => (ran.push(name), result)];
    const outcome = await runSteps([step('a'), step('b', wait('Pending', 5)), step('c')], undefined);
    expect(ran).toEqual(['a', 'b']);
    expect(outcome).toEqual({ result: { kind: 'wait', reason: 'Pending', afterMs: 5 }, step: 'b' });
  });

  test('say which of them threw, and keep the cause', async () => {
    const cause = new Error('connection refused');
    const failing: Step<undefined> = () => {
      throw new Error('fetch main of shop', { cause });
    };
    const error = await runSteps([['render', failing]], undefined).catch((thrown: unknown) => thrown);
    expect(explain(error)).toBe('step render: fetch main of shop: connection refused');
  });
});

describe('the conditions that kstatus reads', () => {
  test.each([
    { name: 'an object under way is Reconciling', result: wait('AwaitingSync'), want: { Reconciling: 'AwaitingSync' } },
    { name: 'an object that only a person can help is Stalled', result: stalled('NameTaken', 'delete it'), want: { Stalled: 'NameTaken' } },
    { name: 'an object at its end is neither', result: end, want: {} },
    { name: 'an object with nothing left to do is neither', result: next, want: {} },
  ])('$name', ({ result, want }) => {
    for (const before of [wait('Earlier'), stalled('Earlier', ''), end]) {
      const draft: StatusDraft = {};
      summarise(draft, before, 1, T0);
      summarise(draft, result, 2, T0);
      expect(Object.fromEntries((draft.conditions ?? []).map(({ type, reason }) => [type, reason]))).toEqual(want);
    }
  });

  test('do not flap: the time of a transition stays while the status does', () => {
    const draft: StatusDraft = {};
    summarise(draft, wait('AwaitingSync'), 1, T0);
    summariseFailure(draft, 'git host is away', 1, T0 + 60_000);
    summarise(draft, wait('AwaitingSync'), 1, T0 + 120_000);
    expect(conditionOf(draft, 'Reconciling')?.lastTransitionTime).toBe('2026-01-01T00:00:00Z');
  });

  test('keep within the bounds of the schema', () => {
    const draft: StatusDraft = {};
    declare(draft, 'Triaged', { status: 'True', reason: 'Accepted', message: 'x'.repeat(9_000) }, 1, T0);
    expect(conditionOf(draft, 'Triaged')?.message).toHaveLength(4096);
  });
});

test.each([
  { name: 'leaves what fits', text: 'abc', max: 3, want: 'abc' },
  { name: 'says that it cut', text: 'abcd', max: 3, want: 'ab…' },
  { name: 'does not cut a character in two', text: 'a😀bc', max: 3, want: 'a…' },
])('bounded $name', ({ text, max, want }) => {
  expect(bounded(text, max)).toBe(want);
});
