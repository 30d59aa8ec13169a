import { describe, expect, test } from 'vitest';
import type { Investigation } from '../../../src/crds/kinds.ts';
import type { Check } from '../../../src/crds/remediationPlan.ts';
import { cut, paintDiff, painter, wrap } from '../../demo/paint.ts';
import { checksInBrief, diagnosisLines } from '../../demo/words.ts';

const plain = painter(false);

const object = { kind: 'Deployment', namespace: 'shop', name: 'checkout' };
const investigation = (status: Investigation['status']): Investigation => ({
  apiVersion: 'agentsre.io/v1alpha1',
  kind: 'Investigation',
  metadata: { name: 'inv-1', namespace: 'agent-sre', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { purpose: 'Diagnosis' },
  status,
});
const rootCause = {
  reason: 'ContainerExitsWithError' as const,
  object,
  statement: 'checkout exits with code 1.',
  confidence: 86,
  finding: 'f1',
  evidence: ['e1'],
};
const evidence = [
  { id: 'e1', source: 'kubernetes', query: 'q', at: '2026-01-01T00:00:00Z', summary: 'exit code 1' },
  { id: 'e2', source: 'kubernetes', query: 'q', at: '2026-01-01T00:00:00Z', summary: 'something else' },
];
const commit = {
  id: 'c1',
  kind: 'GitCommit' as const,
  at: '2026-01-01T00:00:00.5Z',
  summary: 'Give it a unit',
  author: 'team-payments',
  commit: 'abcdef0'.padEnd(40, '0'),
};

describe('a diagnosis', () => {
  test('is told with the evidence that it cites, and no other', () => {
    const lines = diagnosisLines(plain, investigation({ rootCause, evidence }));
    expect(lines).toEqual([
      'checkout exits with code 1.',
      'ContainerExitsWithError, 86 % sure; no recent change is to blame',
      'e1  kubernetes: exit code 1',
    ]);
  });

  test('names the commit behind it, its author and its date', () => {
    const lines = diagnosisLines(plain, investigation({ rootCause: { ...rootCause, change: 'c1' }, evidence, changes: [commit] }));
    expect(lines).toContain('c1  abcdef0 by team-payments, 2026-01-01 00:00:00 UTC: Give it a unit');
  });

  test('says what could not be seen', () => {
    const gaps = [{ source: 'git', reason: 'Unavailable' as const, message: 'the host is away' }];
    expect(diagnosisLines(plain, investigation({ rootCause, evidence, gaps }))).toContain('could not see git: the host is away');
  });

  test('may be that there is none', () => {
    expect(diagnosisLines(plain, investigation({}))).toEqual(['The cause could not be found.']);
  });
});

describe('checks in few words', () => {
  const check = (name: string, result: Check['result']): Check => ({ name, result, message: '', at: '2026-01-01T00:00:00Z' });
  test.each([
    { name: 'are nothing before there are any', checks: undefined, want: '' },
    { name: 'name what does not hold', checks: [check('A x', 'Passed'), check('B Deployment/y', 'Pending')], want: 'not yet: B' },
    { name: 'say so when all hold', checks: [check('A', 'Passed')], want: 'all hold' },
  ])('$name', ({ checks, want }) => {
    expect(checksInBrief(checks)).toBe(want);
  });
});

describe('text', () => {
  test('is broken at words; a word that is too long stands alone', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('a veryveryverylong b', 5)).toEqual(['a', 'veryveryverylong', 'b']);
  });

  test('is cut with a sign that it was', () => {
    expect([cut('short', 5), cut('longer', 5)]).toEqual(['short', 'long…']);
  });

  test('of a diff loses only what names blobs', () => {
    const diff = 'diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n';
    expect(paintDiff(plain, diff)).toEqual(['--- a/x', '+++ b/x', '@@ -1 +1 @@', '-a', '+b']);
    expect(paintDiff(painter(true), diff).slice(3)).toEqual(['\u001B[31m-a\u001B[39m', '\u001B[32m+b\u001B[39m']);
  });
});
