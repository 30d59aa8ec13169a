/** `kubectl sre debts`: what was left behind on purpose and nobody has ended yet, overdue first. */
import { stringify } from 'yaml';
import { remediationPlans } from '../crds/kinds.ts';
import { debtsOf, isOverdue } from '../domain/debts.ts';
import { listAll } from './find.ts';
import type { Look } from './look.ts';
import { debtLines } from './render/debts.ts';
import { stopState } from './stop.ts';

export async function debts({ scope, terminal, now, output }: Look): Promise<void> {
  const [plans, stop] = await Promise.all([listAll(scope, remediationPlans), stopState(scope.client, scope.operator)]);
  const all = debtsOf({ plans, stop });
  if (output !== 'text') {
    const value = { items: all.map((debt) => ({ ...debt, overdue: isOverdue(debt, now) })) };
    return terminal.print((output === 'json' ? JSON.stringify(value, undefined, 2) : stringify(value, { lineWidth: 0 })).trimEnd());
  }
  if (all.length === 0) return terminal.print('Nothing is left behind.');
  terminal.print(...all.flatMap((debt) => debtLines(debt, { style: terminal.style, width: terminal.width, now })));
}
