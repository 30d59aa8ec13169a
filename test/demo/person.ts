/** The person in the demo who judges a plan: whoever sits at the terminal, under the name of alice, an approver. */
import { createInterface } from 'node:readline/promises';
import type { RemediationPlan } from '../../src/crds/kinds.ts';
import { OPERATOR_NAMESPACE, type Stage } from '../stage/stage.ts';
import type { AskPerson } from './acts.ts';
import type { View } from './view.ts';

const PERSON = 'alice';

export function askWhoIsThere(stage: Stage, view: View, alwaysYes: boolean): AskPerson {
  return async ({ metadata, status }: RemediationPlan) => {
    const command = ['approve', metadata.name, '--namespace', OPERATOR_NAMESPACE];
    view.line();
    view.prose(`$ kubectl sre ${command.join(' ')}`);
    const yes = alwaysYes || (await view.aside(() => confirm(`          Approve this as ${PERSON}? [y/N] `)));
    if (yes) await stage.sre(PERSON, ...command, '--digest', status?.digest ?? '');
    else await stage.sre(PERSON, 'reject', metadata.name, '--namespace', OPERATOR_NAMESPACE, '--reason', 'declined in the demo');
    view.line();
    return yes ? PERSON : undefined;
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
