/** An action of a plan in words: what it does to what, with its parameters. */
import { ACTIONS, structOf } from '../crds/actions/actions.ts';
import type { Action } from '../crds/remediationPlan.ts';
import { refText } from '../text/page.ts';

export function actionText(action: Action): string {
  return [`${action.type} on ${refText(action.target)}`, parametersOf(action)].filter((part) => part !== '').join(': ');
}

/** An action of a later version than this program says its type and target. */
function parametersOf(action: Action): string {
  const field = Object.hasOwn(ACTIONS, action.type) ? structOf(action.type) : undefined;
  const parameters = field === undefined ? undefined : action[field as keyof Action];
  return parameters === undefined ? '' : (ACTIONS[action.type].inWords?.(parameters as never) ?? '');
}
