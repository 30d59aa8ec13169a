/** The person in the demo who judges plans: whoever sits at the terminal, under the name of alice, an approver. */
import { createInterface } from 'node:readline/promises';
import type { RemediationPlan } from '../../src/crds/kinds.ts';
import { OPERATOR_NAMESPACE, type Stage } from '../stage/stage.ts';
import type { Judge } from './acts.ts';
import type { View } from './view.ts';

const NAME = 'alice';

export function whoeverIsThere(stage: Stage, view: View, alwaysYes: boolean): Judge {
  const ofPlan = ({ metadata }: RemediationPlan): readonly string[] => [metadata.name, '--namespace', OPERATOR_NAMESPACE, '--yes'];
  return {
    name: NAME,
    async wants({ metadata }) {
      view.prose(`$ kubectl sre approve ${metadata.name} --namespace ${OPERATOR_NAMESPACE}`);
      return alwaysYes || view.aside(() => confirm(`           Approve this as ${NAME}? [y/N] `));
    },
    approve: (plan) => stage.sre(NAME, 'approve', ...ofPlan(plan), '--digest', plan.status?.digest ?? ''),
    reject: (plan) => stage.sre(NAME, 'reject', ...ofPlan(plan), '--reason', 'Declined in the demo.'),
  };
}

async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/iu.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}
