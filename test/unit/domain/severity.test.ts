import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SEVERITIES, type Severity } from '../../../src/crds/incident.ts';
import { moreSevere, severityOf, severityWords } from '../../../src/domain/severity.ts';

describe('words of one’s own', () => {
  const own = severityWords({ Gold: 'critical', page: 'info', P0: 'warning' });
  test.each<{ name: string; labels: Record<string, string>; want: Severity }>([
    { name: 'are understood, whatever their case', labels: { severity: 'gold' }, want: 'critical' },
    { name: 'count more than those that are known', labels: { severity: 'page' }, want: 'info' },
    { name: 'count more than figures', labels: { severity: 'p0' }, want: 'warning' },
    { name: 'change nothing else', labels: { severity: 'P1' }, want: 'critical' },
  ])('$name', ({ labels, want }) => {
    expect(severityOf(labels, own)).toBe(want);
  });
});

describe('severityOf', () => {
  test.each<{ name: string; labels: Record<string, string>; want: Severity }>([
    { name: 'takes our own words', labels: { severity: 'info' }, want: 'info' },
    { name: 'knows who is paged', labels: { severity: 'page' }, want: 'critical' },
    { name: 'knows what only opens a ticket', labels: { severity: 'ticket' }, want: 'warning' },
    { name: 'counts P0 as critical', labels: { priority: 'P0' }, want: 'critical' },
    { name: 'counts P2 as a warning', labels: { priority: 'p2' }, want: 'warning' },
    { name: 'counts P5 as information', labels: { priority: 'P5' }, want: 'info' },
    { name: 'reads Sev1', labels: { severity: 'Sev1' }, want: 'critical' },
    { name: 'reads SEV-3', labels: { severity: 'SEV-3' }, want: 'warning' },
    { name: 'reads "Priority 4"', labels: { priority: 'Priority 4' }, want: 'info' },
    { name: 'reads a bare figure', labels: { severity: '1' }, want: 'critical' },
    { name: 'ignores case and space around', labels: { severity: ' CRITICAL ' }, want: 'critical' },
    { name: 'takes none for information', labels: { severity: 'none' }, want: 'info' },
    { name: 'takes nothing for a warning', labels: {}, want: 'warning' },
    { name: 'takes what it does not understand for a warning', labels: { severity: 'spicy' }, want: 'warning' },
    {
      name: 'looks at the next label when it does not understand the first',
      labels: { severity: 'spicy', priority: 'P1' },
      want: 'critical',
    },
    { name: 'prefers severity over priority', labels: { severity: 'info', priority: 'P1' }, want: 'info' },
    { name: 'is not led astray by names of the prototype', labels: { severity: 'constructor' }, want: 'warning' },
  ])('$name', ({ labels, want }) => {
    expect(severityOf(labels)).toBe(want);
  });

  test('answers with one of the three words, whatever it is given', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.string()), (labels) => SEVERITIES.includes(severityOf(labels))));
  });
});

describe('moreSevere', () => {
  test('is the worse of the two in either order', () => {
    expect([moreSevere('info', 'critical'), moreSevere('critical', 'info'), moreSevere('warning', 'info')]).toEqual([
      'critical',
      'critical',
      'warning',
    ]);
  });
});
