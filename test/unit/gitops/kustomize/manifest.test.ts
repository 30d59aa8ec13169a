/** Rendered YAML is read as Kubernetes tools read it. */
import { describe, expect, test } from 'vitest';
import { parseManifests } from '../../../../src/gitops/kustomize/manifest.ts';

const object = (data: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  k: ${data}\n`;

describe('parseManifests', () => {
  test.each<readonly [string, unknown]>([
    ['yes', true],
    ['"yes"', 'yes'],
    ['0644', 420],
    ['0x1F', 31],
    ['1.5', 1.5],
    ['1e3', 1000],
    ['E0', 'E0'],
    ['.', '.'],
    ['12:30:45', '12:30:45'],
    ['2026-01-01', '2026-01-01'],
    ['64Mi', '64Mi'],
    ['~', null],
    ['"1.10"', '1.10'],
  ])('%s', (text, want) => {
    expect(parseManifests(object(text))[0]?.data).toEqual({ k: want });
  });

  test('takes several documents, and leaves empty ones out', () => {
    expect(parseManifests(`${object('1')}---\n---\n${object('2')}`)).toHaveLength(2);
  });

  test.each([
    ['no object', 'just: text\n', /no apiVersion, kind and name/],
    ['a key that is there twice', object('1\n  k: 2'), /unique/],
    [
      'aliases without end',
      `a: &a [x]\nb: &b [${Array.from({ length: 50 }, () => '*a').join(', ')}]\nc: &c [${Array.from({ length: 50 }, () => '*b').join(', ')}]\nd: [${Array.from({ length: 50 }, () => '*c').join(', ')}]\n`,
      /alias/,
    ],
  ])('refuses %s', (_name, text, want) => {
    expect(() => parseManifests(text)).toThrow(want);
  });
});
