/** What pipelines report to have changed, and what is read out of it. */
import { describe, expect, test } from 'vitest';
import { changeIn, changeMap, changesWithin, type ReportedChange } from '../../../src/domain/reportedChange.ts';
import { readChange } from '../../../src/intake/change/readChange.ts';

const NOW = Date.parse('2026-11-12T15:30:00Z');
const MINUTE = 60_000;
const read = (value: unknown, headers: Record<string, string> = {}) => readChange(value, new Headers(headers), NOW);

describe('a report in our own form', () => {
  test('needs no more than a sentence', () => {
    expect(read({ summary: 'deployed checkout 2.1' })).toEqual({
      kind: 'Other',
      summary: 'deployed checkout 2.1',
      at: NOW,
      source: 'webhook',
      objects: [],
    });
  });

  test('may say when, what sort, who, and what it touched', () => {
    const report = {
      summary: 'turned new-cart on',
      kind: 'feature-flag',
      at: '2026-11-12T16:20:00+01:00',
      source: 'flags',
      author: 'team-cart',
      url: 'https://flags.example.org/1',
      objects: ['shop/cart', { kind: 'Deployment', namespace: 'shop', name: 'frontend' }, 'payments'],
    };
    expect(read(report)).toEqual({
      kind: 'FeatureFlag',
      summary: report.summary,
      at: Date.parse('2026-11-12T15:20:00Z'),
      source: 'flags',
      author: 'team-cart',
      url: report.url,
      objects: [{ namespace: 'shop', name: 'cart' }, { kind: 'Deployment', namespace: 'shop', name: 'frontend' }, { name: 'payments' }],
    });
  });

  test.each([
    ['seconds, as `date +%s` prints them', (NOW - MINUTE) / 1000],
    ['milliseconds', NOW - MINUTE],
  ])('takes the time in %s', (_, at) => {
    expect(read({ summary: 'x', at })?.at).toBe(NOW - MINUTE);
  });

  test.each([
    ['deploy', 'Deployment'],
    ['Release', 'Deployment'],
    ['MIGRATION', 'Migration'],
    ['terraform', 'Infrastructure'],
    ['a word of their own', 'Other'],
  ])('of the kind %s is a %s', (kind, want) => {
    expect(read({ summary: 'x', kind })?.kind).toBe(want);
  });

  test('loses what would break a line', () => {
    expect(read({ summary: 'a\nb\u202e c' })?.summary).toBe('a b c');
  });

  test.each<[string, unknown, string]>([
    ['no sentence', {}, 'summary is not of type string'],
    ['an empty one', { summary: ' \n ' }, 'summary is empty'],
    ['a name that no object has', { summary: 'x', objects: ['Shop/Cart'] }, 'objects.0'],
    ['a path', { summary: 'x', objects: ['a/b/c'] }, 'objects.0'],
    ['an address of another sort', { summary: 'x', url: 'javascript:alert(1)' }, 'url is not an http or https address'],
    ['a time to come', { summary: 'x', at: '2027-01-01T00:00:00Z' }, 'at is not within the last seven days'],
    ['a time long ago', { summary: 'x', at: '2020-01-01T00:00:00Z' }, 'at is not within the last seven days'],
    ['a list', [], 'the body'],
    ['nothing', null, 'the body'],
  ])('with %s is refused, with what is wrong', (_, value, says) => {
    expect(() => read(value)).toThrow(says);
    expect(() => read(value)).toThrow(expect.objectContaining({ status: 422 }));
  });
});

describe('GitHub', () => {
  const event = {
    deployment_status: {
      state: 'success',
      environment: 'production',
      created_at: '2026-11-12T15:20:00Z',
      creator: { login: 'octocat' },
      log_url: 'https://github.example.org/runs/1',
    },
    deployment: { sha: 'a10867b14bb761a232cd80139fbd4c0d33264240', ref: 'v2.1.0' },
    repository: { full_name: 'acme/checkout' },
  };
  const send = (value: unknown, name = 'deployment_status') => read(value, { 'x-github-event': name });

  test('says that a deployment has ended', () => {
    expect(send(event)).toEqual({
      kind: 'Deployment',
      summary: 'deployed acme/checkout v2.1.0 (a10867b14bb7) to production',
      at: Date.parse('2026-11-12T15:20:00Z'),
      source: 'github',
      author: 'octocat',
      url: 'https://github.example.org/runs/1',
      objects: [{ name: 'checkout' }],
    });
  });

  test.each([
    [
      'a deployment that has only begun',
      { ...event, deployment_status: { ...event.deployment_status, state: 'in_progress' } },
      'deployment_status',
    ],
    ['a push', {}, 'push'],
    ['the ping of a new webhook', { zen: 'Keep it logically awesome.' }, 'ping'],
  ])('%s is no change', (_, value, name) => {
    expect(send(value, name)).toBeUndefined();
  });

  test('a payload that makes no sense is refused', () => {
    expect(() => send({})).toThrow('no deployment_status');
  });
});

describe('Terraform', () => {
  const run = (status: string | null) => ({
    payload_version: 1,
    run_url: 'https://app.terraform.example/runs/run-1',
    run_message: 'larger nodes',
    run_created_by: 'ops',
    workspace_name: 'cluster-eu',
    notifications: [{ message: 'x', trigger: 'run:completed', run_status: status, run_updated_at: '2026-11-12T15:21:00.000Z' }],
  });

  test('says what was applied', () => {
    expect(read(run('applied'))).toMatchObject({
      kind: 'Infrastructure',
      summary: 'applied Terraform workspace cluster-eu: larger nodes',
      author: 'ops',
      at: Date.parse('2026-11-12T15:21:00Z'),
    });
  });

  test.each(['planned', null])('a run in the state %s has changed nothing', (status) => {
    expect(read(run(status))).toBeUndefined();
  });
});

describe('a change that is kept', () => {
  const change: ReportedChange = {
    kind: 'Deployment',
    summary: 'x',
    at: NOW,
    source: 'ci',
    objects: [{ namespace: 'shop', name: 'cart' }],
  };

  test('is the same object for the same report, another one for another', () => {
    expect(changeMap('ops', { ...change }).metadata.name).toBe(changeMap('ops', change).metadata.name);
    expect(changeMap('ops', { ...change, at: NOW + 1 }).metadata.name).not.toBe(changeMap('ops', change).metadata.name);
  });

  test('is read back as it was, and what is none of ours is none', () => {
    expect(changeIn(changeMap('ops', change))).toEqual(change);
    expect(changeIn({})).toBeUndefined();
    expect(changeIn({ data: {} })).toBeUndefined();
    for (const text of ['x', '{"summary":1}', '{"summary":"x","source":"y","at":1,"kind":"Other","objects":[null]}'])
      expect(changeIn({ data: { 'change.json': text } })).toBeUndefined();
  });

  test.each([
    ['an hour', 60 * MINUTE, '2026-11-12'],
    ['one over midnight', 16 * 60 * MINUTE, '2026-11-11,2026-11-12'],
    [
      'a month, of which the last days count',
      30 * 1440 * MINUTE,
      '2026-11-05,2026-11-06,2026-11-07,2026-11-08,2026-11-09,2026-11-10,2026-11-11,2026-11-12',
    ],
  ])('is looked for by its day in a window of %s', (_, length, days) => {
    expect(changesWithin({ start: NOW - length, end: NOW })).toBe(
      `app.kubernetes.io/component=reported-change,agentsre.io/day in (${days})`,
    );
  });
});
