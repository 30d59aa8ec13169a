/** Specialists from a few lines of YAML, and the least that rules can look at. */

import type { SeenByRules } from '../../../../src/investigate/specialists/evidenceForRules.ts';
import { loadSpecialists, type Specialist } from '../../../../src/investigate/specialists/load.ts';
import { createSpecialists, type Specialists } from '../../../../src/investigate/specialists/specialists.ts';
import { NOW } from '../builders.ts';

export const ANALYZERS = ['crashLoop', 'oomKilled', 'probe'];

/** The problems that a file has, as people read them. */
export function problemsOf(text: string, name = 'team.yaml'): readonly string[] {
  return loadSpecialists([{ name, text }], { analyzers: ANALYZERS }).problems.map(({ where, path, message }) =>
    [where, path, message].filter((part) => part !== '').join(': '),
  );
}

export function specialistsOf(...texts: readonly string[]): Specialists {
  return createSpecialists(
    loadSpecialists(
      texts.map((text, index) => ({ name: `team${index}.yaml`, text })),
      { analyzers: ANALYZERS },
    ),
  );
}

/** A specialist with these rules, as YAML of a list. */
export function withRules(rules: string, evidence = '[]'): Specialist {
  const [one] = specialistsOf(`
name: team
description: A team's own.
handles: {}
evidence: ${evidence}
rules:
${rules}`).all;
  if (one === undefined) throw new Error('nothing was loaded');
  return one;
}

export const nothing: SeenByRules = { snapshot: { at: NOW, workloads: [], pods: [], events: [], nodes: [] }, findings: [] };
