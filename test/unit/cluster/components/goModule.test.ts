import { describe, expect, test } from 'vitest';
import { throwAwayGoMod } from '../../../cluster/components/goModule.ts';

interface Case {
  readonly name: string;
  readonly replace: unknown;
  readonly lines: readonly string[];
}

const to = (Path: string, Version?: string) => ({ Path, Version });

describe('throwAwayGoMod', () => {
  test.each<Case>([
    { name: 'requires the module and nothing else when it replaces nothing', replace: null, lines: [] },
    {
      name: 'repeats a replacement by another module',
      replace: [{ Old: to('a.test/x'), New: to('b.test/x', 'v2.0.0') }],
      lines: ['replace a.test/x => b.test/x v2.0.0'],
    },
    {
      name: 'repeats a replacement of one version only',
      replace: [{ Old: to('a.test/x', 'v1.0.0'), New: to('a.test/x', 'v1.0.1') }],
      lines: ['replace a.test/x v1.0.0 => a.test/x v1.0.1'],
    },
    {
      name: 'takes the published module for a staging folder of Kubernetes',
      replace: [{ Old: to('k8s.io/api'), New: to('./staging/src/k8s.io/api') }],
      lines: ['replace k8s.io/api => k8s.io/api v0.36.3'],
    },
    { name: 'leaves out a folder that only the module itself has', replace: [{ Old: to('a.test/api'), New: to('./api') }], lines: [] },
  ])('$name', ({ replace, lines }) => {
    const text = throwAwayGoMod({ module: 'k8s.io/kubernetes', version: 'v1.36.3' }, JSON.stringify({ Go: '1.26', Replace: replace }));
    expect(text.split('\n').filter((line) => line !== '')).toEqual([
      'module throwaway',
      'go 1.26',
      'require k8s.io/kubernetes v1.36.3',
      ...lines,
    ]);
  });
});
