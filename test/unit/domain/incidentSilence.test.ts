import { describe, expect, test } from 'vitest';
import type { Alert } from '../../../src/crds/incident.ts';
import { NO_RULES } from '../../../src/domain/identity.ts';
import {
  type HeldSilence,
  isDone,
  measuresFor,
  unmatchable,
  type WantedSilence,
  wantedSilences,
} from '../../../src/domain/incidentSilence.ts';
import { alert, incident } from '../../support/plans.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const silence = { until: '2026-01-01T14:00:00Z', reason: 'upgrade', by: 'alice' };
const of = (labels: Alert['labels']): Alert => ({ ...alert('firing'), labels });
const one = (namespace: string, alerts: readonly Alert[], word = silence) => {
  const made = incident({ alerts: [...alerts], silence: word });
  return { ...made, metadata: { ...made.metadata, namespace } };
};
const wanted = (...parts: Parameters<typeof one>): readonly WantedSilence[] =>
  wantedSilences(one(...parts), { rules: NO_RULES, redact: (text) => text, namespace: 'agent-sre', now: NOW });

describe('an Incident', () => {
  const slow = of({ alertname: 'Slow', namespace: 'shop', deployment: 'cart' });
  const node = of({ alertname: 'NodeDown', node: 'node-1' });

  test.each<{ name: string; namespace: string; alerts: readonly Alert[]; silences: number; says?: string }>([
    { name: 'of the operator silences what it is about', namespace: 'agent-sre', alerts: [slow, node], silences: 2 },
    { name: 'of a namespace silences alerts of it', namespace: 'shop', alerts: [slow], silences: 1 },
    {
      name: 'of a namespace silences no node',
      namespace: 'shop',
      alerts: [node],
      silences: 0,
      says: 'silences alerts of that namespace alone',
    },
    {
      name: 'of a namespace silences nothing of another',
      namespace: 'pay',
      alerts: [slow],
      silences: 0,
      says: 'silences alerts of that namespace alone',
    },
    {
      name: 'silences no alert without a name',
      namespace: 'agent-sre',
      alerts: [of({ namespace: 'shop' })],
      silences: 0,
      says: 'would silence too much',
    },
    {
      name: 'silences nothing that was cut',
      namespace: 'agent-sre',
      alerts: [of({ alertname: 'Slow', path: 'x…' })],
      silences: 0,
      says: 'redacted or cut',
    },
  ])('$name', ({ namespace, alerts, silences, says }) => {
    expect(wanted(namespace, alerts)).toHaveLength(silences);
    expect(unmatchable(one(namespace, alerts), 'agent-sre') ?? 'all').toContain(says ?? 'all');
  });

  test('wants none when the time is over', () => {
    expect(wanted('agent-sre', [slow], { ...silence, until: '2026-01-01T12:00:00Z' })).toEqual([]);
  });
});

describe('an Alertmanager', () => {
  const UID = 'inc-uid';
  const [want] = wanted('agent-sre', [of({ alertname: 'Slow', namespace: 'shop' })]);
  if (want === undefined) throw new Error('nothing is wanted');
  const held = (id: string, change: Partial<HeldSilence> = {}): HeldSilence => ({
    ...want,
    id,
    startsAt: NOW,
    wholeComment: want.comment,
    state: 'active',
    ...change,
  });
  const all = (kept: readonly HeldSilence[], wants = [want]) => {
    const measures = measuresFor(UID, wants, kept);
    return [
      ...measures.measures.map(({ action, held: there }) => `${action} ${there?.id ?? ''}`.trim()),
      ...measures.toEnd.map(({ id }) => `end ${id}`),
    ];
  };

  test.each<{ name: string; kept: readonly HeldSilence[]; wants?: []; todo: readonly string[] }>([
    { name: 'that holds none is given one', kept: [], todo: ['make'] },
    { name: 'that holds it is left alone', kept: [held('a')], todo: ['keep a'] },
    {
      name: 'that holds it in another order of matchers is left alone',
      kept: [held('a', { matchers: want.matchers.toReversed() })],
      todo: ['keep a'],
    },
    { name: 'that holds it until another time is told', kept: [held('a', { endsAt: NOW + 1 })], todo: ['change a'] },
    { name: 'that holds two keeps the one of the least id', kept: [held('b'), held('a')], todo: ['keep a', 'end b'] },
    { name: 'that holds one for other labels ends it', kept: [held('a', { matchers: [] })], todo: ['make', 'end a'] },
    { name: 'that holds one which is not wanted any more ends it', kept: [held('a')], wants: [], todo: ['end a'] },
    { name: 'in which somebody has ended it is left so', kept: [held('a', { state: 'expired', endsAt: NOW })], todo: ['leave ended a'] },
    {
      name: 'in which an earlier word has ended is given one',
      kept: [held('a', { state: 'expired', endsAt: NOW, wholeComment: want.comment.replace(/[0-9a-f]{12}\]$/u, '000000000000]') })],
      todo: ['make'],
    },
    { name: 'does nothing to silences of others', kept: [held('a', { wholeComment: 'ours' })], wants: [], todo: [] },
  ])('$name', ({ kept, wants, todo }) => {
    expect(all(kept, wants)).toEqual(todo);
    expect(isDone(measuresFor(UID, wants ?? [want], kept))).toBe(todo.every((each) => /^(?:keep|leave)/u.test(each)));
  });
});
